//! The table of security tests (`docs/security-tests.md`) names tests that are there, and those that need a database run on
//! both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a name in the table can be: a test here by its path, or `file.rs#test` of a crate.
fn named(table: &str) -> BTreeSet<String> {
    let spans = table.split('`').skip(1).step_by(2);
    spans
        .filter(|span| span.contains("::") || span.contains(".rs#") || span.contains(".ts#"))
        .map(str::to_owned)
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What is wrong with a name; `None` if the test is there.
fn complaint(name: &str) -> Option<String> {
    if let Some((file, test)) = name.split_once('#') {
        let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        let there = text.contains(&format!("fn {test}(")) || (file.ends_with(".ts") && text.contains(test));
        return (!there).then(|| format!("{name}: no such test"));
    }
    let (module, test) = name.rsplit_once("::")?;
    let path = module.replace("::", "/");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let text = [format!("{path}.rs"), format!("{path}/mod.rs")]
        .iter()
        .find_map(|file| std::fs::read_to_string(folder.join(file)).ok());
    let Some(text) = text else {
        return Some(format!("{name}: no such module"));
    };
    if !text.contains(&format!("async fn {test}(")) && !text.contains(&format!("\nfn {test}(")) {
        return Some(format!("{name}: no such test"));
    }
    let both = text
        .split("on_both!(")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    let both = both.is_some_and(|list| list.split(',').any(|one| one.trim() == test));
    let alone = text.contains("#[tokio::test") || text.contains("#[test]");
    (!both && !alone).then(|| format!("{name}: not run on both databases"))
}

#[test]
fn every_named_test_is_there() {
    let table = std::fs::read_to_string(root().join("docs/security-tests.md")).unwrap();
    let names = named(&table);
    assert!(names.len() > 60, "only {} names", names.len());
    let wrong: Vec<String> = names.iter().filter_map(|name| complaint(name)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_that_is_not_there_is_found() {
    assert!(complaint("adversary::gate::nothing_of_the_kind").is_some());
    assert!(complaint("adversary::nowhere::every_route_is_closed").is_some());
    assert!(complaint("src/egress/src/address.rs#nothing").is_some());
    assert_eq!(complaint("adversary::gate::every_route_is_closed"), None);
    assert_eq!(complaint("src/egress/src/address.rs#table"), None);
}
