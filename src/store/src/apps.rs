//! OAuth clients.

use crate::schema::apps;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{App, AppId, Scopes};

#[derive(Queryable)]
struct Row {
    id: i64,
    client_id: String,
    client_secret_hash: String,
    name: String,
    website: Option<String>,
    redirect_uris: String,
    scopes: String,
    created_at: NaiveDateTime,
}

impl TryFrom<Row> for App {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: String| StoreError::Corrupt(format!("app {}: {what}", row.id));
        Ok(Self {
            id: AppId(row.id),
            client_id: row.client_id,
            client_secret_hash: row.client_secret_hash,
            name: row.name,
            website: row.website,
            redirect_uris: serde_json::from_str(&row.redirect_uris)
                .map_err(|error| corrupt(error.to_string()))?,
            scopes: Scopes::parse(&row.scopes).map_err(corrupt)?,
            created_at: from_db(row.created_at),
        })
    }
}

/// Inserts a client.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, app: &App) -> Result<(), StoreError> {
    let redirect_uris =
        serde_json::to_string(&app.redirect_uris).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    diesel::insert_into(apps::table)
        .values((
            apps::id.eq(app.id.get()),
            apps::client_id.eq(&app.client_id),
            apps::client_secret_hash.eq(&app.client_secret_hash),
            apps::name.eq(&app.name),
            apps::website.eq(app.website.as_deref()),
            apps::redirect_uris.eq(redirect_uris),
            apps::scopes.eq(app.scopes.to_string()),
            apps::created_at.eq(to_db(app.created_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A client by id.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: AppId) -> Result<Option<App>, StoreError> {
    apps::table
        .find(id.get())
        .first::<Row>(conn)
        .optional()?
        .map(App::try_from)
        .transpose()
}

/// A client by its public identifier.
///
/// # Errors
/// The database's.
pub fn by_client_id(conn: &mut Conn, client_id: &str) -> Result<Option<App>, StoreError> {
    apps::table
        .filter(apps::client_id.eq(client_id))
        .first::<Row>(conn)
        .optional()?
        .map(App::try_from)
        .transpose()
}
