use super::*;
use crate::lenient;
use entrenous_model::PostId;
use serde::Deserialize;

#[derive(Debug, Deserialize, Default, PartialEq)]
#[serde(default)]
struct Poll {
    #[serde(deserialize_with = "lenient::list")]
    options: Vec<String>,
    #[serde(deserialize_with = "lenient::flag")]
    multiple: Option<bool>,
}

#[derive(Debug, Deserialize, Default, PartialEq)]
#[serde(default)]
struct Field {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize, Default, PartialEq)]
#[serde(default)]
struct Form {
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::ids")]
    id: Vec<i64>,
    #[serde(deserialize_with = "lenient::id")]
    reply: Option<PostId>,
    #[serde(deserialize_with = "lenient::number")]
    count: Option<i64>,
    #[serde(deserialize_with = "lenient::flag")]
    sensitive: Option<bool>,
    poll: Option<Poll>,
    #[serde(deserialize_with = "lenient::some_table")]
    fields_attributes: Option<Vec<Field>>,
}

fn read(query: &str) -> Form {
    filled(query_tree(Some(query)).unwrap()).unwrap()
}

fn fields(list: &[(&str, &str)]) -> Option<Vec<Field>> {
    Some(
        list.iter()
            .map(|(name, value)| Field {
                name: (*name).into(),
                value: (*value).into(),
            })
            .collect(),
    )
}

#[test]
fn lists_in_every_form() {
    for query in [
        "id[]=1&id[]=2",
        "id[0]=1&id[1]=2",
        "id[1]=2&id[0]=1",
        "id%5B%5D=1&id%5B%5D=2",
    ] {
        assert_eq!(read(query).id, [1, 2], "{query}");
    }
    assert_eq!(read("id=7").id, [7]);
    assert_eq!(read("id[]=x&id[]=7").id, [7]);
    let json: Form = filled(Tree::from_json(br#"{"id":["1",2],"unknown":{"a":[]}}"#).unwrap()).unwrap();
    assert_eq!(json.id, [1, 2]);
}

#[test]
fn nested_forms() {
    let form = read("poll[options][]=a&poll[options][]=b&poll[multiple]=on&status=x+y&count=12&reply=5");
    assert_eq!(
        form.poll.unwrap(),
        Poll {
            options: vec!["a".into(), "b".into()],
            multiple: Some(true)
        }
    );
    assert_eq!(
        (form.status.as_deref(), form.count, form.reply),
        (Some("x y"), Some(12), Some(PostId(5)))
    );
    for query in [
        "fields_attributes[0][name]=a&fields_attributes[0][value]=1&fields_attributes[10][name]=c&fields_attributes[2][name]=b",
        "fields_attributes[][name]=a&fields_attributes[][value]=1&fields_attributes[][name]=b&fields_attributes[][name]=c",
    ] {
        assert_eq!(
            read(query).fields_attributes,
            fields(&[("a", "1"), ("b", ""), ("c", "")]),
            "{query}"
        );
    }
    assert_eq!(read("x=1").fields_attributes, None);
}

#[test]
fn booleans_in_every_form() {
    for (text, flag) in [
        ("true", true),
        ("1", true),
        ("on", true),
        ("false", false),
        ("0", false),
    ] {
        assert_eq!(read(&format!("sensitive={text}")).sensitive, Some(flag));
    }
    assert_eq!(read("sensitive=").sensitive, None);
    let json: Form =
        filled(Tree::from_json(br#"{"sensitive":true,"count":"3","reply":null}"#).unwrap()).unwrap();
    assert_eq!(
        (json.sensitive, json.count, json.reply),
        (Some(true), Some(3), None)
    );
    assert!(filled::<Form>(query_tree(Some("sensitive=maybe")).unwrap()).is_err());
}

#[test]
fn bounds_hold() {
    let many = "a[]=1&".repeat(2_000);
    assert!(query_tree(Some(&many)).is_err());
    assert!(query_tree(Some("a[b][c][d][e][f]=1")).is_err());
    assert!(Tree::from_json(b"{\"a\":[[[[[[1]]]]]]}").is_err());
    assert!(Tree::from_json(b"[1]").is_err());
    // PostgreSQL would refuse them later, as a failure of the node.
    for nul in ["a=%00", "a%00=1", "a[%00]=1", "a[]=x%00y"] {
        assert_eq!(query_tree(Some(nul)).unwrap_err().status(), 422, "{nul}");
    }
    for nul in [
        r#"{"a":"\u0000"}"#,
        r#"{"\u0000":1}"#,
        r#"{"a":[{"b\u0000":1}]}"#,
        r#"{"a":[["\u0000"]]}"#,
    ] {
        assert_eq!(
            Tree::from_json(nul.as_bytes()).unwrap_err().status(),
            422,
            "{nul}"
        );
    }
    // Odd names are names, not errors.
    for name in ["[]=1", "a]=1", "a[=1", "[a]=1", "a[]b=1", "=1", "&&"] {
        assert!(query_tree(Some(name)).is_ok(), "{name}");
    }
    // What was a value becomes a map, or the opposite, without trouble.
    assert_eq!(read("poll=1&poll[options][]=a").poll.unwrap().options, ["a"]);
}
