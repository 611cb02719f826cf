//! What the product says in its log while a run goes on: warnings and errors, and panics. A run has one thread.

use std::cell::RefCell;
use std::fmt;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Whether it is an error, or a panic.
    pub bad: bool,
    /// What it says.
    pub text: String,
}

thread_local! {
    static NOTES: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
}

static ALL: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();

/// Begins to listen, in the whole process. With `all`, also to what only developers read.
pub fn listen(all: bool) {
    ALL.fetch_or(all, Ordering::SeqCst);
    LISTENING.call_once(|| {
        if tracing::subscriber::set_global_default(Listener).is_err() {
            // A test harness that listens already: runs then see panics alone.
            add(false, "somebody else listens to the log".to_owned());
        }
        std::panic::set_hook(Box::new(|panic| add(true, format!("panic: {panic}"))));
    });
}

/// What was said in this thread since this was last asked.
#[must_use]
pub fn take() -> Vec<Note> {
    NOTES.with_borrow_mut(std::mem::take)
}

fn add(bad: bool, text: String) {
    NOTES.with_borrow_mut(|notes| notes.push(Note { bad, text }));
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with("entrenous");
        metadata.is_event() && ours && (*metadata.level() <= Level::WARN || ALL.load(Ordering::Relaxed))
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let level = *event.metadata().level();
        let mut text = Text(format!("{level} {}:", event.metadata().target()));
        event.record(&mut text);
        add(level == Level::ERROR, text.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = match field.name() {
            "message" => format!(" {value:?}"),
            name => format!(" {name}={value:?}"),
        };
        self.0.push_str(&text);
    }
}
