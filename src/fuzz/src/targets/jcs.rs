//! Canonical JSON.

use crate::input::lines;
use crate::{Corpus, LARGE, Target};
use entrenous_federation::vocabulary;
use entrenous_wire::jcs::canonicalize;
use serde_json::Value;

pub(crate) const TARGET: Target = Target {
    name: "jcs",
    about: "JSON in canonical form (RFC 8785)",
    longest: LARGE,
    run,
    seeds,
    words: &[
        "1e21",
        "1e-7",
        "-0",
        "0.1",
        "1E400",
        "9007199254740993",
        "18446744073709551615",
        "5e-324",
        "\\ud83d\\ude00",
        "\\u001f",
        "\u{feff}",
        "null",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = lines(&[
        r#"{"b":[1e21,1e-7,-0.0,0.1,333333333.33333329],"a":"\u20ac$\u000f\nA'B\"\\\\\"/","\ud83d\ude00":1,"\ufb33":2}"#,
        "[56.0,1E30,4.50,2e-3,0.000000000000000000000000001,9007199254740993,18446744073709551615]",
        r#"{"":{"":[]}}"#,
    ]);
    seeds.extend(corpus.posts().step_by(7));
    seeds
}

fn run(data: &[u8]) {
    let Ok(value) = vocabulary::read(data) else { return };
    let once = canonicalize(&value);
    let again: Option<Value> = serde_json::from_str(&once).ok();
    assert!(again.is_some(), "no JSON: {once:?}");
    assert_eq!(again.as_ref().map(canonicalize).as_deref(), Some(once.as_str()));
    assert!(again.is_some_and(|again| same(&value, &again)), "{once}");
    assert!(!once.chars().any(|c| c < ' '), "a control character: {once:?}");
    assert!(once.len() <= 8 * data.len() + 8);
}

/// Equal, with numbers as doubles.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let all = |(name, one): (&String, &Value)| other.get(name).is_some_and(|other| same(one, other));
            one.len() == other.len() && one.iter().all(all)
        }
        (one, other) => one == other,
    }
}
