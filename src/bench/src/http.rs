//! HTTP/1.1 over one kept-alive connection, as little of it as costs the least: the load shares the processors with
//! the node.

use crate::Outcome;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection to the node.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    body: std::ops::Range<usize>,
}

impl Connection {
    /// Connects to `address:port`.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 64 * 1_024],
            filled: 0,
            body: 0..0,
        })
    }

    /// Sends a whole request and reads the whole answer; its status. The body is kept until the next one.
    ///
    /// # Errors
    /// When the connection breaks, or the answer has no `Content-Length` and is not chunked.
    pub async fn ask(&mut self, request: &[u8]) -> Outcome<u16> {
        self.filled = 0;
        self.body = 0..0;
        self.stream.write_all(request).await?;
        let end = loop {
            let read = self.buffer.get(..self.filled).unwrap_or_default();
            if let Some(end) = find(read, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let head = Head::of(self.buffer.get(..end).unwrap_or_default())?;
        match head.length {
            Some(length) => {
                while self.filled < end + length {
                    self.fill().await?;
                }
                self.body = end..end + length;
            }
            None => {
                while find(
                    self.buffer.get(end - 2..self.filled).unwrap_or_default(),
                    b"\r\n0\r\n\r\n",
                )
                .is_none()
                {
                    self.fill().await?;
                }
                self.body = end..self.filled;
            }
        }
        Ok(head.status)
    }

    /// The body of the last answer; a chunked one with its chunk heads.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.body.clone()).unwrap_or_default()
    }

    async fn fill(&mut self) -> Outcome {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let read = self.stream.read(free).await?;
        if read == 0 {
            return Err("the node closed the connection".into());
        }
        self.filled += read;
        Ok(())
    }
}

/// What is needed of a head.
pub(crate) struct Head {
    /// Of an answer.
    pub(crate) status: u16,
    /// `Content-Length`; `None` if it is chunked.
    pub(crate) length: Option<usize>,
}

impl Head {
    fn of(head: &[u8]) -> Outcome<Self> {
        let text = std::str::from_utf8(head)?;
        let status = text
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .ok_or("no status line")?;
        let length = content_length(text);
        let empty = status == 204 || status == 304;
        if length.is_none() && !empty && !text.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            return Err("an answer without a length".into());
        }
        Ok(Self {
            status,
            length: if empty { Some(0) } else { length },
        })
    }
}

/// The `Content-Length` of a head.
pub(crate) fn content_length(head: &str) -> Option<usize> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    })
}

/// Where `needle` begins.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = haystack.get(from..)?.iter().position(|byte| *byte == first) {
        if haystack.get(from + at..)?.starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// A request as bytes.
#[must_use]
pub fn request(method: &str, path: &str, host: &str, token: &str, body: Option<&str>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
    if !token.is_empty() {
        text.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        ));
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        let head = Head::of(b"HTTP/1.1 202 Accepted\r\nContent-Length: 17\r\n\r\n").unwrap();
        assert_eq!((head.status, head.length), (202, Some(17)));
        let head = Head::of(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
        assert_eq!((head.status, head.length), (200, None));
        assert!(Head::of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn needles_are_found() {
        assert_eq!(find(b"aab\r\r\n\r\n", b"\r\n\r\n"), Some(4));
        assert_eq!(find(b"\r\n\r", b"\r\n\r\n"), None);
    }
}
