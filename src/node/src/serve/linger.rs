//! Closing a connection so that the last answer arrives.
//!
//! A body that is refused halfway leaves bytes unread. Closing the socket then makes the kernel send a reset, which can
//! overtake the answer (413, 401): the sender would see a broken connection and try again instead of giving up.

use super::pace::{Pace, Talk};
use super::stall::Stall;
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
        let outcome = self.stream()?.poll_write(cx, bytes);
        self.stall.judge(cx, outcome)
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
        let outcome = self.stream()?.poll_write_vectored(cx, parts);
        self.stall.judge(cx, outcome)
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
    use tokio::net::TcpListener;

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
}
