//! Which endpoints and keys are taken.

use crate::{DomainError, Result};
use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use entrenous_model::{Origin, PushKeys};
use url::Url;

/// Longest endpoint, in bytes. Those of the known services have 150 to 450.
const LONGEST: usize = 2_000;
/// A point on P-256, uncompressed.
const POINT: usize = 65;
/// The shared secret of a browser.
const AUTH: usize = 16;

/// An endpoint at a push service that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The address, as it is requested.
    pub url: String,
    /// The origin of its service, as the configuration lists it.
    pub service: String,
}

impl Endpoint {
    /// Reads an endpoint; `services` are the origins that may be asked.
    ///
    /// # Errors
    /// `Invalid`, with words for the person whose client asks.
    pub fn check(services: &[String], text: &str) -> Result<Self> {
        if services.is_empty() {
            return Err(DomainError::invalid(
                "this node sends no notifications to devices: its administrator has not allowed any push service",
            ));
        }
        let wrong = || DomainError::invalid("subscription[endpoint] must be an https address");
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return Err(wrong());
        }
        let mut url = Url::parse(text).map_err(|_| wrong())?;
        let service = Origin::of(&url).ok_or_else(wrong)?;
        let listed = services.iter().any(|one| one == service.as_str());
        // Plain http is for trials on one machine, where the list names it.
        if !listed && service.scheme() != "https" {
            return Err(wrong());
        }
        if !listed {
            return Err(DomainError::invalid(format!(
                "subscription[endpoint] is at a push service that this node may not use ({service}); allowed are: {}",
                services.join(", ")
            )));
        }
        url.set_fragment(None);
        Ok(Self {
            url: url.into(),
            service: service.into(),
        })
    }
}

/// Reads the keys of a browser, base64url with or without padding; the other alphabet of base64 is taken too.
///
/// # Errors
/// `Invalid` for what is no point on P-256 or no secret of 16 bytes.
pub(super) fn keys(p256dh: &str, auth: &str) -> Result<PushKeys> {
    let wrong_key = || {
        DomainError::invalid(
            "subscription[keys][p256dh] must be a public key of a browser (P-256, 65 bytes, base64url)",
        )
    };
    let wrong_auth = || {
        DomainError::invalid("subscription[keys][auth] must be the secret of a browser (16 bytes, base64url)")
    };
    let p256dh = decoded(p256dh)
        .filter(|bytes| bytes.len() == POINT && bytes.first() == Some(&4))
        .ok_or_else(wrong_key)?;
    ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &p256dh)).map_err(|_| wrong_key())?;
    let auth = decoded(auth)
        .filter(|bytes| bytes.len() == AUTH)
        .ok_or_else(wrong_auth)?;
    Ok(PushKeys { p256dh, auth })
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let engine = GeneralPurpose::new(
        &URL_SAFE,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let text = text.trim();
    if text.len() > 200 {
        return None;
    }
    let text = text.replace('+', "-").replace('/', "_");
    engine.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The receiver's keys of RFC 8291, section 5.
    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn services(list: &[&str]) -> Vec<String> {
        list.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn keys_are_points_and_secrets() {
        let keys_of = keys(KEY, SECRET).unwrap();
        assert_eq!((keys_of.p256dh.len(), keys_of.auth.len()), (65, 16));
        let standard = KEY.replace('_', "/").replace('-', "+") + "=";
        assert_eq!(keys(&standard, &format!("{SECRET}==")).unwrap(), keys_of);
        // Not on the curve: one bit is another.
        let off = KEY.replacen("BCVx", "BCVy", 1);
        for (key, auth) in [
            ("", SECRET),
            (KEY, ""),
            (KEY.get(..80).unwrap(), SECRET),
            (off.as_str(), SECRET),
            (KEY, "AAAA"),
            ("!", SECRET),
            (&"A".repeat(88), SECRET),
        ] {
            assert!(
                matches!(keys(key, auth), Err(DomainError::Invalid(_))),
                "{key} {auth}"
            );
        }
    }

    #[test]
    fn endpoints_are_at_listed_services() {
        let listed = services(&["https://push.example", "http://127.0.0.1:9"]);
        let good = Endpoint::check(&listed, " https://push.example/send/abc?d=e#f ").unwrap();
        assert_eq!(good.url, "https://push.example/send/abc?d=e");
        assert_eq!(good.service, "https://push.example");
        assert!(Endpoint::check(&listed, "https://PUSH.example:443/x").is_ok());
        assert!(Endpoint::check(&listed, "http://127.0.0.1:9/x").is_ok());
        let long = format!("https://push.example/{}", "a".repeat(2_000));
        for bad in [
            "",
            "nonsense",
            "http://push.example/x",
            "https://push.example.evil/x",
            "https://push.example:8443/x",
            "https://user@push.example/x",
            "https://a:b@push.example/x",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            &long,
        ] {
            assert!(
                matches!(Endpoint::check(&listed, bad), Err(DomainError::Invalid(_))),
                "{bad}"
            );
        }
        assert!(Endpoint::check(&[], "https://push.example/x").is_err());
    }
}
