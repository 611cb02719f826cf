"""Real clients against two connected nodes, on SQLite and PostgreSQL at the same time. Run by `cargo xtask test`;
arguments name the databases and clients to run (all of them without):

    cargo xtask test --only clients
    python run.py sqlite toot        # with the environment that the step sets
"""

import sys
import time

import js_clients
import mastodon_py.everyday
import toot_cli.everyday
from stage import Node, connect, side_by_side, stop_when_told

CLIENTS = {
    "Mastodon.py": mastodon_py.everyday.run,
    "toot": toot_cli.everyday.run,
    "masto.js in Node.js": js_clients.in_node,
    "masto.js in Chromium": js_clients.in_chromium,
}
DATABASES = ("sqlite", "postgres")


def story(database, clients):
    nodes = []
    try:
        nodes += [Node("Lyon", database)]
        nodes += [Node("Paris", database)]
        connect(*nodes)
        for name in clients:
            begun = time.monotonic()
            try:
                CLIENTS[name](*nodes)
            except BaseException:
                print(f"{name} on {database}: FAILED", flush=True)
                raise
            print(f"{name} on {database}: passed in {time.monotonic() - begun:.1f} s", flush=True)
    except BaseException:
        for node in nodes:
            print(node.last_words(), file=sys.stderr)
        raise
    finally:
        for node in nodes:
            node.stop()


if __name__ == "__main__":
    stop_when_told()
    chosen = [name for name in CLIENTS if name in sys.argv] or list(CLIENTS)
    databases = [name for name in DATABASES if name in sys.argv] or DATABASES
    if len(databases) == 1 and len(sys.argv) > 2:
        story(databases[0], chosen)
    else:
        js_clients.prepare()
        sys.exit(side_by_side(__file__, databases, chosen))
