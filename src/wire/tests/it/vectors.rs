//! Published test vectors of RFC 8785, RFC 9530 and RFC 8032.

use entrenous_wire::{
    digest::{self, DigestError},
    jcs::canonicalize,
    keys::{Ed25519KeyPair, PublicKey, Signer as _},
};
use serde_json::{Value, json};

fn canonical(text: &str) -> String {
    canonicalize(&serde_json::from_str::<Value>(text).unwrap())
}

#[test]
fn rfc8785_section_3_2() {
    let input = r#"{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"#;
    let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                    \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    assert_eq!(canonical(input), expected);
}

#[test]
fn rfc8785_sorting() {
    let input = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
        "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
    let output = canonical(input);
    let order = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small",
        "Euro Sign",
        "Emoji",
        "Hebrew",
    ];
    let places: Vec<_> = order.iter().map(|name| output.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "{output}");
}

#[test]
fn rfc8785_appendix_b() {
    let samples: [(u64, &str); 24] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];
    for (bits, expected) in samples {
        assert_eq!(
            canonicalize(&json!(f64::from_bits(bits))),
            expected,
            "{bits:016x}"
        );
    }
    assert_eq!(canonical("18446744073709551615"), "18446744073709552000");
    assert_eq!(canonical("-9007199254740993"), "-9007199254740992");
    assert_eq!(canonical("[-5,0,42]"), "[-5,0,42]");
}

#[test]
fn rfc9530_content_digest() {
    // Appendix B.1 and B.3 of RFC 9530.
    let body = b"{\"hello\": \"world\"}\n";
    let value = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    assert_eq!(digest::make_content_digest(body), value);
    assert_eq!(digest::verify_content_digest(value, body), Ok(()));
    assert_eq!(
        digest::make_content_digest(b""),
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    );
    assert_eq!(
        digest::verify_content_digest(value, b"other"),
        Err(DigestError::Mismatch)
    );
    let with_other = format!("sha-512=:AAAA:, {value}");
    assert_eq!(digest::verify_content_digest(&with_other, body), Ok(()));
    let twice = format!("{value}, {value}");
    assert_eq!(
        digest::verify_content_digest(&twice, body),
        Err(DigestError::Ambiguous)
    );
    for bad in [
        "",
        "sha-256",
        "sha-256=",
        "sha-256=:",
        "sha-256=::",
        "sha-512=:AAAA:",
        "sha-256=RK/0",
        "sha-256=:AAAA:",
    ] {
        assert_eq!(
            digest::verify_content_digest(bad, body),
            Err(DigestError::Malformed),
            "{bad}"
        );
    }
}

#[test]
fn rfc3230_digest() {
    let value = digest::make_digest(b"");
    assert_eq!(value, "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(digest::verify_digest(&value, b""), Ok(()));
    assert_eq!(digest::verify_digest(&value.replace("SHA", "sha"), b""), Ok(()));
    assert_eq!(digest::verify_digest(&value, b"x"), Err(DigestError::Mismatch));
    assert_eq!(
        digest::verify_digest(&format!("{value},{value}"), b""),
        Err(DigestError::Ambiguous)
    );
    assert_eq!(
        digest::verify_digest("MD5=AAAA", b""),
        Err(DigestError::Malformed)
    );
}

#[test]
fn rfc8032_test_1_and_2() {
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    };
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ] {
        let pkcs8 = [hex("302e020100300506032b657004220420"), hex(seed)].concat();
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap();
        assert_eq!(
            pair.public_key().unwrap(),
            PublicKey::from_ed25519_bytes(&hex(public)).unwrap()
        );
        assert_eq!(pair.sign(&hex(message)).unwrap(), hex(signature));
        assert!(
            pair.public_key()
                .unwrap()
                .verify(&hex(message), &hex(signature))
                .is_ok()
        );
    }
}
