//! A request body that must keep coming: a deadline that moves on with what was received.

use super::pace::Talk;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// What every body has.
const GRACE: Duration = Duration::from_secs(10);
/// The slowest acceptable rate: a second more for each of these many bytes.
const BYTES_PER_SECOND: u64 = 16 * 1024;

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// Too slow.
    #[error("the request body came too slowly")]
    Slow,
    /// The connection broke.
    #[error("the request body broke off")]
    Broken(#[source] hyper::Error),
}

/// The body of a request with its deadline.
pub(super) struct TimedBody {
    inner: Incoming,
    received: u64,
    started: Instant,
    deadline: Pin<Box<Sleep>>,
    talk: Talk,
}

impl TimedBody {
    pub(super) fn new(inner: Incoming, talk: Talk) -> Self {
        let started = Instant::now();
        Self {
            inner,
            received: 0,
            started,
            deadline: Box::pin(sleep_until(started + GRACE)),
            talk,
        }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        // Asked here too: a timer is not asked while there is always more to read.
        if Instant::now() >= this.deadline.deadline() {
            return Poll::Ready(Some(Err(BodyError::Slow)));
        }
        let mut frames = this.inner.frame();
        if let Poll::Ready(frame) = Pin::new(&mut frames).poll(cx) {
            return Poll::Ready(match frame {
                None => None,
                Some(Err(error)) => Some(Err(BodyError::Broken(error))),
                Some(Ok(frame)) => {
                    let length = frame.data_ref().map_or(0, Bytes::len);
                    if length > 0 {
                        this.talk.understood();
                    }
                    this.received = this.received.saturating_add(length as u64);
                    let earned = Duration::from_secs(this.received / BYTES_PER_SECOND);
                    this.deadline.as_mut().reset(this.started + GRACE + earned);
                    Some(Ok(frame))
                }
            });
        }
        match this.deadline.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err(BodyError::Slow))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
