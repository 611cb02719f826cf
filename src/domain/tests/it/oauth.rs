//! Clients, codes and tokens.

use crate::fixture::House;
use base64::Engine as _;
use chrono::TimeDelta;
use entrenous_domain::oauth::{self, Authorization, OUT_OF_BAND};
use entrenous_domain::{Ctx, DomainError};
use entrenous_model::{AccountId, App};
use entrenous_store::stories;

const REDIRECT: &str = "https://client.example/cb";
const VERIFIER: &str = "a-verifier-of-enough-length-0123456789-0123456789";

fn challenge() -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.as_ref())
}

async fn register(ctx: &Ctx) -> (App, String) {
    let uris = vec![REDIRECT.to_owned(), OUT_OF_BAND.to_owned()];
    oauth::register(ctx, "A client", None, uris, "read write")
        .await
        .unwrap()
}

async fn ask(ctx: &Ctx, app: &App, challenge: Option<&str>) -> Authorization {
    let method = challenge.map(|_| "S256");
    oauth::check_authorization(
        ctx,
        &app.client_id,
        REDIRECT,
        "code",
        Some("read"),
        challenge,
        method,
    )
    .await
    .unwrap()
}

async fn code(ctx: &Ctx, app: &App, challenge: Option<&str>, account: AccountId) -> String {
    let asked = ask(ctx, app, challenge).await;
    oauth::issue_code(ctx, &asked, account).await.unwrap()
}

fn is_grant<T>(answer: &Result<T, DomainError>) -> bool {
    matches!(answer, Err(DomainError::Invalid(text)) if text == "invalid_grant")
}

fn is_client<T>(answer: &Result<T, DomainError>) -> bool {
    matches!(answer, Err(DomainError::Unauthenticated("invalid_client")))
}

stories! {
    async fn clients_register(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (app, secret) = register(ctx).await;
        assert_eq!(secret.len(), 43);
        assert_ne!(app.client_secret_hash, secret);
        assert_eq!(oauth::app(ctx, app.id).await.unwrap().unwrap().client_id, app.client_id);
        let default = oauth::register(ctx, "x", None, vec![OUT_OF_BAND.to_owned()], "").await.unwrap();
        assert_eq!(default.0.scopes.to_string(), "read");
        let many = (0..21).map(|number| format!("{REDIRECT}{number}")).collect();
        for (name, uris, scopes) in [
            ("", vec![REDIRECT.to_owned()], "read"),
            ("x".repeat(61).as_str(), vec![REDIRECT.to_owned()], "read"),
            ("x", vec!["javascript:alert(1)".to_owned()], "read"),
            ("x", vec![], "read"),
            ("x", many, "read"),
            ("x", vec![REDIRECT.to_owned()], "read everything"),
        ] {
            let refused = oauth::register(ctx, name, None, uris, scopes).await;
            assert!(matches!(refused, Err(DomainError::Invalid(_))), "{name}");
        }
    }

    async fn requests_are_checked(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let (app, _) = register(ctx).await;
        let check = async |redirect: &str, kind: &str, scope: Option<&str>, pkce: (Option<&str>, Option<&str>)| {
            oauth::check_authorization(ctx, &app.client_id, redirect, kind, scope, pkce.0, pkce.1).await
        };
        let none = (None, None);
        let challenge = challenge();
        assert_eq!(check(REDIRECT, "code", None, none).await.unwrap().scopes.to_string(), "read write");
        let narrow = check(OUT_OF_BAND, "code", Some("read:accounts"), none).await.unwrap();
        assert_eq!(narrow.scopes.to_string(), "read:accounts");
        assert!(check(REDIRECT, "code", None, (Some(&challenge), Some("S256"))).await.is_ok());
        for redirect in ["", "https://client.example/cb/", "https://client.example/CB", "https://evil.example/cb"] {
            assert!(check(redirect, "code", None, none).await.is_err(), "{redirect}");
        }
        assert!(check(REDIRECT, "token", None, none).await.is_err());
        assert!(check(REDIRECT, "code", Some("admin:read"), none).await.is_err());
        assert!(check(REDIRECT, "code", Some("nonsense"), none).await.is_err());
        assert!(check(REDIRECT, "code", None, (Some(&challenge), None)).await.is_err());
        assert!(check(REDIRECT, "code", None, (Some(&challenge), Some("plain"))).await.is_err());
        assert!(check(REDIRECT, "code", None, (Some("short"), Some("S256"))).await.is_err());
        assert!(check(REDIRECT, "code", None, (None, Some("S256"))).await.is_err());
        let unknown = oauth::check_authorization(ctx, "unknown", REDIRECT, "code", None, None, None).await;
        assert!(matches!(unknown, Err(DomainError::Invalid(_))));
    }

    async fn a_code_is_exchanged_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let (app, secret) = register(ctx).await;
        let (other, other_secret) = register(ctx).await;
        let exchange = async |app: &App, secret: Option<&str>, code: &str, redirect: &str, verifier: Option<&str>| {
            oauth::exchange_code(ctx, &app.client_id, secret, code, redirect, verifier).await
        };

        let first = code(ctx, &app, None, ada.id).await;
        let wrong_secret = exchange(&app, Some("wrong"), &first, REDIRECT, None).await;
        assert!(is_client(&wrong_secret));
        assert!(is_client(&exchange(&app, None, &first, REDIRECT, None).await), "no PKCE, so a secret is needed");
        assert!(is_grant(&exchange(&other, Some(&other_secret), &first, REDIRECT, None).await));
        assert!(is_grant(&exchange(&app, Some(&secret), &first, OUT_OF_BAND, None).await));
        assert!(is_grant(&exchange(&app, Some(&secret), &first, REDIRECT, Some(VERIFIER)).await));
        assert!(is_grant(&exchange(&app, Some(&secret), "unknown", REDIRECT, None).await));
        let issued = exchange(&app, Some(&secret), &first, REDIRECT, None).await.unwrap();
        assert_eq!(issued.token.scopes.to_string(), "read");
        let bearer = oauth::bearer(ctx, &issued.secret).await.unwrap().unwrap();
        let (account, member) = bearer.person.clone().unwrap();
        assert_eq!((account.id, member.account), (ada.id, ada.id));
        let again = oauth::bearer(ctx, &issued.secret).await.unwrap().unwrap();
        assert!(std::sync::Arc::ptr_eq(&bearer, &again), "cached");

        // The second use ends the token of the first, cached or not.
        assert!(is_grant(&exchange(&app, Some(&secret), &first, REDIRECT, None).await));
        assert!(oauth::bearer(ctx, &issued.secret).await.unwrap().is_none());

        // With PKCE a public client needs no secret, but the verifier.
        let challenge = challenge();
        let second = code(ctx, &app, Some(&challenge), ada.id).await;
        assert!(is_grant(&exchange(&app, None, &second, REDIRECT, None).await));
        assert!(is_grant(&exchange(&app, None, &second, REDIRECT, Some("another")).await));
        assert!(exchange(&app, None, &second, REDIRECT, Some(VERIFIER)).await.is_ok());

        let late = code(ctx, &app, None, ada.id).await;
        house.clock.advance(TimeDelta::minutes(10));
        assert!(is_grant(&exchange(&app, Some(&secret), &late, REDIRECT, None).await));

        // At the same time: one at most, and reuse revokes it.
        let raced = code(ctx, &app, None, ada.id).await;
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (ctx, id, secret, raced) =
                    (ctx.clone(), app.client_id.clone(), secret.clone(), raced.clone());
                tokio::spawn(async move {
                    oauth::exchange_code(&ctx, &id, Some(&secret), &raced, REDIRECT, None).await
                })
            })
            .collect();
        let mut issued = Vec::new();
        for task in tasks {
            if let Ok(one) = task.await.unwrap() {
                issued.push(one);
            }
        }
        assert_eq!(issued.len(), 1);
        assert!(oauth::bearer(ctx, &issued[0].secret).await.unwrap().is_none());
    }

    async fn tokens_are_revoked_at_once(db: &TestDatabase) {
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let bob = house.person("bob").await;
        let (app, secret) = register(ctx).await;
        let (other, other_secret) = register(ctx).await;
        assert!(oauth::bearer(ctx, "nonsense").await.unwrap().is_none());
        assert!(matches!(oauth::create_token(ctx, "ada", "read nonsense").await, Err(DomainError::Invalid(_))));
        assert!(matches!(oauth::create_token(ctx, "nobody", "read").await, Err(DomainError::NotFound)));

        let by_hand = oauth::create_token(ctx, "ada", "read write follow push").await.unwrap();
        let first = code(ctx, &app, None, ada.id).await;
        let issued =
            oauth::exchange_code(ctx, &app.client_id, Some(&secret), &first, REDIRECT, None).await.unwrap();
        let listed = oauth::tokens_of(ctx, ada.id).await.unwrap();
        let names: Vec<_> = listed.iter().map(|held| held.client.as_deref()).collect();
        assert_eq!(names, [Some("A client"), None]);

        for token in [&by_hand, &issued] {
            assert!(oauth::bearer(ctx, &token.secret).await.unwrap().is_some());
        }
        let foreign =
            oauth::revoke(ctx, &other.client_id, Some(&other_secret), &issued.secret).await;
        assert!(matches!(foreign, Err(DomainError::Forbidden(_))));
        assert!(is_client(&oauth::revoke(ctx, &app.client_id, Some("wrong"), &issued.secret).await));
        oauth::revoke(ctx, &app.client_id, Some(&secret), "unknown").await.unwrap();
        oauth::revoke(ctx, &app.client_id, Some(&secret), &issued.secret).await.unwrap();
        oauth::revoke(ctx, &app.client_id, Some(&secret), &issued.secret).await.unwrap();
        assert!(oauth::bearer(ctx, &issued.secret).await.unwrap().is_none());
        let not_mine = oauth::revoke_token(ctx, bob.id, by_hand.token.id).await;
        assert!(matches!(not_mine, Err(DomainError::NotFound)));
        oauth::revoke_token(ctx, ada.id, by_hand.token.id).await.unwrap();
        assert!(oauth::bearer(ctx, &by_hand.secret).await.unwrap().is_none());
        assert!(oauth::tokens_of(ctx, ada.id).await.unwrap().is_empty());

        let own =
            oauth::client_credentials(ctx, &app.client_id, &secret, Some("read")).await.unwrap();
        let bearer = oauth::bearer(ctx, &own.secret).await.unwrap().unwrap();
        assert!(bearer.person.is_none() && bearer.token.scopes.to_string() == "read");
        assert!(is_client(&oauth::client_credentials(ctx, &app.client_id, "wrong", None).await));
        let too_much = oauth::client_credentials(ctx, &app.client_id, &secret, Some("admin:write")).await;
        assert!(matches!(too_much, Err(DomainError::Invalid(text)) if text == "invalid_scope"));
    }

    async fn a_bearer_follows_its_person(db: &TestDatabase) {
        use entrenous_domain::people::{self, ProfileChange};
        let house = House::new(db);
        let ctx = &house.ctx;
        let ada = house.person("ada").await;
        let token = oauth::create_token(ctx, "ada", "read").await.unwrap();
        assert!(oauth::bearer(ctx, &token.secret).await.unwrap().is_some());
        let change = ProfileChange {
            display_name: Some("New".to_owned()),
            locale: Some("fr".to_owned()),
            ..ProfileChange::default()
        };
        people::update_profile(ctx, ada.id, change).await.unwrap();
        let bearer = oauth::bearer(ctx, &token.secret).await.unwrap().unwrap();
        let (account, member) = bearer.person.as_ref().unwrap();
        assert_eq!((account.display_name.as_str(), member.locale.as_str()), ("New", "fr"));
    }
}
