"""Loaded by schemathesis: the caller's token, known ids and input for a part of the requests, and what was answered."""

import atexit
import collections
import json
import os
import re
import subprocess

import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.failures import ServerError

import known

STAGE = json.loads(os.environ["ENTRENOUS_DESCRIBED"])
TALLY = collections.defaultdict(collections.Counter)
ASKED = collections.Counter()
# A host as somebody might have one: anything else is refused before anyone is asked.
HOST = re.compile(r"(https?://)?[\w.:\[\]-]*/?", re.IGNORECASE)


def command(node, *arguments):
    done = subprocess.run([STAGE["binary"], *arguments, "--data-dir", STAGE[node]], text=True, check=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.stdout.strip()


def new_token():
    return command("dir", "token", "create", "--username", STAGE["me"]["name"], "--scopes", STAGE["scopes"])


def offer_of_another(rate):
    """Its note says which."""
    authority, note = STAGE["url"].removeprefix("http://"), f"At most {rate}"
    command("other_dir", "peer", "propose", authority, "--set", f"we_give.rate={rate}", "--note", note)
    return note


def made():
    if "me" not in STAGE:
        return None
    people = {role: known.Person(STAGE["url"], **STAGE[role]) for role in ("me", "friend", "foe", "asker", "owner")}
    return known.Things(
        **people, app=STAGE["app"], peer=STAGE["peer"], victims=STAGE["victims"], token_of_mine=new_token,
        link_of_another=lambda: command("other_dir", "peer", "invite"), offer_of_another=offer_of_another)


THINGS = made()


def ask_what_is_known(case, kwargs, label, whole):
    """Puts in ids, and with `whole` also input, of things that there are."""
    said = known.FOR[label](THINGS) if label in known.FOR else {}
    ids = said.get("path") or known.ids_of(THINGS, case.path)
    case.path_parameters.update({name: value for name, value in ids.items() if f"{{{name}}}" in case.path})
    if not whole:
        return
    case.query = dict(said.get("query", {}))
    case.body, case.media_type = NOT_SET, None
    if "files" in said:
        kwargs["files"], kwargs["data"] = said["files"], said.get("body", {})
    elif "body" in said:
        case.body, case.media_type = said["body"], "application/json"


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["allow_redirects"] = False
    if THINGS is None:
        return
    label = case.operation.label
    token = THINGS.me.token
    # It ends the token of the request, whatever it is asked with.
    if label == "POST /api/entrenous/v1/sign_out":
        token = new_token()
    case.headers["Authorization"] = f"Bearer {token}"
    ASKED[label] += 1
    # The first request, and each twentieth after it, is known to be good. Of the others two of three have known ids, and
    # generated input. What an administrator alone may do is made for them alone.
    whole = ASKED[label] % 20 == 1
    forbidden = STAGE["ordinary"] and label in STAGE["administration"]
    if (whole or ASKED[label] % 3 != 0) and not forbidden:
        ask_what_is_known(case, kwargs, label, whole)
    # A host that somebody might have is never asked: this machine's alone.
    if label == "POST /api/entrenous/v1/admin/peers/trust" and isinstance(case.body, dict):
        authority = case.body.get("authority")
        if isinstance(authority, str) and HOST.fullmatch(authority.strip()):
            case.body["authority"] = known.NOBODY


@schemathesis.hook
def after_call(context, case, response):
    label = case.operation.label
    TALLY[label][response.status_code] += 1
    if THINGS is not None and response.status_code == 200 and label in known.AFTER:
        known.AFTER[label](THINGS, response)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # What another node does not answer is no failure of this one: where the document names 502 itself, it is an answer.
    return not (isinstance(failure, ServerError) and str(response.status_code) in case.operation.responses.status_codes)


@atexit.register
def tell():
    with open(STAGE["tally"], "w") as file:
        json.dump(TALLY, file)
