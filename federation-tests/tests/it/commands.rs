//! The command line as scripts use it, with good and bad input.

use federation_tests::node::{PASSWORD, binary, free_port};
use federation_tests::{Client, Database, Node};
use std::os::unix::fs::PermissionsExt as _;

crate::on_both!(init_never_overwrites, commands_take_effect_while_serving);

async fn init_never_overwrites(on: Database) {
    let node = Node::init("Lyon", on, &format!("localhost:{}", free_port())).await;
    let before = std::fs::read_to_string(node.dir().join("entrenous.toml")).expect("no configuration");
    let again = [
        "init",
        "--url",
        "http://localhost:1",
        "--owner",
        "eve",
        "--owner-password-stdin",
    ];
    let (done, _, said) = node.try_command(&again, PASSWORD).await;
    assert!(!done && said.contains("exists"), "{said}");
    assert_eq!(
        std::fs::read_to_string(node.dir().join("entrenous.toml")).expect("gone"),
        before
    );
    assert!(node.try_command(&["config", "check"], "").await.0);

    // Without a serving node commands open the store themselves.
    node.command_with(
        &["person", "add", "--username", "alice", "--password-stdin"],
        PASSWORD,
    )
    .await;
    let people = node.json(&["person", "list"]).await;
    assert_eq!(people.as_array().expect("no list").len(), 2);
    for (arguments, input, word) in [
        (
            vec!["person", "add", "--username", "alice", "--password-stdin"],
            PASSWORD,
            "taken",
        ),
        (
            vec!["person", "add", "--username", "a b", "--password-stdin"],
            PASSWORD,
            "name",
        ),
        (
            vec!["person", "add", "--username", "short", "--password-stdin"],
            "abc",
            "password",
        ),
        (vec!["person", "disable", "--username", "nobody"], "", "nobody"),
        (
            vec!["token", "create", "--username", "alice", "--scopes", "everything"],
            "",
            "everything",
        ),
        (vec!["peer", "confirm", "nowhere.example"], "", "nowhere.example"),
        (vec!["peer", "join", "nonsense", "--yes"], "", "serve"),
    ] {
        let (done, output, said) = node.try_command(&arguments, input).await;
        assert!(!done && output.is_empty(), "{arguments:?}: {output}");
        assert!(said.to_lowercase().contains(word), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }

    // A readable key, a broken and a missing configuration stop the node and say what to do.
    let key = node.dir().join("vault.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("chmod");
    let (done, _, said) = node.try_command(&["serve"], "").await;
    assert!(!done && said.contains("chmod 600"), "{said}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("chmod");
    for broken in ["", "*", before.get(..200).expect("short")] {
        std::fs::write(node.dir().join("entrenous.toml"), broken).expect("write");
        let (done, _, said) = node.try_command(&["serve"], "").await;
        assert!(!done && said.contains("configuration"), "{said}");
    }
    std::fs::write(node.dir().join("entrenous.toml"), before).expect("write");
}

async fn commands_take_effect_while_serving(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    assert_eq!(
        alice.get("/api/v1/accounts/verify_credentials").await.ok()["username"],
        "alice"
    );
    // A second node cannot serve the same directory.
    let (done, _, said) = node.try_command(&["serve"], "").await;
    assert!(!done && said.contains("another process"), "{said}");

    // An invitation is the only way to sign up.
    let link = node.command(&["person", "invite", "--uses", "1"]).await;
    let page = Client::new(String::new(), String::new()).get(&link).await;
    assert!(page.status == 200 && page.text.contains("<form"), "{}", page.text);
    assert_eq!(node.client("").get("/invite/wrong").await.status, 404);

    // A revoked token and a disabled person are out at once.
    let tokens = node.json(&["token", "list", "--username", "alice"]).await;
    let id = tokens[0]["id"].as_str().expect("no id").to_owned();
    node.command(&["token", "revoke", "--username", "alice", "--id", &id])
        .await;
    assert_eq!(alice.get("/api/v1/timelines/home").await.status, 401);
    let again = node.signed_in("alice").await;
    node.command(&["person", "disable", "--username", "alice"]).await;
    assert_eq!(again.get("/api/v1/timelines/home").await.status, 401);
    assert!(
        !node
            .try_command(&["token", "create", "--username", "alice"], "")
            .await
            .0
    );
    let (done, _, said) = node
        .try_command(&["person", "disable", "--username", "owner"], "")
        .await;
    assert!(!done && said.to_lowercase().contains("owner"), "{said}");
    assert!(binary().exists());
}
