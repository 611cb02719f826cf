//! The command's side of the socket.

use super::{LARGEST, Reply};
use crate::commands::{Answer, Command};
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// Asks the serving node. `Ok(None)` if none serves; the inner result is the node's answer.
pub(crate) async fn ask(socket: &Path, command: &Command) -> Result<Option<Result<Answer, String>>, String> {
    use std::io::ErrorKind;
    let mut stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        // No socket, or one that a killed node left behind.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => {
            return Err(format!(
                "the node cannot be asked at {}: {error}",
                socket.display()
            ));
        }
    };
    let request = serde_json::to_vec(command).map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    let talk = async {
        stream.write_all(&request).await?;
        stream.shutdown().await?;
        stream.take(LARGEST).read_to_end(&mut answer).await
    };
    talk.await
        .map_err(|error| format!("the node did not answer: {error}"))?;
    let reply = serde_json::from_slice(&answer)
        .map_err(|_| "the node stopped before it answered; look at its log".to_owned())?;
    Ok(Some(match reply {
        Reply::Done(answer) => Ok(answer),
        Reply::Failed(error) => Err(error),
    }))
}
