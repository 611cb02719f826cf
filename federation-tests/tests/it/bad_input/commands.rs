//! Every command with what is wrong: unknown names, bad values, missing arguments.

use super::attempt::{changed, everything, run};
use super::many;
use federation_tests::contents::{Contents, differences};
use federation_tests::node::{PASSWORD, binary, free_port};
use federation_tests::{Database, Node};
use std::fs;

crate::on_both!(commands_refuse_and_change_nothing);

/// The subcommands that have none themselves, read from the help texts: a new one is tried without a change here.
fn leaves(of: &[String], found: &mut Vec<Vec<String>>) {
    let output = std::process::Command::new(binary())
        .args(of)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let listed = help
        .split("\nCommands:\n")
        .nth(1)
        .and_then(|rest| rest.split("\n\n").next());
    let names: Vec<&str> = listed
        .into_iter()
        .flat_map(str::lines)
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    if names.is_empty() {
        found.push(of.to_vec());
    }
    for name in names {
        leaves(&[of, &[name.to_owned()]].concat(), found);
    }
}

async fn commands_refuse_and_change_nothing(on: Database) {
    let mut node = Node::init("Lyon", on, &format!("localhost:{}", free_port())).await;
    let dir = node.dir().to_str().unwrap().to_owned();
    let mut wrong = Vec::new();

    let mut commands = Vec::new();
    leaves(&[], &mut commands);
    assert!(commands.len() > 20, "{commands:?}");
    let before = everything(node.dir());
    let tries = commands.iter().flat_map(|command| {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let without_place = ["openapi", "routes"].contains(&words.join(" ").as_str());
        let place: &[&str] = if without_place { &[] } else { &["--data-dir", &dir] };
        let mut tries = vec![([&words[..], place, &["--nonsense"]].concat(), "--nonsense")];
        if !without_place {
            tries.push((words.clone(), "required"));
            tries.push(([&words[..], &["--data-dir"]].concat(), "--data-dir"));
        }
        tries
    });
    let judged = many(
        4,
        tries.map(|(arguments, word)| async move {
            let refusal = run(&arguments, &[], "").await.refusal(2, &[word]);
            refusal.map_err(|why| format!("{arguments:?}: {why}"))
        }),
    );
    wrong.extend(judged.await.into_iter().filter_map(Result::err));
    for usage in [
        vec![],
        vec!["nonsense"],
        vec!["peer"],
        vec!["peer", "nonsense"],
        vec!["--nonsense"],
    ] {
        let ended = run(&usage, &[], "").await;
        if let Err(why) = ended.refusal(2, &[]) {
            wrong.push(format!("{usage:?}: {why}"));
        }
    }
    let odd = changed(&before, &everything(node.dir()));
    assert!(odd.is_empty(), "changed {odd:?}");

    let files = tempfile::tempdir().unwrap();
    let broken = files.path().join("broken.json").to_str().unwrap().to_owned();
    fs::write(&broken, "{\"posts\": [").unwrap();
    // Before it serves, and by the serving node: the same.
    for serving in [false, true] {
        if serving {
            node.serve().await;
        }
        let mut contents = Contents::open(&node);
        let before = contents.now();
        // Without a serving node commands take turns. `--json` changes how an answer is printed, not where it is made.
        let tries =
            cases(&broken)
                .into_iter()
                .enumerate()
                .map(|(number, (arguments, input, code, words))| {
                    let form: &[&str] = if number % 2 == 0 { &["--json"] } else { &[] };
                    let all = [form, &arguments[..], &["--data-dir", &dir]].concat();
                    async move {
                        let refusal = run(&all, &[], input).await.refusal(code, &words);
                        refusal.map_err(|why| format!("serving {serving}: {arguments:?}: {why}"))
                    }
                });
        let judged = many(if serving { 4 } else { 1 }, tries).await;
        wrong.extend(judged.into_iter().filter_map(Result::err));
        let after = contents.now();
        if after != before {
            wrong.push(format!(
                "serving {serving}: rows have changed:\n{}",
                differences(&before, &after)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(!node.log().contains("panicked"), "{}", node.log());
}

type Case<'a> = (Vec<&'a str>, &'a str, i32, Vec<&'a str>);

fn cases(broken: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut case = |arguments: &[&'static str], input, code, words: &[&'static str]| {
        cases.push((arguments.to_vec(), input, code, words.to_vec()));
    };
    let add = |name: &'static str| ["person", "add", "--password-stdin", "--username", name];
    case(&add("owner"), PASSWORD, 1, &["taken"]);
    case(&add("a b"), PASSWORD, 1, &["name"]);
    case(&add(""), PASSWORD, 1, &["name"]);
    case(&add("../x"), PASSWORD, 1, &["name"]);
    case(&add("alice"), "abc", 1, &["password"]);
    case(&add("alice"), "", 2, &["--password-stdin"]);
    case(
        &["person", "add", "--username", "alice"],
        "",
        2,
        &["--password-stdin"],
    );
    case(
        &[&add("alice")[..], &["--role", "king"]].concat(),
        PASSWORD,
        2,
        &["--role"],
    );
    case(
        &[&add("alice")[..], &["--locale", "xx"]].concat(),
        PASSWORD,
        1,
        &["language"],
    );
    case(
        &[&add("alice")[..], &["--display-name", "a\nb"]].concat(),
        PASSWORD,
        1,
        &["name"],
    );
    for (verb, more) in [("disable", &[][..]), ("password", &["--password-stdin"])] {
        case(
            &[&["person", verb, "--username", "nobody"], more].concat(),
            PASSWORD,
            1,
            &["nobody", "person list"],
        );
    }
    case(
        &["person", "password", "--username", "owner", "--password-stdin"],
        "short",
        1,
        &["password"],
    );
    case(&["person", "disable", "--username", "owner"], "", 1, &["owner"]);
    for (hours, uses) in [
        ("0", "1"),
        ("-5", "1"),
        ("99999999", "1"),
        ("1", "0"),
        ("1", "-1"),
        ("1", "100000"),
    ] {
        case(
            &["person", "invite", "--hours", hours, "--uses", uses],
            "",
            1,
            &[],
        );
    }
    case(&["person", "invite", "--hours", "many"], "", 2, &["--hours"]);
    case(
        &["person", "invite", "--uses", "99999999999999999999"],
        "",
        2,
        &["--uses"],
    );
    case(&["person", "invite", "--role", "owners"], "", 2, &["--role"]);
    for id in ["abc", "1.5", "", "99999999999999999999"] {
        case(&["person", "withdraw", id], "", 1, &["person invitations"]);
        case(&["peer", "withdraw", id], "", 1, &["peer invitations"]);
        case(
            &["token", "revoke", "--username", "owner", "--id", id],
            "",
            1,
            &["token list"],
        );
    }
    for id in ["0", "1", "9223372036854775807"] {
        case(&["person", "withdraw", id], "", 1, &[id, "person invitations"]);
        case(&["peer", "withdraw", id], "", 1, &[id, "peer invitations"]);
        case(
            &["token", "revoke", "--username", "owner", "--id", id],
            "",
            1,
            &[id, "token list"],
        );
    }
    case(&["token", "create", "--username", "nobody"], "", 1, &["nobody"]);
    case(&["token", "list", "--username", "nobody"], "", 1, &["nobody"]);
    case(
        &["token", "revoke", "--username", "nobody", "--id", "1"],
        "",
        1,
        &["nobody"],
    );
    case(
        &["token", "create", "--username", "owner", "--scopes", "everything"],
        "",
        1,
        &["everything"],
    );
    case(
        &["token", "create", "--username", "owner", "--scopes", ""],
        "",
        1,
        &["scope"],
    );
    for hours in ["0", "73", "-1"] {
        case(&["peer", "invite", "--hours", hours], "", 1, &["72"]);
    }
    case(&["peer", "invite", "--pre-confirm"], "", 2, &["--for"]);
    case(&["peer", "invite", "--for", "a b"], "", 1, &["a b"]);
    case(
        &["peer", "invite", "--for", "https://paris.example/x"],
        "",
        1,
        &["paris.example"],
    );
    for verb in ["confirm", "suspend", "revoke", "show", "deliveries"] {
        case(
            &["peer", verb, "nowhere.example"],
            "",
            1,
            &["nowhere.example", "peer list"],
        );
        case(&["peer", verb, "a b"], "", 1, &["a b"]);
        case(&["peer", verb, "\u{202e}"], "", 1, &[]);
    }
    case(&["peer", "trust", "a b"], "", 1, &[]);
    case(&["peer", "join", "nonsense", "--yes"], "", 1, &[]);
    case(&["audit", "--limit", "0"], "", 2, &["--limit"]);
    case(&["audit", "--limit", "201"], "", 2, &["--limit"]);
    case(&["audit", "--peer", "a b"], "", 1, &["a b"]);
    case(&["import", "/nowhere.json"], "", 1, &["/nowhere.json"]);
    cases.push((vec!["import", broken], "", 1, vec!["broken.json"]));
    cases
}
