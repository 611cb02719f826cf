//! One click into a node: a page beside it, on a port of its own, that signs the browser in as someone of the demo.
//!
//! The node knows nothing of it. The door types name and password into the node's own sign-in page, and hands the
//! session it is given to the browser: cookies belong to a host whatever the port, and their names carry the node's
//! port. It listens on the loopback address of its node alone, and ends with the demo.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::door_page;
use super::http::{self, Request, quoted};
use super::nodes::PASSWORD;
use super::people::Site;
use super::state::Address;
use crate::Outcome;

/// From a node's port to its door's, if nobody else is there.
const BESIDE: u16 = 100;
/// Longer than a browser on this machine takes to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// No request to the door is longer.
const LONGEST: u64 = 16 * 1024;

/// What a door needs to know.
struct Door {
    site: &'static Site,
    node: Address,
    own: Address,
}

/// What a browser asks a door for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    method: String,
    path: String,
    host: String,
    origin: Option<String>,
    body: String,
}

/// Opens the door of a node for as long as this process lives; answers where it is.
///
/// # Errors
/// When no port is free.
pub(crate) fn open(site: &'static Site, node: &Address) -> Outcome<Address> {
    let first = node.port.saturating_add(BESIDE);
    let listener = (first..=u16::MAX)
        .step_by(10)
        .take(50)
        .find_map(|port| TcpListener::bind((node.host.as_str(), port)).ok())
        .ok_or_else(|| format!("no free port on {} near {first}", node.host))?;
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(format!("{} is not an address of this machine alone", node.host).into());
    }
    let own = Address {
        host: node.host.clone(),
        port: listener.local_addr()?.port(),
    };
    let door = Door {
        site,
        node: node.clone(),
        own: own.clone(),
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser that goes away early is nobody's trouble.
            drop(door.serve(&stream));
        }
    });
    Ok(own)
}

impl Door {
    fn serve(&self, stream: &TcpStream) -> Outcome {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let asked = read(stream)?;
        let answer = self.answer(&asked);
        let mut out = stream;
        out.write_all(answer.as_bytes())?;
        Ok(())
    }

    fn answer(&self, asked: &Asked) -> String {
        // Under another name this page would be another site's: names can be made to lead here.
        if asked.host != self.own.authority() {
            return page("403 Forbidden", &[], "This door has another address.");
        }
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/") => page("200 OK", &[], &door_page::html(self.site, &self.node)),
            ("POST", "/enter") => self.enter(asked),
            _ => page("404 Not Found", &[], "Nothing here."),
        }
    }

    fn enter(&self, asked: &Asked) -> String {
        // A form on another page of this machine does not sign the browser in.
        let foreign = asked
            .origin
            .as_ref()
            .is_some_and(|origin| *origin != self.own.url());
        let name = asked.body.strip_prefix("username=").unwrap_or_default();
        let person = self.site.people.iter().find(|person| person.username == name);
        let (false, Some(person)) = (foreign, person) else {
            return page("403 Forbidden", &[], "Nobody of that name enters here.");
        };
        match sign_in(&self.node, person.username) {
            Ok(cookie) => {
                let location = format!("Location: {}/?sign-in", self.node.url());
                page(
                    "303 See Other",
                    &[&location, &format!("Set-Cookie: {cookie}")],
                    "",
                )
            }
            Err(failure) => page("502 Bad Gateway", &[], &door_page::escaped(&failure.to_string())),
        }
    }
}

/// Signs someone in on the node's own page, as a browser would; answers the cookie of the session.
///
/// # Errors
/// When the node does not answer as its sign-in page does.
fn sign_in(node: &Address, username: &str) -> Outcome<String> {
    let authority = node.authority();
    let ask = |method, body: &str, cookie: Option<&str>| {
        let request = Request {
            method,
            path: "/auth/sign_in",
            token: None,
            cookie,
            content_type: "application/x-www-form-urlencoded",
            body: body.as_bytes(),
        };
        http::send(&authority, &request)
    };
    let form = ask("GET", "", None)?;
    let text = String::from_utf8_lossy(&form.body).into_owned();
    let token = field(&text, "token").ok_or("the node's sign-in page has no form")?;
    let cookie = form
        .cookies
        .first()
        .ok_or("the node's sign-in page sets no cookie")?;
    let cookie = cookie.split(';').next().unwrap_or_default();
    let body = format!(
        "token={}&username={}&password={}&next=%2F",
        quoted(token),
        quoted(username),
        quoted(PASSWORD)
    );
    let answer = ask("POST", &body, Some(cookie))?;
    let session = answer
        .cookies
        .into_iter()
        .find(|cookie| cookie.contains("session"));
    match session {
        Some(cookie) if answer.status == 303 => Ok(cookie),
        _ => Err(format!(
            "{username} could not sign in ({}): was the password of the demo changed?",
            answer.status
        )
        .into()),
    }
}

/// The value of a hidden field of a page.
fn field<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn read(stream: impl Read) -> Outcome<Asked> {
    let mut reader = BufReader::new(stream.take(LONGEST));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let (mut host, mut origin, mut length) = (String::new(), None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return Err("not HTTP".into());
        };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "host" => host = value,
            "origin" => origin = Some(value),
            "content-length" => length = value.parse()?,
            _ => {}
        }
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body)?;
    Ok(Asked {
        method,
        path,
        host,
        origin,
        body,
    })
}

fn page(status: &str, headers: &[&str], body: &str) -> String {
    let more: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\nX-Frame-Options: DENY\r\n\
         Content-Security-Policy: {}\r\n{more}\r\n{body}",
        body.len(),
        door_page::POLICY,
    )
}

#[cfg(test)]
mod tests {
    use super::super::people::SITES;
    use super::*;

    fn door() -> Door {
        let address = |port| Address {
            host: "127.0.0.1".to_owned(),
            port,
        };
        Door {
            site: &SITES[0],
            // Nothing listens on port 1.
            node: address(1),
            own: address(2),
        }
    }

    fn asked(text: &str) -> Asked {
        read(text.as_bytes()).unwrap()
    }

    #[test]
    fn requests_are_read() {
        let asked =
            asked("POST /enter?x HTTP/1.1\r\nHost: a:1\r\ncontent-length: 3\r\nOrigin: null\r\n\r\nabcd");
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/enter"));
        assert_eq!((asked.host.as_str(), asked.body.as_str()), ("a:1", "abc"));
        assert_eq!(asked.origin.as_deref(), Some("null"));
        assert!(read(b"GET / HTTP/1.1\r\nnonsense\r\n\r\n".as_slice()).is_err());
    }

    #[test]
    fn everyone_has_a_button() {
        let page = door().answer(&asked("GET / HTTP/1.1\r\nHost: 127.0.0.1:2\r\n\r\n"));
        assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
        for person in SITES[0].people {
            assert!(page.contains(&format!("value=\"{}\"", person.username)), "{page}");
        }
        assert!(!page.contains(PASSWORD) && !page.contains("<script"));
    }

    #[test]
    fn strangers_stay_outside() {
        for text in [
            "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "POST /enter HTTP/1.1\r\nHost: 127.0.0.1:2\r\nOrigin: http://127.0.0.1:1\r\nContent-Length: 16\r\n\r\nusername=camille",
            "POST /enter HTTP/1.1\r\nHost: 127.0.0.1:2\r\nContent-Length: 15\r\n\r\nusername=nobody",
        ] {
            let answer = door().answer(&asked(text));
            assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
            assert!(!answer.contains("Set-Cookie"));
        }
    }

    #[test]
    fn fields_of_the_form() {
        assert_eq!(
            field("<input type=\"hidden\" name=\"token\" value=\"ab\">", "token"),
            Some("ab")
        );
        assert_eq!(field("", "token"), None);
    }
}
