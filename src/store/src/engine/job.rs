//! Closures on their way to a thread and their answers on the way back.

use super::Tx;
use crate::{Conn, StoreError};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::oneshot;

/// What is to become of what a closure has written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Undo,
    /// Undo, and trust nothing that hung on the closure.
    Panicked,
}

/// What becomes of a closure is decided once: by its thread, which is about to commit it, or by its caller, who gives
/// it up because the database is silent. So a caller who is told that nothing was written is told the truth.
#[derive(Clone, Default)]
pub(super) struct Fate(Arc<AtomicBool>);

impl Fate {
    /// True for the one who asks first.
    pub(super) fn decide(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }

    /// True if someone has decided.
    fn is_decided(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A writing closure, its types forgotten.
pub(super) trait WriteJob: Send {
    /// Whether its caller has given it up before it began.
    fn is_given_up(&self) -> bool;
    /// Asked before the commit: false if its caller has given it up, and none of it may stay.
    fn may_commit(&self) -> bool;
    /// Runs it, once, and keeps its result.
    fn run(&mut self, tx: &mut Tx) -> Verdict;
    /// Tells the caller: the result, or why the transaction around it failed.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

pub(super) struct Write<F, T, E> {
    pub(super) f: Option<F>,
    pub(super) result: Option<Result<T, E>>,
    pub(super) reply: oneshot::Sender<Result<T, E>>,
    pub(super) fate: Fate,
}

impl<F, T, E> WriteJob for Write<F, T, E>
where
    F: FnOnce(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn is_given_up(&self) -> bool {
        self.fate.is_decided()
    }

    fn may_commit(&self) -> bool {
        self.fate.decide()
    }

    fn run(&mut self, tx: &mut Tx) -> Verdict {
        let Some(f) = self.f.take() else {
            return Verdict::Undo;
        };
        let (result, verdict) = match catch_unwind(AssertUnwindSafe(|| f(tx))) {
            Ok(Ok(value)) => (Ok(value), Verdict::Keep),
            Ok(Err(error)) => (Err(error), Verdict::Undo),
            Err(payload) => (Err(panicked(&*payload).into()), Verdict::Panicked),
        };
        self.result = Some(result);
        verdict
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let result = match (failure, self.result) {
            (None, Some(result)) => result,
            (Some(error), _) => Err(error.into()),
            (None, None) => Err(StoreError::closed().into()),
        };
        // A caller that has gone needs no answer.
        let _ = self.reply.send(result);
    }
}

/// A reading closure: gets a connection, or why there is none.
pub(super) type ReadJob = Box<dyn FnOnce(Result<&mut Conn, StoreError>) -> Verdict + Send>;

pub(super) fn read_job<F, T>(f: F, reply: oneshot::Sender<Result<T, StoreError>>) -> ReadJob
where
    F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    Box::new(move |conn| {
        if reply.is_closed() {
            // The caller has gone: nothing would see the result.
            return Verdict::Keep;
        }
        let (result, verdict) = match conn {
            Err(error) => (Err(error), Verdict::Undo),
            Ok(conn) => match catch_unwind(AssertUnwindSafe(|| f(conn))) {
                Ok(Ok(value)) => (Ok(value), Verdict::Keep),
                Ok(Err(error)) => (Err(error), Verdict::Undo),
                Err(payload) => (Err(panicked(&*payload)), Verdict::Panicked),
            },
        };
        let _ = reply.send(result);
        verdict
    })
}

fn panicked(payload: &(dyn Any + Send)) -> StoreError {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned());
    tracing::error!(panic.message = %text, "a closure in the store panicked");
    StoreError::Panicked(text)
}
