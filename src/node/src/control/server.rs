//! The node's side of the socket.

use super::{LARGEST, Reply};
use crate::commands::{self, Command, Host};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// The listening socket; removed when it is dropped.
pub(crate) struct Server {
    listener: UnixListener,
    path: PathBuf,
}

impl Server {
    /// Listens. The caller holds the directory's lock, so a socket that is there was left by a killed node.
    pub(crate) fn listen(path: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the socket {} cannot be made: {error}", path.display());
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }

    /// Answers commands until the node stops.
    pub(crate) async fn run(self, host: Arc<Host>, stop: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let host = Arc::clone(&host);
                    tokio::spawn(async move {
                        if let Err(error) = answer(&host, stream).await {
                            tracing::debug!(cause = %error, "a command went away before its answer");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(cause = %error, "the command socket cannot accept");
                    // Out of file descriptors: trying again at once would only burn the processor.
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(cause = %error, "the command socket was gone already");
        }
    }
}

async fn answer(host: &Host, mut stream: UnixStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    (&mut stream).take(LARGEST).read_to_end(&mut request).await?;
    let reply = match serde_json::from_slice::<Command>(&request) {
        Ok(command) => match commands::execute(host, command).await {
            Ok(answer) => Reply::Done(answer),
            Err(error) => Reply::Failed(error),
        },
        Err(error) => Reply::Failed(format!(
            "the serving node does not know this command: is it another version? ({error})"
        )),
    };
    let bytes = serde_json::to_vec(&reply).map_err(std::io::Error::other)?;
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}
