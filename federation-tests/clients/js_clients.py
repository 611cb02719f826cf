"""masto.js in Node.js and in Chromium. The scripts run beside the packages, which are installed outside the
repository: Node.js looks for packages in the folders above a script."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from stage import CALLBACK, PASSWORD

HERE = pathlib.Path(__file__).parent


def prepare():
    """Once, before anything runs: another database may be tested at the same time."""
    for source in (HERE / "js").glob("*.js"):
        shutil.copy(source, os.environ["ENTRENOUS_TEST_NPM"])


def script(name, a, b, me, other):
    a.person(me)
    b.person(other)
    stage = {
        "me": {"url": a.url, "username": me},
        "other": {"url": b.url, "username": other},
        "callback": CALLBACK,
        "password": PASSWORD,
        "authorise": [sys.executable, str(HERE / "authorise.py")],
        "chromium": os.environ["ENTRENOUS_TEST_CHROMIUM"],
    }
    done = subprocess.run([os.environ["ENTRENOUS_TEST_NODEJS"], name], timeout=240,
                          cwd=os.environ["ENTRENOUS_TEST_NPM"], env=os.environ | {"STAGE": json.dumps(stage)})
    assert done.returncode == 0, f"{name}: exit code {done.returncode}"


def in_node(a, b):
    script("node.js", a, b, "anna", "bruno")


def in_chromium(a, b):
    script("browser.js", a, b, "amelie", "bastien")
