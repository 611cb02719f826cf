//! Answers that nobody takes: whoever asks and does not read holds a connection, what was asked for, and memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// How long a full socket may stay full.
const PATIENCE: Duration = Duration::from_secs(10);
/// What must have been taken by then, in bytes. Below it, reading byte by byte would keep a connection for ever.
const ENOUGH: usize = 16 * 1024;

/// Watches the writes to one socket.
pub(super) struct Stall {
    patience: Duration,
    waiting: Option<Waiting>,
    over: bool,
}

impl Default for Stall {
    fn default() -> Self {
        Self {
            patience: PATIENCE,
            waiting: None,
            over: false,
        }
    }
}

struct Waiting {
    until: Pin<Box<Sleep>>,
    taken: usize,
}

impl Stall {
    /// What a write came to: as it was, or `TimedOut` when the other side has taken too little for too long.
    pub(super) fn judge(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(outcome) = outcome else {
            let patience = self.patience;
            let waiting = self.waiting.get_or_insert_with(|| Waiting {
                until: Box::pin(sleep(patience)),
                taken: 0,
            });
            ready!(waiting.until.as_mut().poll(cx));
            self.over = true;
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the answer is not taken",
            )));
        };
        if let (Some(waiting), Ok(count)) = (&mut self.waiting, &outcome) {
            waiting.taken = waiting.taken.saturating_add(*count);
            if waiting.taken >= ENOUGH {
                self.waiting = None;
            }
        }
        Poll::Ready(outcome)
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

    /// Tells the stall of a full socket until it has enough of it.
    async fn full(stall: &mut Stall) -> io::Result<usize> {
        poll_fn(|cx| stall.judge(cx, Poll::Pending)).await
    }

    async fn took(stall: &mut Stall, count: usize) {
        poll_fn(|cx| stall.judge(cx, Poll::Ready(Ok(count))))
            .await
            .unwrap();
    }

    /// One that loses patience soon.
    fn soon() -> Stall {
        Stall {
            patience: Duration::from_millis(50),
            ..Stall::default()
        }
    }

    #[tokio::test]
    async fn a_socket_that_stays_full_is_given_up() {
        let mut stall = soon();
        assert_eq!(
            full(&mut stall).await.unwrap_err().kind(),
            io::ErrorKind::TimedOut
        );
        assert!(stall.is_over());
    }

    #[tokio::test]
    async fn byte_by_byte_is_not_enough_and_a_pace_is() {
        // However late this looks again: the first wait counts until enough was taken.
        let mut stall = soon();
        while full_for_a_moment(&mut stall).await {
            took(&mut stall, 1).await;
        }
        assert!(stall.is_over());
        let mut stall = Stall::default();
        for _ in 0..10 {
            assert!(full_for_a_moment(&mut stall).await);
            took(&mut stall, ENOUGH).await;
            assert!(stall.waiting.is_none());
        }
        // A small answer that was taken whole, later, does not count against the next.
        assert!(full_for_a_moment(&mut stall).await);
        took(&mut stall, 10).await;
        assert!(stall.waiting.is_some());
        stall.emptied();
        assert!(stall.waiting.is_none() && !stall.is_over());
    }

    /// Whether it is still waited for.
    async fn full_for_a_moment(stall: &mut Stall) -> bool {
        let moment = Duration::from_millis(5);
        tokio::time::timeout(moment, full(stall)).await.is_err()
    }
}
