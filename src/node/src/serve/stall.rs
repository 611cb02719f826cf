//! Answers that nobody takes: whoever asks and does not read holds a connection, what was asked for, and memory.
//!
//! The kernel says that a socket can be written to again only once a third of its buffer is free. Over a slow line that
//! takes longer than anyone should be waited for who takes nothing; so what was taken is found out by trying to write.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// How long a full socket may stay full.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a full socket is tried meanwhile: what was on the way when it became full is no progress of later.
const GLANCE: Duration = Duration::from_secs(2);
/// What must have been taken by then, in bytes. Below it, reading byte by byte would keep a connection for ever; above it
/// is the worst line that somebody still waits at.
const ENOUGH: usize = 1024;

/// Watches the writes to one socket.
pub(super) struct Stall {
    patience: Duration,
    glance: Duration,
    waiting: Option<Waiting>,
    over: bool,
}

impl Default for Stall {
    fn default() -> Self {
        Self {
            patience: PATIENCE,
            glance: GLANCE,
            waiting: None,
            over: false,
        }
    }
}

struct Waiting {
    since: Instant,
    look: Pin<Box<Sleep>>,
    taken: usize,
}

impl Stall {
    /// What a write came to: as it was, or `TimedOut` when the other side has taken too little for too long.
    ///
    /// `attempt` writes the same at once, whether or not the socket is known to have room: `WouldBlock` if it has none.
    pub(super) fn judge(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
        mut attempt: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(outcome) = outcome {
            if let Ok(count) = outcome {
                self.took(count);
            }
            return Poll::Ready(outcome);
        }
        let (patience, glance) = (self.patience, self.glance);
        loop {
            let waiting = self.waiting.get_or_insert_with(|| Waiting {
                since: Instant::now(),
                look: Box::pin(sleep(glance)),
                taken: 0,
            });
            ready!(waiting.look.as_mut().poll(cx));
            let now = Instant::now();
            let late = now.duration_since(waiting.since) >= patience;
            waiting.look.as_mut().reset(now + glance);
            let count = match attempt() {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                Err(error) => return Poll::Ready(Err(error)),
            };
            self.took(count);
            if late && self.waiting.is_some() {
                self.over = true;
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the answer is not taken",
                )));
            }
            if count > 0 {
                return Poll::Ready(Ok(count));
            }
        }
    }

    /// So many bytes found room: as many were taken at the other end.
    fn took(&mut self, count: usize) {
        if let Some(waiting) = &mut self.waiting {
            waiting.taken = waiting.taken.saturating_add(count);
            if waiting.taken >= ENOUGH {
                self.waiting = None;
            }
        }
    }

    /// Everything there was has been handed over.
    pub(super) fn emptied(&mut self) {
        self.waiting = None;
    }

    /// Whether it came to that.
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    impl Stall {
        /// One that loses patience soon.
        fn soon() -> Self {
            Self {
                patience: Duration::from_millis(50),
                glance: Duration::from_millis(10),
                ..Self::default()
            }
        }

        /// One that has no patience but looks once.
        pub(in crate::serve) fn hurried() -> Self {
            Self {
                patience: Duration::ZERO,
                ..Self::soon()
            }
        }
    }

    fn no_room() -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }

    /// Tells the stall of a full socket, as far as anyone knows, until it has enough of it.
    async fn full(stall: &mut Stall, mut attempt: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
        poll_fn(|cx| stall.judge(cx, Poll::Pending, &mut attempt)).await
    }

    async fn took(stall: &mut Stall, count: usize) {
        poll_fn(|cx| stall.judge(cx, Poll::Ready(Ok(count)), no_room))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_socket_that_stays_full_is_given_up() {
        let mut stall = Stall::soon();
        let error = full(&mut stall, no_room).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(stall.is_over());
        // What breaks is no matter of patience.
        let mut stall = Stall::soon();
        let error = full(&mut stall, || Err(io::ErrorKind::ConnectionReset.into())).await;
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert!(!stall.is_over());
    }

    #[tokio::test]
    async fn byte_by_byte_is_not_enough_and_a_pace_is() {
        // However it is seen, the first wait counts until enough was taken.
        let mut stall = Stall::soon();
        while full(&mut stall, || Ok(1)).await.is_ok() {
            took(&mut stall, 1).await;
        }
        assert!(stall.is_over());
        // A slow line, of which the kernel says nothing: each time it is the last moment.
        let mut stall = Stall::hurried();
        for _ in 0..5 {
            assert_eq!(full(&mut stall, || Ok(ENOUGH)).await.unwrap(), ENOUGH);
            assert!(stall.waiting.is_none());
        }
        // A small answer that was taken whole, later, does not count against the next.
        let mut stall = Stall {
            glance: Duration::from_millis(10),
            ..Stall::default()
        };
        assert_eq!(full(&mut stall, || Ok(10)).await.unwrap(), 10);
        assert!(stall.waiting.is_some());
        stall.emptied();
        assert!(stall.waiting.is_none() && !stall.is_over());
    }
}
