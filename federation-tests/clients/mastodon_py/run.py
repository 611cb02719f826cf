"""Mastodon.py, as its users have it, against two real nodes: signs in by the OAuth code flow with the real sign-in
pages, posts on node A, and its twin on node B reads the post. Run by `cargo xtask test` on SQLite and PostgreSQL."""

import html.parser
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import http.cookiejar

from mastodon import Mastodon, StreamListener
from mastodon.errors import MastodonNotFoundError, MastodonUnauthorizedError

BINARY = os.environ["ENTRENOUS_BIN"]
POSTGRES = os.environ.get("ENTRENOUS_TEST_POSTGRES_URL")
PASSWORD = "correct horse battery"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(what, question, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.05)  # another process: there is no event to wait for
    raise AssertionError(f"waited {seconds} s for: {what}")


class Node:
    def __init__(self, name, database):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="entrenous-py-"))
        self.authority = f"localhost:{free_port()}"
        self.url = f"http://{self.authority}"
        self.database = None
        extra = []
        if database == "postgres":
            self.database = f"entrenous_py_{os.getpid()}_{name.lower()}"
            psql(f'CREATE DATABASE "{self.database}"')
            url = urllib.parse.urlsplit(POSTGRES)._replace(path=f"/{self.database}").geturl()
            extra = ["--database-url", url]
        listen = f"127.0.0.1:{self.authority.split(':')[1]}"
        self.run("init", "--url", self.url, "--listen", listen, "--name", name, "--owner", "owner",
                 "--owner-password-stdin", "--allow-local", *extra, stdin=PASSWORD)
        self.log = open(self.dir / "log.txt", "wb")
        self.process = subprocess.Popen([BINARY, "serve", "--data-dir", self.dir], stderr=self.log)
        eventually(f"{name} to be healthy", self.healthy)

    def healthy(self):
        assert self.process.poll() is None, (self.dir / "log.txt").read_text()
        try:
            return urllib.request.urlopen(f"{self.url}/health", timeout=2).status == 200
        except OSError:
            return False

    def run(self, *arguments, stdin=""):
        done = subprocess.run([BINARY, *arguments, "--data-dir", self.dir], input=stdin + "\n", text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout.strip()

    def person(self, name):
        self.run("person", "add", "--username", name, "--password-stdin", stdin=PASSWORD)

    def state_of(self, other):
        peers = json.loads(self.run("--json", "peer", "list"))
        return next((peer["state"] for peer in peers if peer["authority"] == other.authority), "none")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(15) == 0, "the node did not stop gracefully"
        finally:
            self.process.kill()
            self.log.close()
            shutil.rmtree(self.dir, ignore_errors=True)
            if self.database:
                psql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def psql(statement):
    subprocess.run(["psql", POSTGRES, "-qc", statement], check=True, stdin=subprocess.DEVNULL)


class Forms(html.parser.HTMLParser):
    """The forms of a page, as a browser without scripts would submit them."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.forms.append({"action": values.get("action", ""), "fields": {}, "buttons": []})
        elif self.forms and tag == "input" and values.get("name"):
            if values.get("type") == "submit":
                self.forms[-1]["buttons"].append(values)
            elif values.get("type") not in ("checkbox", "radio") or "checked" in values:
                self.forms[-1]["fields"][values["name"]] = values.get("value", "")
        elif self.forms and tag == "button":
            self.forms[-1]["buttons"].append(values)
        elif self.forms and tag == "code":
            pass


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows redirects on the node, and stops at the one to the client."""

    def redirect_request(self, request, fp, code, message, headers, newurl):
        if newurl.startswith("http://client.invalid/"):
            raise urllib.error.HTTPError(newurl, code, message, headers, fp)
        return super().redirect_request(request, fp, code, message, headers, newurl)


class Browser:
    def __init__(self):
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), Stay())

    def open(self, url, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(url, data, {"Accept": "text/html"})
        if data is not None:
            parts = urllib.parse.urlsplit(url)
            request.add_header("Origin", f"{parts.scheme}://{parts.netloc}")
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            if error.url.startswith("http://client.invalid/"):
                return error.url, ""
            raise AssertionError(f"{error.code} at {url}: {error.read().decode()[:2000]}") from error


def authorise(url, username, password=PASSWORD):
    """Goes through sign-in and consent, and answers the code."""
    browser = Browser()
    place, page = browser.open(url)
    for _ in range(4):
        if place.startswith("http://client.invalid/"):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(place).query)
            return query["code"][0], query.get("state", [None])[0]
        form = next(form for form in Forms(page).forms
                    if "password" in form["fields"] or any(word in json.dumps(form) for word in ("allow", "authorize", "consent", "approve")))
        fields = dict(form["fields"])
        if "password" in fields:
            name = next(name for name in ("username", "login", "name") if name in fields)
            fields[name], fields["password"] = username, password
        elif form["buttons"]:
            button = form["buttons"][0]
            if button.get("name"):
                fields[button["name"]] = button.get("value", "")
        place, page = browser.open(urllib.parse.urljoin(place, form["action"]), fields)
    raise AssertionError(f"no code after four pages: {page[:1500]}")


def sign_in(node, username):
    scopes = ["read", "write", "follow", "push"]
    client_id, secret = Mastodon.create_app("Mastodon.py test", scopes=scopes, redirect_uris="http://client.invalid/cb",
                                            api_base_url=node.url)
    api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=node.url)
    url = api.auth_request_url(redirect_uris="http://client.invalid/cb", scopes=scopes, state="s t a t e",
                               allow_http=True)
    code, state = authorise(url, username)
    assert state == "s t a t e", state
    api.log_in(code=code, redirect_uri="http://client.invalid/cb", scopes=scopes, allow_http=True)
    assert api.me()["username"] == username
    try:
        Mastodon(client_id=client_id, client_secret=secret, api_base_url=node.url).log_in(
            code=code, redirect_uri="http://client.invalid/cb", scopes=scopes, allow_http=True)
    except Exception:
        pass
    else:
        raise AssertionError("a code was taken twice")
    # The second use of the code has ended the first token (RFC 6749, 4.1.2): sign in anew.
    try:
        api.me()
    except MastodonUnauthorizedError:
        pass
    else:
        raise AssertionError("the token of a stolen code still works")
    code, _ = authorise(url, username)
    api.log_in(code=code, redirect_uri="http://client.invalid/cb", scopes=scopes, allow_http=True)
    return api


class Listener(StreamListener):
    def __init__(self):
        self.updates = []
        self.arrived = threading.Event()

    def on_update(self, status):
        self.updates.append(status)
        self.arrived.set()


def everyday(a, b, alice, bob):
    instance = alice.instance()
    assert "Entrenous" in json.dumps(instance, default=str), instance
    alice.account_update_credentials(display_name="Alice Martin", note="Atelier, Lyon")

    found = bob.search(f"@alice@{a.authority}", resolve=True)["accounts"]
    assert found and found[0]["display_name"] == "Alice Martin", found
    remote = found[0]
    bob.account_follow(remote["id"])
    eventually("the follow to be accepted", lambda: bob.account_relationships(remote["id"])[0]["following"])

    listener = Listener()
    stream = bob.stream_user(listener, run_async=True)
    posted = alice.status_post("Bonjour à tous, ceci vient de Mastodon.py #Lyon", visibility="public", language="fr",
                               idempotency_key="once")
    again = alice.status_post("Bonjour à tous, ceci vient de Mastodon.py #Lyon", visibility="public", language="fr",
                              idempotency_key="once")
    assert posted["id"] == again["id"]

    def arrived():
        return next((post for post in bob.timeline_home() if "Mastodon.py" in post["content"]), None)

    seen = eventually("the post on B", arrived)
    assert seen["uri"] == posted["uri"] and seen["language"] == "fr" and seen["tags"][0]["name"].lower() == "lyon"
    assert listener.arrived.wait(10), "nothing on the stream"
    stream.close()

    bob.status_favourite(seen["id"])
    bob.status_reblog(seen["id"])
    reply = bob.status_reply(seen, "Bien reçu à Paris !")
    assert f"@alice@{a.authority}".split("@")[1] in reply["content"]
    eventually("three notifications", lambda: {n["type"] for n in alice.notifications()} >= {"favourite", "reblog", "mention"})
    context = alice.status_context(posted["id"])
    assert "Bien reçu" in context["descendants"][0]["content"]

    alice.status_update(posted["id"], "Bonjour, corrigé #Lyon")
    eventually("the edit on B", lambda: "corrigé" in bob.status(seen["id"])["content"])

    for number in range(25):
        alice.status_post(f"page {number}", visibility="unlisted")
    first = alice.timeline_home(limit=10)
    second = alice.fetch_next(first)
    third = alice.fetch_next(second)
    ids = [post["id"] for page in (first, second, third) for post in page]
    assert len(ids) == len(set(ids)) and ids == sorted(ids, key=int, reverse=True), ids
    assert alice.fetch_previous(second)[-1]["id"] in {post["id"] for post in first}

    alice.status_delete(posted["id"])

    def gone():
        try:
            bob.status(seen["id"])
        except MastodonNotFoundError:
            return True
        return False

    eventually("the deletion on B", gone)


def story(database):
    a, b = Node("Lyon", database), Node("Paris", database)
    try:
        link = a.run("peer", "invite")
        b.run("peer", "join", link, "--yes")
        a.run("peer", "confirm", b.authority)
        eventually("both to be active", lambda: a.state_of(b) == b.state_of(a) == "active")
        a.person("alice")
        b.person("bob")
        everyday(a, b, sign_in(a, "alice"), sign_in(b, "bob"))
    except BaseException:
        for node in (a, b):
            node.log.flush()
            print(f"--- {node.url}\n" + (node.dir / "log.txt").read_text()[-4000:], file=sys.stderr)
        raise
    finally:
        try:
            a.stop()
        finally:
            b.stop()
    print(f"Mastodon.py on {database}: passed")


if __name__ == "__main__":
    for database in ("sqlite", "postgres"):
        story(database)
