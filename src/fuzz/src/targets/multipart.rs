//! Multipart bodies.

use crate::input::holds_nul;
use crate::{Corpus, LARGE, Target};
use entrenous_api::fuzzing::multipart;

pub(crate) const TARGET: Target = Target {
    name: "multipart",
    about: "Multipart bodies (RFC 7578)",
    longest: LARGE,
    run,
    seeds,
    words: &[
        "--X\r\n",
        "--X--\r\n",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n",
        "Content-Disposition: form-data; name=\"status\"\r\n",
        "Content-Type: image/png\r\n",
        "filename*=UTF-8''a",
        "poll[options][]",
        "fields_attributes[0][name]",
        "Content-Transfer-Encoding: base64\r\n",
    ],
};

/// Most bytes of files.
const MOST: usize = 1_024;

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let part =
        |head: &str, body: &str| format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let end = "--X--\r\n";
    [
        part("name=\"status\"", "Bonjour") + end,
        part(
            "name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png",
            "\u{7f}PNG",
        ) + &part("name=\"description\"", "A cat")
            + end,
        part("name=\"poll[options][]\"", "a") + &part("name=\"poll[options][]\"", "b") + end,
        part("name=\"file\"; filename=\"\"", "") + end,
        part("name=\"file\"; filename=\"large\"", &"x".repeat(2_000)) + &part("name=\"a\"", "b") + end,
        "--X--".to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

fn run(data: &[u8]) {
    for leave_out in [false, true] {
        let read = multipart("multipart/form-data; boundary=X", data.to_vec(), MOST, leave_out);
        let Some((texts, files)) = read else { continue };
        assert!(files.len() <= 8 && texts.len() <= 500);
        let size: usize = files.iter().map(|(_, size)| size).sum();
        assert!(size <= MOST, "{size} bytes of files");
        assert!(!holds_nul(&serde_json::Value::Object(texts)));
    }
    // The first line as the type, and so the boundary.
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    if let Some((kind, body)) = data.split_at_checked(at) {
        let kind = String::from_utf8_lossy(kind);
        let _ = multipart(
            &format!("multipart/form-data; {kind}"),
            body.to_vec(),
            MOST,
            false,
        );
    }
}
