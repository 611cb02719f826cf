//! Parameters of clients: queries, forms, JSON; pages of lists.

use crate::input::{holds_nul, lines};
use crate::{Corpus, LARGE, Target};
use entrenous_api::fuzzing::{Form, map, page_links, read};
use entrenous_api::lenient;
use entrenous_model::{AccountId, PostId};
use http::HeaderValue;
use serde::Deserialize;
use serde_json::Value;

pub(crate) const TARGET: Target = Target {
    name: "params",
    about: "Parameters of clients: queries, forms and JSON, ids and pages",
    longest: LARGE,
    run,
    seeds,
    words: &[
        "[]",
        "[0]",
        "[name]",
        "&",
        "=",
        "%5B%5D",
        "%00",
        "+",
        "poll[options][]=a",
        "fields[0][name]=b",
        "ids[]=1",
        "flag=on",
        "count=-9223372036854775808",
        "limit=0",
        "max_id=",
        "min_id=9223372036854775808",
        "since_id=",
        "offset=",
        "{\"",
        "null",
        "undefined",
        "[[[[[[",
    ],
};

/// Every way in which a handler reads a value.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Everything {
    #[serde(deserialize_with = "lenient::text")]
    text: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    flag: Option<bool>,
    #[serde(deserialize_with = "lenient::number")]
    count: Option<i64>,
    #[serde(deserialize_with = "lenient::id")]
    id: Option<PostId>,
    #[serde(deserialize_with = "lenient::ids")]
    ids: Vec<AccountId>,
    #[serde(deserialize_with = "lenient::list")]
    list: Vec<String>,
    #[serde(deserialize_with = "lenient::some_list")]
    some: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient::some_table")]
    fields: Option<Vec<Field>>,
    #[serde(deserialize_with = "lenient::word")]
    word: Option<u16>,
    poll: Option<Poll>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Field {
    name: String,
    value: String,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Poll {
    #[serde(deserialize_with = "lenient::list")]
    options: Vec<String>,
}

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    lines(&[
        "text=a+b&flag=on&count=12&id=5&ids[]=1&ids[]=2&list[]=x&some=&word=7",
        "poll[options][]=a&poll[options][]=b&fields[0][name]=n&fields[0][value]=v&fields[10][name]=m",
        "fields[][name]=a&fields[][value]=1&fields[][name]=b",
        r#"{"text":"a","flag":true,"count":"3","id":5,"ids":["1",2],"list":["a"],"fields":[{"name":"n","value":"v"}],"poll":{"options":["a","b"]}}"#,
        "limit=40&max_id=90&min_id=1&since_id=2&offset=3&local=true&types[]=a&access_token=s",
        r#" {"a":{"b":{"c":{"d":[1]}}}}"#,
    ])
}

fn run(data: &[u8]) {
    for form in [Form::Pairs, Form::Json, Form::Unsaid] {
        let Some(tree) = map(form, data) else { continue };
        let document = Value::Object(tree.clone());
        let (mut values, deepest) = (0, measure(&document, &mut 0));
        let _ = measure(&document, &mut values);
        // Five levels, and the object that holds them.
        assert!(deepest <= 6 && values <= 6_001, "{values} values, {deepest} deep");
        let text = document.to_string();
        assert!(!holds_nul(&document), "{text}");
        // The same parameters as JSON are the same; a list of pairs may hold more than JSON may.
        if let Some(again) = map(Form::Json, text.as_bytes()) {
            assert_eq!(again, tree);
            let one: Option<Everything> = read(form, data);
            assert_eq!(read::<Everything>(Form::Json, text.as_bytes()), one);
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let (limit, links) = page_links(text);
        assert!((1..=40).contains(&limit));
        let links = links.unwrap_or_default();
        assert!(
            HeaderValue::from_str(&links).is_ok() && links.is_ascii(),
            "{links:?}"
        );
        let told = ["?access_token=", "&access_token="]
            .iter()
            .any(|name| links.contains(name));
        assert!(!told, "{links}");
        if let Ok(id) = text.parse::<PostId>() {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}

/// Counts values, and gives how deep they go.
fn measure(value: &Value, values: &mut usize) -> usize {
    *values += 1;
    let deepest = match value {
        Value::Array(list) => list.iter().map(|value| measure(value, values)).max(),
        Value::Object(map) => map.values().map(|value| measure(value, values)).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or(0)
}
