//! An end of a connection, as hyper reads and writes it.

use super::Net;
use super::line::{Close, Line, Side};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// An end of a connection.
pub struct Stream {
    pub(super) net: Net,
    pub(super) line: Arc<Mutex<Line>>,
    pub(super) side: Side,
    pub(super) timer: Option<Pin<Box<Sleep>>>,
}

pub(super) fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What there is to read.
enum Found {
    Bytes,
    End(Close),
    At(Instant),
    Nothing,
}

impl Stream {
    fn look(&self, cx: &Context<'_>, buffer: &mut ReadBuf<'_>) -> Found {
        let mut line = lock(&self.line);
        if line.is_gone(self.side) {
            return Found::Nothing;
        }
        let way = line.from(self.side.other());
        let now = Instant::now();
        way.waker = Some(cx.waker().clone());
        if way.hole {
            return Found::Nothing;
        }
        // What is broken is broken for what was under way as well.
        if let Some((at, Close::Reset)) = way.closed
            && at <= now
        {
            return Found::End(Close::Reset);
        }
        if let Some((at, bytes)) = way.chunks.front_mut() {
            if *at > now {
                return Found::At(*at);
            }
            let count = bytes.len().min(buffer.remaining());
            let rest = bytes.split_off(count);
            buffer.put_slice(bytes);
            if rest.is_empty() {
                way.chunks.pop_front();
            } else {
                *bytes = rest;
            }
            return Found::Bytes;
        }
        match way.closed {
            Some((at, how)) if at <= now => Found::End(how),
            Some((at, _)) => Found::At(at),
            None => Found::Nothing,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match self.look(cx, buffer) {
                Found::Bytes | Found::End(Close::Done) => return Poll::Ready(Ok(())),
                Found::End(Close::Reset) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                Found::Nothing => return Poll::Pending,
                Found::At(at) => {
                    let mut timer = Box::pin(sleep_until(at));
                    let ready = timer.as_mut().poll(cx).is_ready();
                    self.timer = Some(timer);
                    if !ready {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if lock(&self.line).is_gone(self.side) {
            return Poll::Pending;
        }
        if lock(&self.line).from(self.side).closed.is_some() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.net.carry(&self.line, self.side, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let at = Instant::now() + Duration::from_millis(1);
        lock(&self.line).from(self.side).close(at, Close::Done);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut line = lock(&self.line);
        if !line.is_gone(self.side) {
            let at = Instant::now() + Duration::from_millis(1);
            line.from(self.side).close(at, Close::Done);
        }
    }
}
