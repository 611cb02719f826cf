//! A wire between a node and the others that can be cut, so that both live and neither hears of the other.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Listens in the place of a node and hands everything on. Ends with the value.
pub struct Proxy {
    cut: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens at `authority` (`localhost:PORT`) for what listens at `behind`.
    ///
    /// # Panics
    /// If the port is taken.
    pub async fn start(authority: &str, behind: &str) -> Self {
        let listener = TcpListener::bind(authority.replace("localhost", "127.0.0.1"));
        let listener = listener.await.expect("the port is taken");
        let (cut, told) = watch::channel(false);
        let behind = behind.to_owned();
        let task = tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                tokio::spawn(carry(from, behind.clone(), told.clone()));
            }
        });
        Self { cut, task }
    }

    /// Cuts the wire, with everything that is on it, or mends it.
    pub fn cut(&self, cut: bool) {
        self.cut.send_replace(cut);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, until an end is closed or the wire is cut.
async fn carry(mut from: TcpStream, behind: String, mut cut: watch::Receiver<bool>) {
    if *cut.borrow() {
        return;
    }
    let Ok(mut to) = TcpStream::connect(behind).await else {
        return;
    };
    tokio::select! {
        ended = copy_bidirectional(&mut from, &mut to) => drop(ended),
        told = cut.wait_for(|cut| *cut) => drop(told),
    }
}
