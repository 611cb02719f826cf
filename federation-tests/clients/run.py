"""Real clients against two connected nodes, on SQLite and PostgreSQL at the same time. Run by `cargo xtask test`;
arguments name the databases and clients to run (all of them without):

    cargo xtask test --only clients
    python run.py sqlite toot        # with the environment that the step sets
"""

import signal
import subprocess
import sys
import tempfile
import time

import js_clients
import mastodon_py.everyday
import toot_cli.everyday
from stage import Node, connect

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


def side_by_side(databases, clients):
    """A process for each database; what went wrong is shown one after the other. Answers the exit code."""
    running = []
    try:
        for database in databases:
            said = tempfile.TemporaryFile("w+")
            running.append((subprocess.Popen([sys.executable, __file__, database, *clients], stderr=said), said))
        codes = [process.wait() for process, _ in running]
    finally:
        for process, _ in running:
            process.terminate()
            process.wait(60)
    for code, (_, said) in zip(codes, running):
        if code != 0:
            said.seek(0)
            print(said.read(), file=sys.stderr)
    return max(map(abs, codes))


def stop(*_):
    # As an exception, so that everything that was started is stopped.
    raise SystemExit("stopped")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    chosen = [name for name in CLIENTS if name in sys.argv] or list(CLIENTS)
    databases = [name for name in DATABASES if name in sys.argv] or DATABASES
    if len(databases) == 1 and len(sys.argv) > 2:
        story(databases[0], chosen)
    else:
        js_clients.prepare()
        sys.exit(side_by_side(databases, chosen))
