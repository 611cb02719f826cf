"""Real clients against two connected nodes, on SQLite and PostgreSQL. Run by `cargo xtask test`; arguments name the
clients and databases to run (all of them without)."""

import sys
import time

import mastodon_py.everyday
import toot_cli.everyday
from stage import Node, connect

CLIENTS = {
    "Mastodon.py": mastodon_py.everyday.run,
    "toot": toot_cli.everyday.run,
}
DATABASES = ("sqlite", "postgres")


def story(database, clients):
    a, b = Node("Lyon", database), Node("Paris", database)
    try:
        connect(a, b)
        for name in clients:
            begun = time.monotonic()
            try:
                CLIENTS[name](a, b)
            except BaseException:
                print(f"{name} on {database}: FAILED", file=sys.stderr, flush=True)
                raise
            print(f"{name} on {database}: passed in {time.monotonic() - begun:.1f} s", flush=True)
    except BaseException:
        print(a.last_words(), b.last_words(), file=sys.stderr, sep="\n")
        raise
    finally:
        try:
            a.stop()
        finally:
            b.stop()


if __name__ == "__main__":
    chosen = [name for name in CLIENTS if name in sys.argv] or list(CLIENTS)
    for database in [name for name in DATABASES if name in sys.argv] or DATABASES:
        story(database, chosen)
