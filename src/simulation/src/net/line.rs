//! One connection: bytes that are under way in both directions.

use super::http::Reader;
use crate::journal::NodeNo;
use std::collections::VecDeque;
use std::task::Waker;
use tokio::time::Instant;

/// Which end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Who has connected.
    Client,
    /// Who has listened.
    Server,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// How a direction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// In order.
    Done,
    /// Broken.
    Reset,
}

/// What one side has sent and the other has not read.
pub(super) struct Way {
    pub(super) chunks: VecDeque<(Instant, Vec<u8>)>,
    /// When the last of it arrives: nothing overtakes.
    pub(super) last: Instant,
    pub(super) closed: Option<(Instant, Close)>,
    /// Nothing arrives any more, and nobody is told.
    pub(super) hole: bool,
    /// Who waits for it.
    pub(super) waker: Option<Waker>,
}

impl Way {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            chunks: VecDeque::new(),
            last: now,
            closed: None,
            hole: false,
            waker: None,
        }
    }

    /// Puts bytes on the way.
    pub(super) fn push(&mut self, at: Instant, bytes: &[u8]) {
        self.last = self.last.max(at);
        self.chunks.push_back((self.last, bytes.to_vec()));
        self.wake();
    }

    /// Ends it. The first end counts, unless it breaks.
    pub(super) fn close(&mut self, at: Instant, how: Close) {
        if self.closed.is_none() || how == Close::Reset {
            self.last = self.last.max(at);
            self.closed = Some((self.last, how));
        }
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A connection.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) client: NodeNo,
    pub(super) server: NodeNo,
    /// The process at an end is gone: nothing is read or written there any more.
    pub(super) client_gone: bool,
    pub(super) server_gone: bool,
    /// From the client, and from the server.
    pub(super) asking: Way,
    pub(super) answering: Way,
    /// What was asked and not answered yet.
    pub(super) asked: VecDeque<String>,
    pub(super) asking_read: Reader,
    pub(super) answering_read: Reader,
    /// The network made it.
    pub(super) repeated: bool,
}

impl Line {
    pub(super) fn from(&mut self, side: Side) -> &mut Way {
        match side {
            Side::Client => &mut self.asking,
            Side::Server => &mut self.answering,
        }
    }

    pub(super) const fn is_gone(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client_gone,
            Side::Server => self.server_gone,
        }
    }

    /// Breaks it for both.
    pub(super) fn reset(&mut self, at: Instant) {
        self.asking.close(at, Close::Reset);
        self.answering.close(at, Close::Reset);
    }

    /// Lets it fall silent for both.
    pub(super) fn silence(&mut self) {
        self.asking.hole = true;
        self.answering.hole = true;
    }

    /// The process of a node is gone: the other end hears of it, or of nothing ever.
    pub(super) fn lose(&mut self, node: NodeNo, at: Instant, silent: bool) {
        if self.client == node && !self.repeated {
            self.client_gone = true;
        }
        if self.server == node {
            self.server_gone = true;
        }
        if silent {
            self.silence();
        } else {
            self.reset(at);
        }
    }
}
