//! What the operator may write.

use entrenous_egress::{AllowRule, ConfigError, Egress, EgressConfig, EgressError, OriginPattern};
use http::StatusCode;

use crate::support::{config, rule};

fn refused(allow: Vec<AllowRule>) -> ConfigError {
    Egress::new(&config(allow)).unwrap_err()
}

#[test]
fn rules_are_read_from_toml() {
    let rule: AllowRule =
        toml::from_str("origin = \"http://127.0.0.1:8081\"\naddresses = [\"127.0.0.0/8\"]").unwrap();
    assert_eq!(rule.origin.text(), "http://127.0.0.1:8081");
    assert!(rule.validate().is_ok() && rule.ca.is_none());
    let with_ca: AllowRule = toml::from_str("origin = \"https://peer.test\"\nca = \"ca.pem\"").unwrap();
    assert!(with_ca.validate().is_ok());
    let wrong = toml::from_str::<AllowRule>("origin = \"*\"")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("not an exact origin"), "{wrong}");
    assert!(toml::from_str::<AllowRule>("origin = \"https://peer.test\"\nport = 3").is_err());
    assert!(toml::from_str::<AllowRule>("origin = \"https://p.test\"\naddresses = [\"10.0.0\"]").is_err());
}

#[test]
fn only_two_wildcards() {
    for good in [
        "http://localhost:*",
        "http://127.0.0.*:*",
        "https://peer.test",
        "http://10.0.0.1:8080",
        "http://[::1]:1",
    ] {
        assert_eq!(OriginPattern::parse(good).unwrap().text(), good);
    }
    for bad in [
        "*",
        "https://*",
        "http://*:*",
        "https://*.peer.test",
        "https://localhost:*",
        "http://127.0.*.*:*",
        "http://peer.test:*",
        "peer.test",
        "https://peer.test/inbox",
        "https://PEER.test",
        "",
    ] {
        assert_eq!(
            OriginPattern::parse(bad),
            Err(ConfigError::Origin(bad.to_owned()))
        );
    }
}

#[test]
fn rules_are_never_a_global_override() {
    for wide in ["0.0.0.0/0", "::/0", "128.0.0.0/1", "8.0.0.0/7", "2000::/3"] {
        assert!(
            matches!(
                refused(vec![rule("https://peer.test", &[wide])]),
                ConfigError::TooWide(..)
            ),
            "{wide}"
        );
    }
    assert!(matches!(
        refused(vec![rule("http://localhost:*", &["10.0.0.0/8"])]),
        ConfigError::NotLoopback(..)
    ));
    let twice = vec![
        rule("https://peer.test", &[]),
        rule("https://peer.test", &["10.0.0.0/8"]),
    ];
    assert_eq!(refused(twice), ConfigError::Twice("https://peer.test".to_owned()));
}

#[test]
fn authorities_must_be_usable() {
    let folder = tempfile::tempdir().unwrap();
    let with_ca = |origin: &str, content: Option<&str>| {
        let path = folder.path().join("ca.pem");
        match content {
            Some(content) => std::fs::write(&path, content).unwrap(),
            None => drop(std::fs::remove_file(&path)),
        }
        AllowRule {
            ca: Some(path),
            ..rule(origin, &[])
        }
    };
    for content in [
        None,
        Some(""),
        Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ] {
        let error = refused(vec![with_ca("https://peer.test", content)]);
        assert!(matches!(error, ConfigError::Ca(..)), "{content:?}: {error}");
    }
    let plain = refused(vec![with_ca("http://peer.test", Some(""))]);
    assert_eq!(plain, ConfigError::CaWithoutTls("http://peer.test".to_owned()));
}

#[test]
fn agents_and_codes() {
    assert_eq!(
        Egress::new(&EgressConfig::new("a\nb")).unwrap_err(),
        ConfigError::UserAgent
    );
    let redirect = EgressError::Redirect(StatusCode::FOUND);
    assert_eq!((redirect.code(), redirect.is_transient()), ("redirect", false));
    assert_eq!(
        (EgressError::Timeout.code(), EgressError::Timeout.is_transient()),
        ("timeout", true)
    );
}
