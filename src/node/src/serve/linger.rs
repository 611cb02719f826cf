//! Closing a connection so that the last answer arrives.
//!
//! A body that is refused halfway leaves bytes unread. Closing the socket then makes the kernel send a reset, which can
//! overtake the answer (413, 401): the sender would see a broken connection and try again instead of giving up.

use super::pace::{Pace, Talk};
use super::stall::Stall;
use socket2::SockRef;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

/// How long unread bytes are read and thrown away.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many of them at most: of a request's body, and of what is no request.
const MOST: u64 = 4 << 20;
const MOST_OF_NONSENSE: u64 = 64 << 10;

/// A socket that, when it is dropped with bytes unread, lets the other side read the answer first; and that gives up
/// another side that reads nothing, or says too much.
pub(super) struct Lingering {
    stream: Option<TcpStream>,
    stall: Stall,
    pace: Pace,
}

impl Lingering {
    /// `talk` tells what came of what was read.
    pub(super) fn new(stream: TcpStream, talk: Talk) -> Self {
        Self {
            stream: Some(stream),
            stall: Stall::default(),
            pace: Pace::new(talk),
        }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream
            .as_mut()
            .map(Pin::new)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.stream()?.poll_read(cx, buffer))?;
        let count = buffer.filled().len().saturating_sub(before);
        Poll::Ready(if self.pace.admits(count) {
            Ok(())
        } else {
            Err(io::Error::other("too much is said"))
        })
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let stream = this.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let outcome = Pin::new(&mut *stream).poll_write(cx, bytes);
        this.stall
            .judge(cx, outcome, || SockRef::from(&*stream).send(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stall.emptied();
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let stream = this.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let outcome = Pin::new(&mut *stream).poll_write_vectored(cx, parts);
        this.stall
            .judge(cx, outcome, || SockRef::from(&*stream).send_vectored(parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else {
            return;
        };
        if self.stall.is_over() {
            // What was not taken would stay in the kernel for minutes.
            drop(stream.set_zero_linger());
            return;
        }
        let mut some = [0; 512];
        let unread = matches!(stream.try_read(&mut some), Ok(count) if count > 0);
        if let (true, Ok(runtime)) = (unread, tokio::runtime::Handle::try_current()) {
            let most = if self.pace.talk().is_answered() {
                MOST
            } else {
                MOST_OF_NONSENSE
            };
            runtime.spawn(drain(stream, most));
        }
    }
}

async fn drain(mut stream: TcpStream, most: u64) {
    let reading = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut (&mut stream).take(most), &mut tokio::io::sink()).await
    };
    if !matches!(tokio::time::timeout(PATIENCE, reading).await, Ok(Ok(_))) {
        tracing::trace!("the sender did not stop in time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::io::Read as _;
    use tokio::net::{TcpListener, TcpSocket};

    #[tokio::test]
    async fn the_answer_arrives_before_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        sender.write_all(&vec![7; 200_000]).await.unwrap();
        let mut lingering = Lingering::new(accepted, Talk::default());
        lingering.write_all(b"no").await.unwrap();
        drop(lingering);
        let mut answer = Vec::new();
        sender.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"no");
    }

    /// Every look is the last one: what was read must be seen by then, though the kernel does not speak of it.
    #[tokio::test]
    async fn who_reads_slowly_is_not_cut_and_who_does_not_read_is() {
        let listening = TcpSocket::new_v4().unwrap();
        listening.set_send_buffer_size(128 * 1024).unwrap();
        listening.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = listening.listen(1).unwrap();
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(8192).unwrap();
        socket.connect(&listener.local_addr().unwrap().into()).unwrap();
        let mut client = std::net::TcpStream::from(socket);
        let (accepted, _) = listener.accept().await.unwrap();
        let mut lingering = Lingering::new(accepted, Talk::default());
        lingering.stall = Stall::hurried();
        let some = vec![7; 64 * 1024];
        poll_fn(|cx| {
            while Pin::new(&mut lingering).poll_write(cx, &some).is_ready() {}
            Poll::Ready(())
        })
        .await;
        for _ in 0..20 {
            // A fifth of what makes the kernel say that there is room.
            client.read_exact(&mut [0; 16 * 1024]).unwrap();
            let written = lingering.write(&some).await.expect("cut although it reads");
            assert!(written > 0);
        }
        for _ in 0..10 {
            if let Err(error) = lingering.write(&some).await {
                assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                return;
            }
        }
        panic!("nothing is read, and nobody minds");
    }
}
