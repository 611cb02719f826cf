//! The node's own web client: a public client (RFC 6749, 2.1) that is known without registering.
//!
//! Its row exists because codes and tokens refer to one; what it may do is read from here, not from the row.

use crate::{Ctx, DomainError, Result};
use entrenous_model::{App, AppId, Scopes};
use entrenous_store::{self as store, StoreError};

/// Its `client_id`. Registered clients are given 43 random characters, so nobody else can have it.
pub const WEB_CLIENT: &str = "entrenous-web";
const NAME: &str = "Entrenous";
/// The scopes of administrators open nothing to anyone else: the guard asks for the role as well.
const SCOPES: &str = "read write follow push admin:read admin:write";
/// Where a code is brought, and nowhere else.
const RETURN: &str = "/signed-in";

/// Whether a client is the node's own: no consent is asked for it, since the person signs in at the node itself.
#[must_use]
pub fn is_web_client(app: &App) -> bool {
    app.client_id == WEB_CLIENT
}

/// The web client; its row is written when it is first asked for.
pub(super) async fn web_client(ctx: &Ctx) -> Result<App> {
    let scopes = Scopes::parse(SCOPES)
        .map_err(|scope| DomainError::internal(format!("the web client asks for {scope}")))?;
    let redirect_uris = vec![ctx.origin().join(RETURN)];
    let found = find(ctx).await?;
    let row = match found {
        Some(row) => row,
        None => insert(ctx, redirect_uris.clone(), scopes.clone()).await?,
    };
    Ok(App {
        // No SHA-256 is empty: a secret, whatever it is, is the wrong one.
        client_secret_hash: String::new(),
        name: NAME.to_owned(),
        website: None,
        redirect_uris,
        scopes,
        ..row
    })
}

async fn find(ctx: &Ctx) -> Result<Option<App>> {
    Ok(ctx
        .store()
        .read(|conn| store::apps::by_client_id(conn, WEB_CLIENT))
        .await?)
}

async fn insert(ctx: &Ctx, redirect_uris: Vec<String>, scopes: Scopes) -> Result<App> {
    let inserted = ctx.store().write(move |tx| {
        let app = App {
            id: AppId(tx.next_id()),
            client_id: WEB_CLIENT.to_owned(),
            client_secret_hash: String::new(),
            name: NAME.to_owned(),
            website: None,
            redirect_uris,
            scopes,
            created_at: tx.now(),
        };
        store::apps::insert(tx, &app)?;
        Ok::<_, DomainError>(app)
    });
    match inserted.await {
        // Two people came first.
        Err(DomainError::Store(StoreError::Conflict { .. })) => find(ctx)
            .await?
            .ok_or_else(|| DomainError::internal("the web client has no row")),
        other => other,
    }
}
