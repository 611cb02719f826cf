//! As much HTTP/1.1 as it takes to talk to a node on this machine: one request, one connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Outcome;

/// Longer than any answer on this machine takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request to a node.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) path: &'a str,
    pub(crate) token: Option<&'a str>,
    /// Name and value.
    pub(crate) cookie: Option<&'a str>,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Seconds the node asks to wait, if it does.
    pub(crate) retry_after: Option<u64>,
    /// Cookies it sets, as they are written.
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// Sends a request to `authority` (address and port) and reads the answer.
///
/// # Errors
/// When there is no connection, no answer within 30 seconds, or it is not HTTP.
pub(crate) fn send(authority: &str, request: &Request<'_>) -> Outcome<Answer> {
    let address: SocketAddr = authority.parse()?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {authority}\r\nAccept: application/json\r\nConnection: close\r\n\
         User-Agent: entrenous-demo\r\nContent-Length: {}\r\n",
        request.method,
        request.path,
        request.body.len()
    );
    if !request.body.is_empty() {
        head.push_str(&format!("Content-Type: {}\r\n", request.content_type));
    }
    if let Some(token) = request.token {
        head.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    if let Some(cookie) = request.cookie {
        head.push_str(&format!("Cookie: {cookie}\r\n"));
    }
    head.push_str("\r\n");
    let mut message = head.into_bytes();
    message.extend_from_slice(request.body);
    stream.write_all(&message)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    read(&bytes).ok_or_else(|| "the answer is not HTTP".into())
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let rest = bytes.get(end + 4..)?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()?
        .strip_prefix("HTTP/1.1 ")?
        .split(' ')
        .next()?
        .parse()
        .ok()?;
    let mut chunked = false;
    let mut length = None;
    let mut retry_after = None;
    let mut cookies = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "content-length" => length = Some(value.parse::<usize>().ok()?),
            "retry-after" => retry_after = value.parse().ok(),
            "set-cookie" => cookies.push(value.to_owned()),
            _ => {}
        }
    }
    let body = match length {
        _ if chunked => unchunk(rest)?,
        Some(length) => rest.get(..length)?.to_vec(),
        None => rest.to_vec(),
    };
    Some(Answer {
        status,
        retry_after,
        cookies,
        body,
    })
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let line = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let begin = end + 2;
        body.extend_from_slice(rest.get(begin..begin + size)?);
        rest = rest.get(begin + size + 2..)?;
    }
}

/// `text` as a value in a query.
pub(crate) fn quoted(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_answer() {
        let answer =
            read(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\nRetry-After: 3\r\nSet-Cookie: a=b; Path=/\r\n\r\nno").unwrap();
        assert_eq!(
            answer,
            Answer {
                status: 429,
                retry_after: Some(3),
                cookies: vec!["a=b; Path=/".to_owned()],
                body: b"no".to_vec()
            }
        );
    }

    #[test]
    fn a_chunked_answer() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbon\r\n4;x=y\r\njour\r\n0\r\n\r\n";
        assert_eq!(read(bytes).unwrap().body, b"bonjour");
    }

    #[test]
    fn half_an_answer_is_none() {
        assert_eq!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"), None);
        assert_eq!(read(b"SSH-2.0-x\r\n\r\n"), None);
    }

    #[test]
    fn handles_in_queries() {
        assert_eq!(quoted("@sam@127.0.0.2:8302"), "%40sam%40127.0.0.2%3A8302");
    }
}
