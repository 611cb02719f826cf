//! Invitations between nodes that are wrong, late, spent or interrupted: clear words on the command line and in the API,
//! and nothing half-made on either side.

use super::attempt::run;
use super::many;
use federation_tests::{Client, Database, Node, contents, eventually};
use serde_json::json;

crate::on_both!(
    refused_invitations_leave_nothing,
    an_interrupted_invitation_can_be_taken_up_again
);

struct Two {
    lyon: Node,
    paris: Node,
    owner: Client,
    wrong: Vec<String>,
}

impl Two {
    async fn open(on: Database) -> Self {
        let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
        let owner = paris.signed_in("owner").await;
        Self {
            lyon,
            paris,
            owner,
            wrong: Vec::new(),
        }
    }

    /// Paris cannot join with this link, by either door, and no side keeps anything of it.
    async fn refused(&mut self, what: &str, link: &str, statuses: &[u16], word: &str) {
        let dir = self.paris.dir().to_str().unwrap();
        let ended = run(&["peer", "join", link, "--yes", "--data-dir", dir], &[], "").await;
        if let Err(why) = ended.refusal(1, &[word]) {
            self.wrong.push(format!("{what}: {why}"));
        }
        let said = self
            .owner
            .post("/api/entrenous/v1/admin/peers/join", json!({ "link": link }))
            .await;
        let error = said.json()["error"].as_str().unwrap_or_default().to_lowercase();
        if !statuses.contains(&said.status) || !error.contains(&word.to_lowercase()) {
            self.wrong
                .push(format!("{what} (API): {} {}", said.status, said.text));
        }
        for node in [&self.lyon, &self.paris] {
            let peers = node.json(&["peer", "list"]).await;
            if peers != json!([]) {
                self.wrong.push(format!("{what}: {} keeps {peers}", node.name));
            }
        }
    }

    fn close(self) {
        assert!(
            self.wrong.is_empty(),
            "{} are wrong:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
        for node in [&self.lyon, &self.paris] {
            assert!(!node.log().contains("panicked"), "{}", node.log());
        }
    }
}

/// The same text with another character at the place.
fn changed(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let byte = bytes.get_mut(at).unwrap();
    *byte = if *byte == b'a' { b'b' } else { b'a' };
    String::from_utf8(bytes).unwrap()
}

async fn refused_invitations_leave_nothing(on: Database) {
    let mut two = Two::open(on).await;
    let link = two.lyon.command(&["peer", "invite"]).await;

    // What is no link is told without asking anybody.
    let (page, token) = link.split_once('#').unwrap();
    let (place, print) = page.split_once("?fp=").unwrap();
    for (what, text) in [
        ("nothing", String::new()),
        ("words", "bonjour".to_owned()),
        ("without the secret", page.to_owned()),
        ("half the secret", format!("{page}#{}", token.get(..20).unwrap())),
        ("without the fingerprint", format!("{place}#{token}")),
        (
            "half the fingerprint",
            format!("{place}?fp={}#{token}", print.get(..20).unwrap()),
        ),
        ("another path", link.replace("/invitations/", "/invite/")),
        ("no number", link.replace("/invitations/", "/invitations/x")),
        ("another scheme", link.replace("http://", "file://")),
        ("a long one", format!("{link}{}", "a".repeat(2_000))),
        ("a line break within", format!("{place}\n?fp={print}#to ken")),
    ] {
        two.refused(what, &text, &[422], "no invitation link").await;
    }
    let own = two.paris.command(&["peer", "invite"]).await;
    two.refused("its own", &own, &[409], "this very node").await;

    // Other keys than the link's: somebody else answers in the inviter's place.
    let print_at = place.len() + "?fp=".len() + 5;
    two.refused(
        "another fingerprint",
        &changed(&link, print_at),
        &[403],
        "do not connect",
    )
    .await;

    // Only who has the link is told what became of it.
    let guessed = changed(&link, link.len() - 10);
    two.refused("guessed", &guessed, &[502], "does not know this invitation")
        .await;
    let late = two.lyon.command(&["peer", "invite"]).await;
    let id = |link: &str| {
        link.split_once("/invitations/")
            .unwrap()
            .1
            .split('?')
            .next()
            .unwrap()
            .to_owned()
    };
    contents::run(
        &two.lyon,
        on,
        &format!(
            "UPDATE peer_invites SET expires_at = '2020-01-01 00:00:00' WHERE id = {}",
            id(&late)
        ),
    );
    two.refused("expired", &late, &[502], "days ago: ask for a new one")
        .await;
    let withdrawn = two.lyon.command(&["peer", "invite"]).await;
    two.lyon.command(&["peer", "withdraw", &id(&withdrawn)]).await;
    two.refused(
        "withdrawn",
        &withdrawn,
        &[502],
        "withdrew the invitation 1 minute ago",
    )
    .await;
    let others = two
        .lyon
        .command(&["peer", "invite", "--for", "http://localhost:1"])
        .await;
    two.refused("for another", &others, &[502], "is for another node")
        .await;

    // After all that the right one still works.
    two.paris.command(&["peer", "join", &link, "--yes"]).await;
    assert_eq!(two.lyon.peer_state(&two.paris.authority).await, "pending_local");
    two.close();
}

async fn an_interrupted_invitation_can_be_taken_up_again(on: Database) {
    let mut two = Two::open(on).await;
    let link = two.lyon.command(&["peer", "invite"]).await;
    two.lyon.kill().await;
    let dir = two.paris.dir().to_str().unwrap().to_owned();
    let join = ["peer", "join", &link, "--yes", "--data-dir", &dir];
    let down = run(&join, &[], "").await;
    down.refusal(1, &["cannot be reached", &two.lyon.authority])
        .unwrap();
    let said = two
        .owner
        .post("/api/entrenous/v1/admin/peers/join", json!({ "link": link }))
        .await;
    assert!(
        said.status == 502 && said.text.contains("cannot be reached"),
        "{} {}",
        said.status,
        said.text
    );
    assert_eq!(two.paris.json(&["peer", "list"]).await, json!([]));

    // Its answer to the acceptance is lost: it counts Paris, Paris does not count it. Trying again mends that.
    two.lyon.serve().await;
    let at_once = many(4, (0..4).map(|_| run(&join, &[], ""))).await;
    // All with the one link, at the same moment: one acceptance, sent four times.
    let failed: Vec<&str> = at_once
        .iter()
        .filter(|ended| ended.code != 0)
        .map(|ended| ended.error.as_str())
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    for (here, there) in [(&two.lyon, &two.paris), (&two.paris, &two.lyon)] {
        let peers = here.json(&["peer", "list"]).await;
        assert_eq!(peers.as_array().unwrap().len(), 1, "{peers}");
        assert!(
            here.peer_state(&there.authority).await.starts_with("pending"),
            "{peers}"
        );
    }
    two.paris.kill().await;
    contents::run(&two.paris, on, "DELETE FROM peers");
    two.paris.serve().await;
    two.paris.command(&join[..4]).await;
    two.lyon.command(&["peer", "confirm", &two.paris.authority]).await;
    for (here, there) in [(&two.lyon, &two.paris), (&two.paris, &two.lyon)] {
        eventually("both nodes to be active", || async {
            (here.peer_state(&there.authority).await == "active").then_some(())
        })
        .await;
    }

    // A third node with the same link.
    let third = Node::start("Lille", on).await;
    let dir = third.dir().to_str().unwrap();
    let late = run(&["peer", "join", &link, "--yes", "--data-dir", dir], &[], "").await;
    late.refusal(1, &["another node has used the invitation"])
        .unwrap();
    assert_eq!(third.json(&["peer", "list"]).await, json!([]));
    assert_eq!(
        two.lyon.json(&["peer", "list"]).await.as_array().unwrap().len(),
        1
    );
    two.close();
}
