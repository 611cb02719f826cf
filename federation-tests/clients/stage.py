"""What every client under test is given: two connected nodes with people on them, and a browser without scripts that
goes through the sign-in and consent pages."""

import html.parser
import http.cookiejar
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

BINARY = os.environ["ENTRENOUS_BIN"]
POSTGRES = os.environ.get("ENTRENOUS_TEST_POSTGRES_URL")
PASSWORD = "correct horse battery"
CALLBACK = "http://client.invalid/cb"


def eventually(what, question, seconds=15):
    """Asks again until there is an answer; an exception of `question` is not one."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for: {what}")
        time.sleep(0.05)  # another process: there is no event to wait for


def refused(kind, call, *words):
    """`call` must fail with that exception, its text holding every word."""
    try:
        answer = call()
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error!r}"
        return error
    raise AssertionError(f"not refused: {answer!r}")


def psql(statement):
    subprocess.run(["psql", POSTGRES, "-qc", statement], check=True, stdin=subprocess.DEVNULL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    """A node of its own data directory and database; gone after `stop`."""

    def __init__(self, name, database):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="entrenous-clients-"))
        self.authority = f"localhost:{free_port()}"
        self.url = f"http://{self.authority}"
        self.database = None
        extra = []
        if database == "postgres":
            self.database = f"entrenous_clients_{os.getpid()}_{name.lower()}"
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

    def last_words(self):
        self.log.flush()
        return f"--- {self.url}\n" + (self.dir / "log.txt").read_text()[-4000:]

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


def connect(a, b):
    """The real invitation: link, join, confirm."""
    link = a.run("peer", "invite")
    b.run("peer", "join", link, "--yes")
    a.run("peer", "confirm", b.authority)
    eventually("both to be active", lambda: a.state_of(b) == b.state_of(a) == "active")


class Page(html.parser.HTMLParser):
    """The forms of a page, as a browser without scripts would submit them, and the code it shows."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.code, self.in_code = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.forms.append({"action": values.get("action", ""), "fields": {}, "buttons": []})
        elif self.forms and tag == "input" and values.get("name"):
            if values.get("type") not in ("checkbox", "radio", "submit") or "checked" in values:
                self.forms[-1]["fields"][values["name"]] = values.get("value", "")
        elif self.forms and tag == "button":
            self.forms[-1]["buttons"].append((values.get("name"), values.get("value", "")))
        self.in_code = tag == "code"

    def handle_data(self, text):
        if self.in_code:
            self.code += text.strip()

    def handle_endtag(self, tag):
        self.in_code = False


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows redirects on the node, and stops at the one to the client."""

    def redirect_request(self, request, fp, code, message, headers, newurl):
        if newurl.startswith(CALLBACK):
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
            if error.url.startswith(CALLBACK):
                return error.url, ""
            raise AssertionError(f"{error.code} at {url}: {error.read().decode()[:2000]}") from error


def authorise(url, username, decision="allow"):
    """Goes through sign-in and consent; answers what the client is told, as a dictionary."""
    browser = Browser()
    place, text = browser.open(url)
    for _ in range(4):
        if place.startswith(CALLBACK):
            return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(place).query))
        page = Page(text)
        if urllib.parse.urlsplit(place).path == "/oauth/authorize/native":
            return {"code": page.code}
        if form := next((form for form in page.forms if "password" in form["fields"]), None):
            form["fields"] |= {"username": username, "password": PASSWORD}
        elif form := next((form for form in page.forms if ("decision", decision) in form["buttons"]), None):
            form["fields"]["decision"] = decision
        else:
            raise AssertionError(f"neither sign-in nor consent: {text[:1500]}")
        place, text = browser.open(urllib.parse.urljoin(place, form["action"]), form["fields"])
    raise AssertionError(f"no code after four pages: {text[:1500]}")


def side_by_side(script, databases, arguments=()):
    """A process of the script for each database; what went wrong is shown one after the other. Answers the exit code."""
    running = []
    try:
        for database in databases:
            said = tempfile.TemporaryFile("w+")
            running.append((subprocess.Popen([sys.executable, script, database, *arguments], stderr=said), said))
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


def stop_when_told():
    """SIGTERM comes as an exception, so that everything that was started is stopped."""

    def stop(*_):
        raise SystemExit("stopped")

    signal.signal(signal.SIGTERM, stop)
