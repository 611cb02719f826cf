"""toot, typed as a person would: ada on A and ben on B, each with a configuration of their own. Every command is a new
process; what counts is its exit code and what it prints."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from stage import authorise, eventually

TOOT = str(pathlib.Path(sys.executable).parent / "toot")


class Terminal:
    """Someone's shell with toot in it."""

    def __init__(self, node, username):
        self.node, self.username = node, username
        self.home = tempfile.mkdtemp(prefix="entrenous-toot-")
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home, "XDG_CONFIG_HOME": self.home,
                            "XDG_CACHE_HOME": self.home, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}

    def type(self, *words, fails=False):
        """Runs a command to its end; answers what it printed (on standard error, if it is to fail)."""
        done = subprocess.run([TOOT, *words], env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=60)
        assert (done.returncode != 0) == fails, \
            f"toot {words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        # A traceback would be a crash of the client on something that the node said.
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr if fails else done.stdout

    def json(self, *words):
        return json.loads(self.type(*words, "--json"))

    def sign_in(self):
        """`toot login`: prints the address of the consent page, and waits for the code that page shows."""
        login = subprocess.Popen([TOOT, "login", "--instance", self.node.url], env=self.environment, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        for line in login.stdout:
            lines.append(line)
            if line.startswith("http://"):
                break
        else:
            raise AssertionError(f"toot login: no address\n{''.join(lines)}")
        code = authorise(line.strip(), self.username)["code"]
        said, _ = login.communicate(f"n\n{code}\n", timeout=60)
        assert login.returncode == 0 and "Successfully logged in" in said, said

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


def holds(text, *words):
    for word in words:
        assert word in text, f"{word!r} is not in:\n{text}"


def run(a, b):
    a.person("ada")
    b.person("ben")
    ada, ben = Terminal(a, "ada"), Terminal(b, "ben")
    try:
        myself(a, ada)
        ben.sign_in()
        follow(a, b, ada, ben)
        posts(a, b, ada, ben)
        keeping_away(b, ada)
    finally:
        ada.close()
        ben.close()


def myself(a, ada):
    holds(ada.type("whoami", fails=True), "requires you to be logged in")
    # The password never goes through a client here.
    holds(ada.type("login_cli", "--instance", a.url, "--email", "ada", "--password", "x", fails=True), "Login failed")
    ada.sign_in()
    holds(ada.type("auth"), f"ada@{a.authority}", "ACTIVE")
    holds(ada.type("whoami"), "@ada", "Followers")
    holds(ada.type("instance"), "Lyon", "Entrenous")
    assert ada.json("instance", a.url)["title"] == "Lyon"
    picture = pathlib.Path(ada.home) / "picture.gif"
    # The smallest GIF there is: one transparent pixel.
    picture.write_bytes(bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401"
                                      "003b"))
    holds(ada.type("update_account", "--display-name", "Ada Petit", "--note", "Bureau 12", "--language", "fr",
                   "--privacy", "unlisted", "--avatar", str(picture)), "Account updated")
    me = ada.json("whoami")
    assert [me["display_name"], me["source"]["language"], me["source"]["privacy"]] == ["Ada Petit", "fr", "unlisted"]
    holds(ada.type("whoami"), "Ada Petit", "Bureau 12")
    holds(ada.type("notifications"), "You have no notifications")
    holds(ada.type("tags", "followed"), "not following any hashtags")
    ada.type("lists", "list")
    holds(ada.type("muted"), "No accounts muted")
    holds(ada.type("blocked"), "No accounts blocked")
    ada.type("timelines", "home", "--no-pager")


def follow(a, b, ada, ben):
    name = f"ada@{a.authority}"
    holds(ben.type("search", f"@{name}", "--resolve"), name)
    holds(ben.type("whois", name), "Ada Petit")
    holds(ada.type("update_account", "--locked"), "updated")

    def asked():
        holds(ben.type("follow", name), "You are now following")
        return f"ben@{b.authority}" in ada.type("follow-requests", "list")
    eventually("the request on A", asked)
    holds(ada.type("follow-requests", "accept", f"ben@{b.authority}"), "is now following you")
    holds(ada.type("update_account", "--no-locked"), "updated")
    holds(ada.type("followers"), f"ben@{b.authority}")
    eventually("the follow on B", lambda: name in ben.type("following"))
    holds(ben.type("whois", "nobody", fails=True), "Account not found")


def posts(a, b, ada, ben):
    holds(ada.type("post", "Bonjour de la ligne de commande #Bureau", "--visibility", "public", "--language", "fr"),
          "Toot posted", a.url)
    posted = ada.json("search", "Bonjour de la ligne", "--type", "statuses")["statuses"][0]
    assert posted["language"] == "fr" and posted["visibility"] == "public", posted
    eventually("the post on B", lambda: "ligne de commande" in ben.type("timeline", "--once"))
    seen = ben.json("search", posted["url"], "--resolve")["statuses"][0]
    for words in (["timelines", "home", "--no-pager"], ["timelines", "public", "--no-pager"],
                  ["timelines", "tag", "bureau", "--no-pager"], ["timeline", "--once", "--public"],
                  ["timeline", "--once", "--tag", "Bureau"], ["status", seen["id"]],
                  ["timelines", "account", f"ada@{a.authority}", "--no-pager"]):
        holds(ben.type(*words), "ligne de commande", f"ada@{a.authority}")
    assert "ligne de commande" not in ben.type("timelines", "public", "--local", "--no-pager")
    holds(ben.type("tags", "info", "bureau"), "#bureau", "Not followed")

    # toot takes the address of a post for its id, and asks the node to find it.
    holds(ben.type("favourite", posted["url"]), "favourited")
    holds(ben.type("bookmark", seen["id"]), "bookmarked")
    holds(ben.type("bookmarks", "--once"), "ligne de commande")
    holds(ben.type("reblog", seen["id"]), "reblogged")
    holds(ben.type("reblogged_by", seen["id"]), "ben")
    holds(ben.type("post", f"@ada@{a.authority} bien reçu", "--reply-to", seen["id"], "--spoiler-text", "Réponse"),
          "Toot posted")
    eventually("the notifications", lambda: {"favourite", "reblog", "mention"} <=
               {n["type"] for n in ada.json("notifications")})
    holds(ada.type("notifications"), "bien reçu", f"ben@{b.authority}")
    holds(ada.type("notifications", "--type", "mention"), "bien reçu")
    assert "favourite" not in {n["type"] for n in ada.json("notifications", "--exclude-type", "favourite")}
    holds(ada.type("thread", posted["id"]), "ligne de commande", "bien reçu")
    answer = ada.json("thread", posted["id"])["descendants"][0]
    assert answer["spoiler_text"] == "Réponse" and answer["in_reply_to_id"] == posted["id"], answer
    lists(b, ada, ben)
    holds(ada.type("notifications", "--clear"), "cleared")
    holds(ada.type("notifications"), "You have no notifications")
    for word in ("unreblog", "unfavourite", "unbookmark"):
        holds(ben.type(word, seen["id"]), "✓")

    holds(ada.type("post", "et la suite", "--reply-last"), "Toot posted")
    holds(ada.type("thread", posted["id"]), "et la suite")
    holds(ada.type("post", "plus tard", "--scheduled-in", "1 hour"), "scheduled for")
    holds(ada.type("pin", posted["id"]), "✓")
    holds(ada.type("unpin", posted["id"]), "✓")
    holds(ada.type("status", "1", fails=True), "Record not found")
    holds(ben.type("delete", seen["id"], fails=True), "Record not found")
    holds(ada.type("delete", posted["id"]), "Status deleted")
    eventually("the deletion on B", lambda: not ben.json("search", posted["url"])["statuses"])

    holds(ada.type("post", "Que boire demain ?", "--poll-option", "thé", "--poll-option", "café",
                   "--poll-expires-in", "10 minutes", "--poll-multiple"), "Toot posted")
    asked = ada.json("search", "Que boire", "--type", "statuses")["statuses"][0]
    assert [option["title"] for option in asked["poll"]["options"]] == ["thé", "café"], asked
    eventually("the poll on B", lambda: "café" in ben.type("timeline", "--once"))


def lists(b, ada, ben):
    name = f"ben@{b.authority}"
    holds(ada.type("follow", name), "You are now following")
    eventually("the follow", lambda: name in ada.type("following"))
    ada.type("lists", "create", "Paris", "--replies-policy", "none")
    holds(ada.type("lists", "list"), "Paris")
    ada.type("lists", "add", "Paris", name)
    holds(ada.type("lists", "accounts", "Paris"), "ben")
    holds(ben.type("post", "de Paris, au #métro", "--visibility", "public"), "Toot posted")
    eventually("it in the list", lambda: "de Paris" in ada.type("timelines", "list", "Paris", "--no-pager"))
    ada.type("lists", "remove", "Paris", name)
    assert "de Paris" not in ada.type("timelines", "list", "Paris", "--no-pager")
    ada.type("lists", "delete", "Paris")
    assert "Paris" not in ada.type("lists", "list")
    holds(ada.type("tags", "follow", "métro"), "métro")
    holds(ada.type("tags", "followed"), "métro")
    ada.type("tags", "unfollow", "métro")
    holds(ada.type("tags", "followed"), "not following any hashtags")
    holds(ada.type("unfollow", name), "no longer following")


def keeping_away(b, ada):
    ben = f"ben@{b.authority}"
    holds(ada.type("mute", ben), "You have muted")
    holds(ada.type("muted"), ben)
    holds(ada.type("unmute", ben), "no longer muted")
    holds(ada.type("block", ben), "You are now blocking")
    holds(ada.type("blocked"), ben)
    holds(ada.type("unblock", ben), "no longer blocked")
    assert ben not in ada.type("followers"), "a block ends the follow"
    holds(ada.type("follow", ben), "You are now following")
    eventually("the follow", lambda: ben in ada.type("following"))
    holds(ada.type("unfollow", ben), "no longer following")
    assert ben not in ada.type("following")
    holds(ada.type("logout", ada.json("whoami")["username"] + "@" + ada.node.authority), "logged out")
    holds(ada.type("whoami", fails=True), "logged in")
