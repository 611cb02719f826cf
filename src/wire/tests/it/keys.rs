//! Text forms, sizes and fingerprints of keys.

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{KeyPair as AwsRsa, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use entrenous_wire::keys::{
    Ed25519KeyPair, Fingerprint, KeyError, PublicKey, RsaKeyPair, Signer as _, fingerprint,
};

use crate::support::{ED25519, RSA};

/// An RSA key of 1,024 bits, made for this test.
const RSA_1024: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC8EO1SdDUdCmuPIlNk9xuddxud
QQ5INs3CSLB2Kusf6nMX3pO7joOeU8rYcM8F1PwcP5lir7nV4pTLSWCYtXSzE4fc
QZpmhb+Saw8/RrkpldCAWd/m/dim+0wP2/LChXSA/wbZVkUPmjiQKzuIQcJu0wXV
6s/qZgslR+gJikrfXQIDAQAB
-----END PUBLIC KEY-----";

#[test]
fn pairs_survive_storage() {
    let again = Ed25519KeyPair::from_pkcs8(&ED25519.to_pkcs8().unwrap()).unwrap();
    assert_eq!(again.public_key().unwrap(), ED25519.public_key().unwrap());
    let again = RsaKeyPair::from_pkcs8(&RSA.to_pkcs8().unwrap()).unwrap();
    assert_eq!(again.public_key().unwrap(), RSA.public_key().unwrap());
    let signature = again.sign(b"message").unwrap();
    assert_eq!(RSA.public_key().unwrap().verify(b"message", &signature), Ok(()));
    assert_eq!(
        RSA.public_key().unwrap().verify(b"massage", &signature),
        Err(KeyError::BadSignature)
    );
    assert!(
        !format!("{RSA:?}{ED25519:?}", RSA = *RSA, ED25519 = *ED25519).contains(char::is_numeric)
            || format!("{:?}", *RSA) == "RsaKeyPair(…)"
    );
}

#[test]
fn public_keys_survive_text() {
    for key in [RSA.public_key().unwrap(), ED25519.public_key().unwrap()] {
        assert_eq!(PublicKey::from_pem(&key.to_pem()), Ok(key.clone()));
        assert_eq!(PublicKey::from_text(&key.to_text()), Ok(key.clone()));
        assert_eq!(
            PublicKey::from_pem(&key.to_pem().replace('\n', "\r\n")),
            Ok(key.clone())
        );
        assert!(key.to_pem().lines().all(|line| line.len() <= 64));
    }
    let multibase = ED25519.public_key().unwrap().to_multibase().unwrap();
    assert!(multibase.starts_with("z6Mk"));
    assert_eq!(RSA.public_key().unwrap().to_multibase(), None);
}

#[test]
fn pkcs1_is_read() {
    let pair = AwsRsa::generate(KeySize::Rsa2048).unwrap();
    let pkcs1 = STANDARD.encode(pair.public_key().as_ref());
    let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{pkcs1}\n-----END RSA PUBLIC KEY-----\n");
    let spki = STANDARD.encode(pair.public_key().as_der().unwrap().as_ref());
    let other = format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n");
    assert_eq!(
        PublicKey::from_pem(&pem).unwrap(),
        PublicKey::from_pem(&other).unwrap()
    );
}

#[test]
fn bad_keys_are_refused() {
    assert_eq!(PublicKey::from_pem(RSA_1024), Err(KeyError::Size));
    let pem = RSA.public_key().unwrap().to_pem();
    for bad in [
        String::new(),
        pem.replace("PUBLIC", "PRIVATE"),
        pem.replace("BEGIN", "BEGAN"),
        format!("x{pem}"),
        format!("{pem}{pem}"),
        pem.replacen("MII", "MIJ", 1),
        "A".repeat(100_000),
    ] {
        assert!(PublicKey::from_pem(&bad).is_err(), "{bad}");
    }
    let good = ED25519.public_key().unwrap().to_multibase().unwrap();
    for bad in [
        "",
        "z",
        "z6Mk",
        "u7QEFy",
        &good[1..],
        &good[..good.len() - 1],
        &format!("{good}1"),
        "z0OIl",
    ] {
        assert!(PublicKey::from_multibase(bad).is_err(), "{bad}");
    }
    assert!(PublicKey::from_multibase(&format!("z{}", "2".repeat(1_000_000))).is_err());
    assert!(Ed25519KeyPair::from_pkcs8(b"nonsense").is_err());
    assert!(RsaKeyPair::from_pkcs8(&ED25519.to_pkcs8().unwrap()).is_err());
}

#[test]
fn fingerprints_do_not_depend_on_order() {
    let (a, b) = (RSA.public_key().unwrap(), ED25519.public_key().unwrap());
    let print = fingerprint(&[a.clone(), b.clone()]);
    assert_eq!(print, fingerprint(&[b.clone(), a.clone(), b.clone()]));
    assert_ne!(print, fingerprint(&[a]));
    assert_ne!(print, fingerprint(&[b]));
    let shown = print.to_string();
    assert_eq!(shown.split('-').count(), 13);
    assert!(shown.split('-').all(|group| group.len() == 4));
    assert_eq!(shown.parse(), Ok(print));
    assert_eq!(print.to_compact().parse(), Ok(print));
    assert_eq!(print.to_compact().len(), 52);
    assert_eq!(Fingerprint::from_bytes(*print.as_bytes()), print);
    for bad in ["", "AAAA", "1111", &format!("{shown}-AAAA"), &"é".repeat(26)] {
        assert!(bad.parse::<Fingerprint>().is_err(), "{bad}");
    }
    // The last character carries one bit only: another spelling of the same hash is refused.
    let loose = format!("{}B", "A".repeat(51));
    assert!(loose.parse::<Fingerprint>().is_err());
}

/// With the identity as key, any point times a number is a signature of everything: no secret is needed.
#[test]
fn keys_that_anybody_could_sign_for_are_no_keys() {
    let mut identity = [0; 32];
    identity[0] = 1;
    for (last, sign) in [(0, 0), (0, 0x80)] {
        let mut key = identity;
        key[31] = last | sign;
        assert_eq!(PublicKey::from_ed25519_bytes(&key), Err(KeyError::Malformed));
    }
    assert_eq!(PublicKey::from_ed25519_bytes(&[0; 32]), Err(KeyError::Malformed));
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    assert_eq!(
        PublicKey::from_ed25519_bytes(&minus_one),
        Err(KeyError::Malformed)
    );
    let mut signature = [0; 64];
    signature[0] = 1;
    let raw = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, identity);
    assert!(
        raw.verify(b"anything", &signature).is_ok(),
        "the library takes it"
    );
}
