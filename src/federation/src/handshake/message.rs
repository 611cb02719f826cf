//! What is said in the handshake, and the codes over it.
//!
//! Every code is HMAC-SHA256 with the key derived from the link's token, over lines of canonical values that hold no line
//! break, the first of which names the purpose: no code can pass for another.

use super::link::is_token;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrenous_domain::secrets::{hmac_sha256, sha256_hex};
use entrenous_model::{Contract, Origin, PeerInviteId};
use entrenous_wire::jcs::canonicalize;
use entrenous_wire::keys::Fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::json;
use subtle::ConstantTimeEq as _;

/// Between whom, about which invitation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk<'a> {
    pub(super) key: &'a [u8],
    pub(super) id: PeerInviteId,
    pub(super) inviter: &'a Origin,
    pub(super) joiner: &'a Origin,
    /// Fresh for each request, by the joiner.
    pub(super) nonce: &'a str,
}

impl Talk<'_> {
    fn code(&self, purpose: &str, more: &[&str]) -> String {
        let id = self.id.to_string();
        let head = [
            purpose,
            &id,
            self.inviter.as_str(),
            self.joiner.as_str(),
            self.nonce,
        ];
        let lines: Vec<&str> = head.iter().chain(more).copied().collect();
        URL_SAFE_NO_PAD.encode(hmac_sha256(self.key, lines.join("\n").as_bytes()))
    }

    /// Of the request for the terms.
    pub(super) fn ask(&self) -> String {
        self.code("entrenous invitation ask v1", &[])
    }

    /// Of the answer with the terms: the inviter has the key too, so these are its words.
    pub(super) fn terms(&self, terms: &Terms) -> String {
        let said = json!({"purpose": terms.purpose, "contract": terms.contract, "expires": terms.expires});
        self.code(
            "entrenous invitation terms v1",
            &[&sha256_hex(canonicalize(&said).as_bytes())],
        )
    }

    /// Of the acceptance: who accepts (by fingerprint), and what (the contract as the inviter writes it).
    pub(super) fn accept(&self, joiner: Fingerprint, contract: &Contract) -> String {
        let contract = sha256_hex(canonicalize(&json!(contract)).as_bytes());
        self.code(
            "entrenous invitation accept v1",
            &[&joiner.to_compact(), &contract],
        )
    }
}

/// Compares two codes in constant time.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// Body of `POST /invitations/{id}/preview`: what does the link offer?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ask {
    /// The joiner's origin.
    pub(super) origin: Origin,
    pub(super) nonce: String,
    pub(super) code: String,
}

/// Its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Terms {
    /// Why, in the administrator's words.
    pub(super) purpose: String,
    /// As the inviter writes it.
    pub(super) contract: Contract,
    /// In seconds of Unix time.
    pub(super) expires: i64,
    #[serde(default)]
    pub(super) code: String,
}

/// Body of `POST /invitations/{id}`: an `Accept` of the `Invite`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Acceptance {
    #[serde(rename = "@context", default)]
    pub(super) context: String,
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: AcceptKind,
    /// The joiner's instance actor.
    pub(super) actor: String,
    pub(super) object: Invite,
    /// Of the joiner's instance keys.
    pub(super) fingerprint: String,
    pub(super) nonce: String,
    pub(super) code: String,
}

/// `Accept` and nothing else.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum AcceptKind {
    Accept,
}

/// The invitation that is accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Invite {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: InviteKind,
}

/// `Invite` and nothing else.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum InviteKind {
    Invite,
}

/// Answer to an acceptance, and to the question for the state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Standing {
    /// As the inviter has it: `pending_local`, `active`, `suspended`, `revoked`.
    pub(super) state: String,
}

impl Ask {
    /// True if the nonce is one.
    pub(super) fn is_whole(&self) -> bool {
        is_token(&self.nonce)
    }
}

impl Acceptance {
    /// True if the nonce is one.
    pub(super) fn is_whole(&self) -> bool {
        is_token(&self.nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_depend_on_everything() {
        let (a, b, c) = ("https://a.test", "https://b.test", "https://c.test");
        let origin = |text: &str| Origin::parse(text).unwrap();
        let (a, b, c) = (origin(a), origin(b), origin(c));
        let nonce = "n".repeat(43);
        let talk = Talk {
            key: &[1; 32],
            id: PeerInviteId(5),
            inviter: &a,
            joiner: &b,
            nonce: &nonce,
        };
        let print = Fingerprint::from_bytes([7; 32]);
        let code = talk.accept(print, &Contract::FULL);
        assert!(same(&code, &talk.accept(print, &Contract::FULL)) && is_token(&code));
        let other = "m".repeat(43);
        let less = Contract {
            we_give: entrenous_model::Terms::NONE,
            ..Contract::FULL
        };
        let terms = Terms {
            purpose: String::new(),
            contract: Contract::FULL,
            expires: 1,
            code: String::new(),
        };
        for changed in [
            Talk {
                key: &[2; 32],
                ..talk
            }
            .accept(print, &Contract::FULL),
            Talk {
                id: PeerInviteId(6),
                ..talk
            }
            .accept(print, &Contract::FULL),
            Talk { inviter: &c, ..talk }.accept(print, &Contract::FULL),
            Talk { joiner: &c, ..talk }.accept(print, &Contract::FULL),
            Talk {
                nonce: &other,
                ..talk
            }
            .accept(print, &Contract::FULL),
            talk.accept(Fingerprint::from_bytes([8; 32]), &Contract::FULL),
            talk.accept(print, &less),
            talk.accept(
                print,
                &Contract {
                    version: 2,
                    ..Contract::FULL
                },
            ),
            talk.ask(),
            talk.terms(&terms),
        ] {
            assert!(!same(&code, &changed));
        }
        let asked = talk.terms(&terms);
        assert!(!same(
            &asked,
            &talk.terms(&Terms {
                purpose: "x".to_owned(),
                ..terms.clone()
            })
        ));
        assert!(!same(&asked, &talk.terms(&Terms { expires: 2, ..terms })));
    }

    #[test]
    fn the_canonical_form_is_written_down() {
        // What another implementation must compute: HMAC-SHA256 over these lines.
        let (a, b) = (
            Origin::parse("https://a.test").unwrap(),
            Origin::parse("http://b.test:8080").unwrap(),
        );
        let nonce = "n".repeat(43);
        let talk = Talk {
            key: b"key",
            id: PeerInviteId(5),
            inviter: &a,
            joiner: &b,
            nonce: &nonce,
        };
        let lines = format!("entrenous invitation ask v1\n5\nhttps://a.test\nhttp://b.test:8080\n{nonce}");
        assert_eq!(
            talk.ask(),
            URL_SAFE_NO_PAD.encode(hmac_sha256(b"key", lines.as_bytes()))
        );
        let terms = concat!(
            r#"{"at_end":"hide","calls":true,"chat":true,"directory":"all","documents":true,"groups":"all","introduces":true,"#,
            r#""largest_file":1073741824,"posts":"network","#,
            r#""profile":{"fields":true,"note":true,"pictures":true},"rate":600000}"#
        );
        let contract = format!(r#"{{"they_give":{terms},"version":1,"we_give":{terms}}}"#);
        let print = Fingerprint::from_bytes([0; 32]);
        let lines = format!(
            "entrenous invitation accept v1\n5\nhttps://a.test\nhttp://b.test:8080\n{nonce}\n{}\n{}",
            "a".repeat(52),
            sha256_hex(contract.as_bytes())
        );
        assert_eq!(
            talk.accept(print, &Contract::FULL),
            URL_SAFE_NO_PAD.encode(hmac_sha256(b"key", lines.as_bytes()))
        );
    }
}
