//! Clients.

use super::OUT_OF_BAND;
use super::web::{WEB_CLIENT, web_client};
use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result};
use entrenous_model::{App, AppId, Scopes};
use entrenous_store as store;
use subtle::ConstantTimeEq as _;
use url::Url;

const NAME: usize = 60;
const URIS: usize = 20;
const URI_BYTES: usize = 2_000;
/// Schemes that a browser would run or open itself.
const FORBIDDEN_SCHEMES: &[&str] = &[
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "filesystem",
    "about",
    "view-source",
    "ws",
    "wss",
    "ftp",
];

pub(super) const INVALID_CLIENT: DomainError = DomainError::Unauthenticated("invalid_client");

/// Registers a client; answers it with its secret (shown once).
///
/// # Errors
/// `Invalid` for an empty or too long name (60), more than 20 redirect URIs, one that is not absolute (`javascript:`,
/// `data:` and fragments refused), or unknown scopes.
pub async fn register(
    ctx: &Ctx,
    name: &str,
    website: Option<String>,
    redirect_uris: Vec<String>,
    scopes: &str,
) -> Result<(App, String)> {
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(DomainError::invalid("client_name has 1 to 60 characters"));
    }
    let website = website
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    if let Some(website) = &website {
        check_website(website)?;
    }
    let mut redirect_uris: Vec<String> = redirect_uris
        .iter()
        .map(|uri| uri.trim().to_owned())
        .filter(|uri| !uri.is_empty())
        .collect();
    redirect_uris.dedup();
    if redirect_uris.is_empty() || redirect_uris.len() > URIS {
        return Err(DomainError::invalid("redirect_uris has 1 to 20 addresses"));
    }
    for uri in &redirect_uris {
        check_redirect(uri)?;
    }
    let scopes = parse_scopes(if scopes.trim().is_empty() { "read" } else { scopes })?;
    let (client_id, secret) = (ctx.random_token(), ctx.random_token());
    let client_secret_hash = sha256_hex(secret.as_bytes());
    let app = ctx
        .store()
        .write(move |tx| {
            let app = App {
                id: AppId(tx.next_id()),
                client_id,
                client_secret_hash,
                name,
                website,
                redirect_uris,
                scopes,
                created_at: tx.now(),
            };
            store::apps::insert(tx, &app)?;
            Ok::<_, DomainError>(app)
        })
        .await?;
    Ok((app, secret))
}

pub(super) fn parse_scopes(text: &str) -> Result<Scopes> {
    Scopes::parse(text).map_err(|scope| {
        let scope: String = scope.chars().take(40).collect();
        DomainError::invalid(format!("there is no scope {scope:?}"))
    })
}

pub(super) fn check_website(text: &str) -> Result<()> {
    let wrong = || DomainError::invalid("website is an http or https address");
    let url = Url::parse(text).map_err(|_| wrong())?;
    // A URL parser drops some of these silently.
    let odd = text.chars().any(|c| c.is_control() || c.is_whitespace());
    if odd || text.len() > URI_BYTES || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    Ok(())
}

/// Exact addresses only: of a web page, or of an app's own scheme (RFC 8252, 7.1).
pub(super) fn check_redirect(text: &str) -> Result<()> {
    if text == OUT_OF_BAND {
        return Ok(());
    }
    let wrong = |why: &str| {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
        Err(DomainError::invalid(format!("redirect_uri {shown:?} {why}")))
    };
    // A URL parser drops some of these silently, and what is compared and what is followed would differ.
    if text.len() > URI_BYTES
        || text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return wrong("is too long or has a character that no address has");
    }
    let Ok(url) = Url::parse(text) else {
        return wrong("is no absolute address");
    };
    if FORBIDDEN_SCHEMES.contains(&url.scheme()) {
        return wrong("has a scheme that is not allowed");
    }
    if url.fragment().is_some() {
        return wrong("has a fragment");
    }
    if matches!(url.scheme(), "http" | "https")
        && (url.host_str().is_none_or(str::is_empty)
            || !url.username().is_empty()
            || url.password().is_some())
    {
        return wrong("has no host, or credentials");
    }
    Ok(())
}

/// A client by its public identifier; the node's own web client ([`WEB_CLIENT`]) always exists.
///
/// # Errors
/// Only the store's.
pub async fn app_by_client_id(ctx: &Ctx, client_id: &str) -> Result<Option<App>> {
    if client_id == WEB_CLIENT {
        return web_client(ctx).await.map(Some);
    }
    let client_id = client_id.to_owned();
    Ok(ctx
        .store()
        .read(move |conn| store::apps::by_client_id(conn, &client_id))
        .await?)
}

/// A client by id.
///
/// # Errors
/// Only the store's.
pub async fn app(ctx: &Ctx, id: AppId) -> Result<Option<App>> {
    Ok(ctx.store().read(move |conn| store::apps::by_id(conn, id)).await?)
}

/// A client that says who it is: known, and with the right secret if one was sent.
pub(super) async fn client(ctx: &Ctx, client_id: &str, secret: Option<&str>) -> Result<App> {
    let app = app_by_client_id(ctx, client_id).await?.ok_or(INVALID_CLIENT)?;
    if let Some(secret) = secret {
        let hash = sha256_hex(secret.as_bytes());
        if !bool::from(hash.as_bytes().ct_eq(app.client_secret_hash.as_bytes())) {
            return Err(INVALID_CLIENT);
        }
    }
    Ok(app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_what_everybody_reads_in_it() {
        assert!(check_website("https://app.example/?a=b").is_ok());
        for odd in [
            "ht\ntp://app.example",
            "\u{1}https://app.example",
            "https://app.example/a b",
            "javascript:alert(1)",
        ] {
            assert!(check_website(odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn redirects() {
        for good in [
            OUT_OF_BAND,
            "https://client.example/cb?x=1",
            "http://127.0.0.1:9999/cb",
            "http://intranet/cb",
            "myapp://cb",
            "com.example.app:/oauth",
        ] {
            assert!(check_redirect(good).is_ok(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "/cb",
            "https://client.example/cb#frag",
            "https://user:pass@client.example/",
            "https://client.example/c b",
            "java\nscript:alert(1)",
            "https:\\\\evil.example",
            "cb",
        ] {
            assert!(check_redirect(bad).is_err(), "{bad}");
        }
    }
}
