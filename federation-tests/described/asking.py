"""One run of schemathesis against one address, and what it found."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_headers_conformance", "response_schema_conformance")
# The same requests each time, but for ids: what one machine finds, every machine finds. Each database has its own.
SEED = {"sqlite": 20261201, "postgres": 20261202}
# For each operation, beside what the phase `coverage` makes of its description.
EXAMPLES = 8
# A run takes a minute or two; this is for a machine that does something else as well.
PATIENCE = 900


class Asked:
    def __init__(self, code, said, tally):
        self.code, self.said, self.tally = code, said, tally

    def requests(self):
        return sum(sum(statuses.values()) for statuses in self.tally.values())


def ask(url, document, stage, phases=("coverage", "fuzzing"), seed=1, examples=EXAMPLES):
    """Asks everything that the document (a file) describes, with the hooks told of `stage`."""
    with tempfile.TemporaryDirectory(prefix="entrenous-described-") as folder:
        tally = pathlib.Path(folder, "tally.json")
        told = json.dumps(stage | {"tally": str(tally)})
        environment = os.environ | {
            "ENTRENOUS_DESCRIBED": told,
            "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "clients")]),
            "COLUMNS": "120",
            # Nothing is found on the network but the node.
            "NO_PROXY": "*",
        }
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run",
             str(document), "--url", url, "--checks", ",".join(CHECKS), "--phases", ",".join(phases),
             "--seed", str(seed), "--max-examples", str(examples), "--no-color"],
            # Its folders, if it makes any, are not the checkout's.
            cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
        told = json.loads(tally.read_text()) if tally.exists() else {}
        return Asked(done.returncode, done.stdout, told)


def operations(document):
    """Label and description of every operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def is_administration(operation):
    """Whether it needs a role, and not only a person."""
    return any(scope.startswith("admin:") for way in operation["security"] for scope in way.get("oauth", []))


def successes(operation):
    """The statuses of success that it documents; none for an operation that only ever refuses."""
    return {status for status in operation["responses"] if status < "400"}
