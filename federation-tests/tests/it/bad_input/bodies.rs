//! Bodies that are wrong as a whole, and values that are wrong in a field.

use super::routes::MARK;
use serde_json::Value;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=x";

/// Refused by every route that reads a body: content type, bytes, and the class of the answer.
pub(super) fn unreadable() -> Vec<(&'static str, &'static str, Vec<u8>, &'static [u16])> {
    let part = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nv\r\n");
    let mut many = part("a").repeat(1_200);
    many.push_str("--x--\r\n");
    let mut large = b"{\"status\":\"".to_vec();
    large.resize(1024 * 1024 + 1, b'a');
    vec![
        ("null", JSON, b"null".to_vec(), &[400]),
        ("a list", JSON, b"[]".to_vec(), &[400]),
        ("a text", JSON, b"\"x\"".to_vec(), &[400]),
        ("a number", JSON, b"5".to_vec(), &[400]),
        ("true", JSON, b"true".to_vec(), &[400]),
        ("spaces", JSON, b"   ".to_vec(), &[400]),
        ("truncated", JSON, b"{\"status\":\"he".to_vec(), &[400]),
        ("two values", JSON, b"{}{}".to_vec(), &[400]),
        (
            "deep lists",
            JSON,
            format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
            &[400, 422],
        ),
        (
            "deep objects",
            JSON,
            "{\"a\":".repeat(100_000).into_bytes(),
            &[400, 422],
        ),
        (
            "sixty levels",
            JSON,
            format!("{{\"a\":{}{}}}", "[".repeat(60), "]".repeat(60)).into_bytes(),
            &[400, 422],
        ),
        ("not UTF-8", JSON, b"{\"status\":\"\xff\xfe\"}".to_vec(), &[400]),
        (
            "a lone surrogate",
            JSON,
            b"{\"status\":\"\\ud800\"}".to_vec(),
            &[400],
        ),
        (
            "a number without end",
            JSON,
            b"{\"a\":1e999999999}".to_vec(),
            &[400],
        ),
        (
            "2,000 fields",
            JSON,
            format!(
                "{{{}\"z\":1}}",
                (0..2_000).map(|n| format!("\"f{n}\":{n},")).collect::<String>()
            )
            .into_bytes(),
            &[422],
        ),
        ("1 MiB and a byte", JSON, large.clone(), &[413]),
        ("1 MiB and a byte as a form", FORM, large.clone(), &[413]),
        (
            "10,000 of a parameter",
            FORM,
            "a[]=1&".repeat(10_000).into_bytes(),
            &[422],
        ),
        ("deep names", FORM, b"a[b][c][d][e][f][g]=1".to_vec(), &[422]),
        ("XML", "text/xml", b"<status/>".to_vec(), &[415]),
        ("an odd type", "x/;;;=", b"x".to_vec(), &[415]),
        ("plain text", "text/plain", b"status=x".to_vec(), &[415]),
        (
            "no boundary",
            "multipart/form-data",
            part("status").into_bytes(),
            &[400],
        ),
        (
            "an empty boundary",
            "multipart/form-data; boundary=",
            part("status").into_bytes(),
            &[400],
        ),
        (
            "another boundary",
            "multipart/form-data; boundary=y",
            part("status").into_bytes(),
            &[400],
        ),
        (
            "a part without end",
            MULTIPART,
            part("status").into_bytes(),
            &[400],
        ),
        (
            "a part without a head",
            MULTIPART,
            b"--x\r\n\r\n".to_vec(),
            &[400],
        ),
        ("thousands of parts", MULTIPART, many.into_bytes(), &[413, 422]),
        (
            "1 MiB in a part",
            MULTIPART,
            [part("a").into_bytes(), large, b"\r\n--x--\r\n".to_vec()].concat(),
            &[400, 413],
        ),
    ]
}

/// Odd, but readable: what becomes of it is the route's affair.
pub(super) fn odd() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let part = |head: &str, body: &[u8]| {
        [
            format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
            body,
            b"\r\n--x--\r\n",
        ]
        .concat()
    };
    let long = "n".repeat(20_000);
    vec![
        ("nothing", "", Vec::new()),
        ("nothing as JSON", JSON, Vec::new()),
        ("nothing as a form", FORM, Vec::new()),
        ("an empty object", JSON, b"{}".to_vec()),
        (
            "an empty name",
            JSON,
            b"{\"\":1,\"\\u0000\":2,\"__proto__\":{}}".to_vec(),
        ),
        (
            "a name twice",
            JSON,
            b"{\"id\":\"1\",\"id\":[2],\"status\":5,\"status\":{}}".to_vec(),
        ),
        ("bytes as a form", FORM, (0..=255).collect()),
        ("half an escape", FORM, b"a=%&b=%f&%=%zz&[]=1&]=[".to_vec()),
        ("equal signs", FORM, b"=&==&===".to_vec()),
        ("a NUL part", MULTIPART, part("name=\"status\"", b"a\0b")),
        (
            "a part that is not UTF-8",
            MULTIPART,
            part("name=\"status\"", b"\xff\xfe"),
        ),
        ("a part without a name", MULTIPART, part("filename=\"x\"", b"x")),
        (
            "a hostile file name",
            MULTIPART,
            part("name=\"file\"; filename=\"../../../etc/passwd\0.png\"", b"GIF89a"),
        ),
        (
            "a quote in a name",
            MULTIPART,
            part("name=\"a\\\"; name=\"file\"", b"x"),
        ),
        ("a long name", MULTIPART, part(&format!("name=\"{long}\""), b"x")),
        (
            "an empty file",
            MULTIPART,
            part("name=\"file\"; filename=\"a.png\"", b""),
        ),
        (
            "no picture",
            MULTIPART,
            part("name=\"avatar\"; filename=\"a.png\"", b"\x89PNG\r\n\x1a\n"),
        ),
    ]
}

/// Values of the wrong type, size or content, as JSON text.
pub(super) fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "null",
        "true",
        "-1",
        "0",
        "1",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1.5",
        "1e308",
        "-0.0",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"a\\u0000b\"",
        "\"\\ud800\"",
        "\"\\ufffe\\uffff\\u202e\"",
        "\"1e5\"",
        "\"-1\"",
        "\"99999999999999999999\"",
        "[]",
        "[[]]",
        "[null]",
        "[\"\\u0000\"]",
        "[{}]",
        "{}",
        "{\"0\":{\"0\":[1]}}",
        "{\"\\u0000\":1}",
        "\"javascript:alert(1)\"",
        "\"http://[\"",
        "\"../..\"",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push(format!("\"{}\"", "a".repeat(200_000)));
    values.push(format!("1{}", "0".repeat(400)));
    values.push(format!("[{}\"a\"]", "\"a\",".repeat(900)));
    values
}

/// A body with a bad value in one field, over what the route needs besides.
pub(super) fn with(field: &Value, base: &Value, bad: &str) -> Vec<u8> {
    let mut whole = field.clone();
    if let (Some(whole), Some(base)) = (whole.as_object_mut(), base.as_object()) {
        for (name, value) in base {
            whole.entry(name.clone()).or_insert(value.clone());
        }
    }
    whole
        .to_string()
        .replace(&format!("\"{MARK}\""), bad)
        .into_bytes()
}

/// The names of a field as forms write it, with bad values.
pub(super) fn forms(field: &Value) -> Vec<String> {
    let mut name = String::new();
    let mut at = field;
    while at.as_str().is_none() {
        if let Some(list) = at.as_array() {
            name.push_str("[]");
            at = list.first().unwrap();
        } else {
            let (key, value) = at.as_object().unwrap().iter().next().unwrap();
            name = if name.is_empty() {
                key.clone()
            } else {
                format!("{name}[{key}]")
            };
            at = value;
        }
    }
    [
        "=%00",
        "=a%00b",
        "=%ff",
        "[]=x",
        "[]=%00",
        "[a][b]=x",
        "[9999999999]=x",
        "=99999999999999999999",
        "=",
    ]
    .iter()
    .map(|rest| format!("{name}{rest}"))
    .collect()
}
