//! Commands about the node's own people and their tokens.

use super::{ACTOR, Answer, Host, said, said_of, table};
use entrenous_domain::people::NewPerson;
use entrenous_domain::{accounts, invites, oauth, people};
use entrenous_model::{AccountId, Role};
use serde_json::json;

const SEE_PEOPLE: &str = "`entrenous person list` shows who there is";

pub(super) async fn add(
    host: &Host,
    username: String,
    display_name: String,
    role: Role,
    locale: String,
    password: String,
) -> Result<Answer, String> {
    let person = NewPerson {
        username,
        display_name,
        password,
        role,
        locale,
    };
    let account = people::add(&host.ctx, person)
        .await
        .map_err(|error| said(&error))?;
    let handle = format!("@{}@{}", account.username, host.ctx.origin().authority());
    Answer::new(
        &format!("{handle} is a {} of {} now.", role.as_str(), host.ctx.look().name),
        &json!({ "id": account.id, "username": account.username, "handle": handle, "role": role }),
    )
}

pub(super) async fn invite(host: &Host, role: Role, hours: i64, uses: i32) -> Result<Answer, String> {
    let (invite, code) = invites::create(&host.ctx, None, role, hours, uses)
        .await
        .map_err(|error| said(&error))?;
    let link = host.ctx.origin().join(&format!("/invite/{code}"));
    Answer::new(
        &link,
        &json!({ "id": invite.id, "link": link, "role": role, "expires_at": invite.expires_at, "uses": uses }),
    )
}

pub(super) async fn invitations(host: &Host) -> Result<Answer, String> {
    let now = host.ctx.now();
    let mut rows = Vec::new();
    let mut json = Vec::new();
    for invite in invites::list(&host.ctx).await.map_err(|error| said(&error))? {
        let state = match invite.revoked_at {
            Some(_) => "withdrawn",
            None if invite.uses >= invite.max_uses => "used",
            None if invite.expires_at <= now => "expired",
            None => "open",
        };
        rows.push(vec![
            invite.id.to_string(),
            state.to_owned(),
            invite.role.as_str().to_owned(),
            format!("{} of {}", invite.uses, invite.max_uses),
            invite.expires_at.format("%Y-%m-%d %H:%M").to_string(),
        ]);
        json.push(json!({
            "id": invite.id, "state": state, "role": invite.role, "uses": invite.uses, "max_uses": invite.max_uses,
            "expires_at": invite.expires_at, "created_by": invite.created_by,
        }));
    }
    Answer::new(
        &table(&["ID", "STATE", "ROLE", "USED", "UNTIL (UTC)"], &rows),
        &json,
    )
}

pub(super) async fn withdraw(host: &Host, id: &str) -> Result<Answer, String> {
    let hint = "`entrenous person invitations` shows them";
    let number = id
        .parse()
        .map_err(|_| format!("{id:?} is no invitation number; {hint}"))?;
    invites::revoke(&host.ctx, ACTOR, number)
        .await
        .map_err(|error| said_of(&error, &format!("open invitation {id}"), hint))?;
    Answer::new(
        &format!("invitation {id} is withdrawn."),
        &json!({ "id": id, "state": "withdrawn" }),
    )
}

pub(super) async fn list(host: &Host) -> Result<Answer, String> {
    let mut rows = Vec::new();
    let mut json = Vec::new();
    let mut after = None;
    loop {
        let page = people::list(&host.ctx, after.take(), 200)
            .await
            .map_err(|error| said(&error))?;
        for (account, member) in &page {
            let state = if member.disabled_at.is_some() {
                "disabled"
            } else {
                "active"
            };
            rows.push(vec![
                account.username.clone(),
                member.role.as_str().to_owned(),
                state.to_owned(),
                account.display_name.clone(),
            ]);
            json.push(json!({
                "id": account.id, "username": account.username, "display_name": account.display_name,
                "role": member.role, "state": state, "created_at": member.created_at,
            }));
        }
        if page.len() < 200 {
            break;
        }
        after = page.last().map(|(account, _)| account.username.clone());
    }
    Answer::new(&table(&["NAME", "ROLE", "STATE", "SHOWN AS"], &rows), &json)
}

pub(super) async fn disable(host: &Host, username: &str) -> Result<Answer, String> {
    people::disable(&host.ctx, ACTOR, username)
        .await
        .map_err(|error| said_of(&error, &format!("person {username:?}"), SEE_PEOPLE))?;
    Answer::new(
        &format!("{username} is disabled: sessions and tokens have ended, peers are being told."),
        &json!({ "username": username, "state": "disabled" }),
    )
}

async fn id_of(host: &Host, username: &str) -> Result<AccountId, String> {
    let found = accounts::local_by_username(&host.ctx, username)
        .await
        .map_err(|error| said(&error))?;
    found
        .map(|account| account.id)
        .ok_or_else(|| format!("there is no person {username:?}. {SEE_PEOPLE}"))
}

pub(super) async fn password(host: &Host, username: &str, password: String) -> Result<Answer, String> {
    let id = id_of(host, username).await?;
    people::set_password(&host.ctx, ACTOR, id, password)
        .await
        .map_err(|error| said(&error))?;
    Answer::new(
        &format!("{username} has a new password; every session and token has ended."),
        &json!({ "username": username }),
    )
}

pub(super) async fn create_token(host: &Host, username: &str, scopes: &str) -> Result<Answer, String> {
    let issued = oauth::create_token(&host.ctx, username, scopes)
        .await
        .map_err(|error| said_of(&error, &format!("person {username:?}"), SEE_PEOPLE))?;
    Answer::new(
        &issued.secret,
        &json!({ "id": issued.token.id, "token": issued.secret, "scopes": issued.token.scopes }),
    )
}

pub(super) async fn list_tokens(host: &Host, username: &str) -> Result<Answer, String> {
    let id = id_of(host, username).await?;
    let tokens = oauth::tokens_of(&host.ctx, id)
        .await
        .map_err(|error| said(&error))?;
    let mut rows = Vec::new();
    let mut json = Vec::new();
    for oauth::Held { token, client, .. } in tokens {
        let app = client.unwrap_or_else(|| "command line".to_owned());
        let state = if token.revoked_at.is_some() {
            "revoked"
        } else {
            "valid"
        };
        rows.push(vec![
            token.id.to_string(),
            app.clone(),
            token.scopes.to_string(),
            token.created_at.format("%Y-%m-%d %H:%M").to_string(),
            state.to_owned(),
        ]);
        json.push(json!({
            "id": token.id, "app": app, "scopes": token.scopes, "created_at": token.created_at, "state": state,
        }));
    }
    Answer::new(
        &table(&["ID", "CLIENT", "SCOPES", "SINCE", "STATE"], &rows),
        &json,
    )
}

pub(super) async fn revoke_token(host: &Host, username: &str, token: &str) -> Result<Answer, String> {
    let id = id_of(host, username).await?;
    let number = token
        .parse()
        .map_err(|_| format!("{token:?} is no token number; `entrenous token list` shows them"))?;
    oauth::revoke_token(&host.ctx, id, number)
        .await
        .map_err(|error| {
            said_of(
                &error,
                &format!("token {token} of {username}"),
                "`entrenous token list` shows them",
            )
        })?;
    Answer::new(
        &format!("token {token} is revoked."),
        &json!({ "id": token, "state": "revoked" }),
    )
}
