//! Opening a connection to an address that has been checked.

use std::{future::Future, io, net::SocketAddr, pin::Pin};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// Bytes both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Duplex for T {}

/// What a [`Dial`] opens, later.
pub type Dialled = Pin<Box<dyn Future<Output = io::Result<Box<dyn Duplex>>> + Send>>;

/// Opens connections. Whether, where to and for how long is decided before and around it.
pub trait Dial: Send + Sync + 'static {
    /// Connects to `address`.
    fn dial(&self, address: SocketAddr) -> Dialled;
}

/// The operating system's TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

impl Dial for TcpDial {
    fn dial(&self, address: SocketAddr) -> Dialled {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            // Small requests, answered at once: waiting for more to send only costs time.
            stream.set_nodelay(true)?;
            let stream: Box<dyn Duplex> = Box::new(stream);
            Ok(stream)
        })
    }
}
