//! A push service on the loopback interface, and the browsers that it tells: what arrives is decrypted as RFC 8291 says, by
//! code that shares nothing with the node's.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as VerifyingKey};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// One message as it arrived.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The path it was sent to.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

#[derive(Default)]
struct Shared {
    pushed: Mutex<Vec<Pushed>>,
    /// What is answered on a path, if not 201: a status and seconds for `Retry-After`; 0 is no answer at all.
    answers: Mutex<HashMap<String, (u16, u64)>>,
}

/// The service. Ends with the value.
pub struct PushService {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl PushService {
    /// Starts one.
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("no port");
        let port = listener.local_addr().expect("no address").port();
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            drop(axum::serve(listener, router).await);
        });
        Self {
            origin: format!("http://127.0.0.1:{port}"),
            shared,
            task,
        }
    }

    /// Answers that status on a path from now on; 201 takes messages again, 0 is no answer at all.
    ///
    /// # Panics
    /// If another thread has panicked.
    pub fn answer(&self, path: &str, status: u16) {
        self.answer_after(path, status, 0);
    }

    /// The same with `Retry-After` in seconds, if it is not 0.
    ///
    /// # Panics
    /// If another thread has panicked.
    pub fn answer_after(&self, path: &str, status: u16, retry_after: u64) {
        let mut answers = self.shared.answers.lock().expect("lock");
        answers.insert(path.to_owned(), (status, retry_after));
    }

    /// What has arrived on a path, whatever was answered.
    ///
    /// # Panics
    /// If another thread has panicked.
    #[must_use]
    pub fn pushed(&self, path: &str) -> Vec<Pushed> {
        let pushed = self.shared.pushed.lock().expect("lock");
        pushed.iter().filter(|one| one.path == path).cloned().collect()
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().to_owned();
    let answer = {
        let answers = shared.answers.lock().expect("lock");
        answers.get(&path).copied().unwrap_or((201, 0))
    };
    let one = Pushed { path, headers, body };
    shared.pushed.lock().expect("lock").push(one);
    let (status, after) = answer;
    if status == 0 {
        return std::future::pending().await;
    }
    let status = StatusCode::from_u16(status).expect("no status");
    if after == 0 {
        status.into_response()
    } else {
        (status, [("retry-after", after.to_string())]).into_response()
    }
}

/// A browser that is subscribed.
pub struct Browser {
    /// Its path at the service.
    pub path: String,
    endpoint: String,
    key: PrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl Browser {
    /// A new browser at a service.
    ///
    /// # Panics
    /// If there is no randomness.
    #[must_use]
    pub fn new(service: &PushService, name: &str) -> Self {
        let key = PrivateKey::generate(&ECDH_P256).expect("no key");
        let public = key.compute_public_key().expect("no key").as_ref().to_vec();
        let mut auth = [0; 16];
        aws_lc_rs::rand::fill(&mut auth).expect("no randomness");
        let path = format!("/send/{name}");
        Self {
            endpoint: format!("{}{path}", service.origin),
            path,
            key,
            public,
            auth,
        }
    }

    /// What its client posts to `/api/v1/push/subscription`.
    #[must_use]
    pub fn subscription(&self) -> Value {
        json!({
            "subscription": {
                "endpoint": self.endpoint,
                "keys": { "p256dh": BASE64.encode(&self.public), "auth": BASE64.encode(self.auth) },
                "standard": true,
            },
            "data": { "alerts": { "mention": true, "follow": true, "favourite": true } },
        })
    }

    /// Reads a message; everything about it must be as the standards say. `server_key` is what the node shows as its own.
    ///
    /// # Panics
    /// If something is not.
    #[must_use]
    pub fn read(&self, pushed: &Pushed, server_key: &str, service: &str) -> Value {
        let header = |name: &str| {
            let value = pushed.headers.get(name);
            value.and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        assert_eq!(header("content-encoding"), "aes128gcm");
        let lives: i64 = header("ttl").parse().expect("no TTL");
        assert!((1..=172_800).contains(&lives), "{lives}");
        assert!(pushed.body.len() <= 4096);
        signed(header("authorization"), server_key, service);

        let (salt, rest) = pushed.body.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert_eq!(size, 4096_u32.to_be_bytes());
        let (length, rest) = rest.split_at(1);
        assert_eq!(length, [65]);
        let (sender, record) = rest.split_at(65);
        let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
        let secret = agree(&self.key, theirs, (), |secret| Ok(secret.to_vec())).expect("no secret");
        // HKDF (RFC 5869) by hand, one block each.
        let hash = |key: &[u8], parts: &[&[u8]]| {
            let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
            parts.iter().for_each(|part| context.update(part));
            context.sign().as_ref().to_vec()
        };
        let prk = hash(&self.auth, &[&secret]);
        let ikm = hash(&prk, &[b"WebPush: info\0", &self.public, sender, &[1]]);
        let prk = hash(salt, &[&ikm]);
        let key = hash(&prk, &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = hash(&prk, &[b"Content-Encoding: nonce\0", &[1]]);
        let key = UnboundKey::new(&AES_128_GCM, &key[..16]).expect("no key");
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).expect("no nonce");
        let mut record = record.to_vec();
        let plain = LessSafeKey::new(key)
            .open_in_place(nonce, Aad::empty(), &mut record)
            .expect("it is for somebody else");
        let end = plain.iter().rposition(|byte| *byte != 0).expect("no delimiter");
        assert_eq!(plain[end], 2, "the last record");
        serde_json::from_slice(&plain[..end]).expect("no JSON")
    }
}

/// `Authorization` as in RFC 8292.
fn signed(header: &str, server_key: &str, service: &str) {
    let rest = header.strip_prefix("vapid t=").expect("no VAPID");
    let (token, key) = rest.split_once(", k=").expect("no key");
    assert_eq!(key, server_key);
    let (words, signature) = token.rsplit_once('.').expect("no token");
    let decoded = |text: &str| BASE64.decode(text).expect("no base64url");
    VerifyingKey::new(&ECDSA_P256_SHA256_FIXED, decoded(key))
        .verify(words.as_bytes(), &decoded(signature))
        .expect("a wrong signature");
    let (_, claims) = words.split_once('.').expect("no claims");
    let claims: Value = serde_json::from_slice(&decoded(claims)).expect("no JSON");
    assert_eq!(claims["aud"], service);
    assert!(claims["sub"].is_string());
    let ahead = claims["exp"].as_i64().expect("no time") - crate::mock::now().timestamp();
    assert!((0..=86_400).contains(&ahead), "{ahead}");
}
