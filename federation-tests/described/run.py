"""Whether the node answers as its OpenAPI document says: schemathesis asks every operation of it, as an administrator and as
an ordinary person, on SQLite and PostgreSQL at the same time. Run by `cargo xtask test`; an argument names the database
to run (both without):

    cargo xtask test --only described
    python run.py sqlite             # with the environment that the step sets

Found are answers of 500 and above, statuses, content types, headers and bodies that the document does not have, operations
that never succeed, and those of administrators that succeed for others. First it is tested that such things are found
(stub.py)."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "clients"))

import known  # noqa: E402
import stub  # noqa: E402
from asking import SEED, ask, is_administration, operations, successes  # noqa: E402
from openapi_spec_validator import validate  # noqa: E402
from stage import BINARY, Node, connect, side_by_side, stop_when_told  # noqa: E402

DATABASES = ("sqlite", "postgres")
SCOPES = "read write follow push profile admin:read admin:write"
EVERYONE = ("friend", "foe", "asker", "ordinary")


def described(node, folder):
    """The document of the running binary, valid, in a file."""
    document = json.loads(node.run_plain("openapi"))
    validate(document)
    file = pathlib.Path(folder, "openapi.json")
    file.write_text(json.dumps(document))
    return document, file


class Home(Node):
    """A node with tokens."""

    def run_plain(self, *arguments):
        """A command that needs no node."""
        return subprocess.run([BINARY, *arguments], check=True, text=True, capture_output=True, timeout=60).stdout

    def token(self, name):
        return self.run("token", "create", "--username", name, "--scopes", SCOPES)


def story(database):
    nodes = []
    try:
        nodes += [Home("Lyon", database)]
        nodes += [Home("Paris", database)]
        connect(*nodes)
        with tempfile.TemporaryDirectory(prefix="entrenous-described-") as folder:
            document, file = described(nodes[0], folder)
            wrong = list(asked_of(*nodes, database, document, file))
        assert not wrong, "\n".join(wrong)
    except BaseException:
        for node in nodes:
            print(node.last_words(), file=sys.stderr)
        raise
    finally:
        for node in nodes:
            node.stop()


def asked_of(lyon, paris, database, document, file):
    """Asks as both callers; yields what is wrong."""
    for name in EVERYONE + ("gone1", "gone2"):
        lyon.person(name)
    people = {name: {"name": name, "token": lyon.token(name)} for name in EVERYONE + ("owner",)}
    owner = known.Person(lyon.url, **people["owner"])
    victims = [owner.get("/api/v1/accounts/lookup", acct=name)["id"] for name in ("gone1", "gone2")]
    peer = owner.get("/api/entrenous/v1/admin/peers")[0]["id"]
    app = owner.post("/api/v1/apps", client_name="Described", redirect_uris=known.OUT_OF_BAND, scopes="read write")
    client = {name: app[name] for name in ("client_id", "client_secret")}
    app["token"] = owner.post("/oauth/token", **client, grant_type="client_credentials")["access_token"]
    administration = [label for label, one in operations(document) if is_administration(one)]
    # The administrator comes last: clients and tokens are counted by address, and the phase `coverage` uses that up.
    for me in ("ordinary", "owner"):
        begun = time.monotonic()
        stage = {
            "url": lyon.url, "binary": BINARY, "dir": str(lyon.dir), "other_dir": str(paris.dir), "scopes": SCOPES,
            "me": people[me], **{role: people[role] for role in ("friend", "foe", "asker", "owner")},
            "app": app, "peer": peer, "victims": victims,
            "ordinary": me == "ordinary", "administration": administration,
        }
        # What the description gives rise to is the same for whoever asks: that is done once.
        phases = ("coverage", "fuzzing") if me == "owner" else ("fuzzing",)
        asked = ask(lyon.url, file, stage, phases, SEED[database])
        who = "an administrator" if me == "owner" else "an ordinary person"
        if asked.code != 0:
            yield f"{who} on {database}: schemathesis found\n{asked.said}"
        yield from judged(document, asked.tally, me == "owner", who)
        print(f"{who} on {database}: {asked.requests()} requests to {len(asked.tally)} of "
              f"{len(list(operations(document)))} operations in {time.monotonic() - begun:.0f} s", flush=True)
        if me == "owner":
            for label, why in known.NO_SUCCESS.items():
                print(f"  without success: {label}: {why}")


def judged(document, tally, owner, who):
    """What schemathesis does not look at: whether all was asked, and who succeeded."""
    labels = dict(operations(document))
    for unknown in (known.FOR.keys() | known.AFTER.keys() | known.NO_SUCCESS.keys()) - labels.keys():
        yield f"{unknown} is described no more: known.py names it"
    for label, operation in labels.items():
        got = tally.get(label, {})
        succeeded = [status for status in got if status < "400"]
        if not got:
            yield f"{who}: {label} was not asked"
        elif not owner and is_administration(operation):
            # A NUL in the address is refused before anybody is asked who they are.
            before = set(got) <= {"403", "404", "422"} or operation["x-access"] != "administrator"
            if succeeded or not before:
                yield f"{who}: {label} is not theirs, and answered {got}"
        elif successes(operation) and not succeeded and label not in known.NO_SUCCESS:
            yield f"{who}: {label} never succeeded: {got}"
        elif succeeded and label in known.NO_SUCCESS:
            yield f"{who}: {label} succeeded: NO_SUCCESS in known.py need not name it"


if __name__ == "__main__":
    stop_when_told()
    databases = [name for name in DATABASES if name in sys.argv]
    if len(databases) == 1:
        story(databases[0])
    else:
        stub.check()
        print("a server with a defect of each kind is found out", flush=True)
        sys.exit(side_by_side(__file__, DATABASES))
