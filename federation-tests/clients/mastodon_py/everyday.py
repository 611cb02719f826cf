"""The everyday flows of Mastodon.py, between two nodes: alice and clara are on A, bob on B."""

import datetime
import io
import json
import struct
import threading
import zlib

import requests
from mastodon import StreamListener
from mastodon.errors import (MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError)

from stage import eventually, refused
from .signing import refusals, sign_in


def picture(red, green, blue):
    """A PNG of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((red, green, blue)) * 120 for _ in range(120))
    head = struct.pack(">IIBBBBB", 120, 120, 8, 2, 0, 0, 0)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
                      + chunk(b"IEND", b""))


class Listener(StreamListener):
    """Keeps what a stream says."""

    def __init__(self):
        self.heard, self.more = [], threading.Condition()

    def on_any_event(self, name, data=None, for_stream=None):
        with self.more:
            self.heard.append((name, data))
            self.more.notify_all()

    def wait(self, name, test, seconds=15):
        def found():
            return next((data for kind, data in self.heard if kind == name and test(data)), None)
        with self.more:
            answer = self.more.wait_for(found, seconds)
        assert answer, f"no {name} on the stream in {seconds} s, only {[kind for kind, _ in self.heard]}"
        return answer


def gone(read):
    try:
        read()
    except MastodonNotFoundError:
        return True
    return False


def at_every_start(api):
    """What clients ask for when they start; the parts that do not exist yet are empty, not errors."""
    instance = api.instance()
    assert "Entrenous" in json.dumps(instance, default=str), instance
    v2 = api.instance_v2()
    assert v2["configuration"]["urls"]["streaming"].startswith("ws://localhost:")
    assert v2["configuration"]["statuses"]["max_characters"] >= 500
    assert not v2["registrations"]["enabled"]
    assert api.instance_v1()["uri"] and api.instance_rules() is not None
    assert "html" in api.instance_extended_description() or api.instance_extended_description()
    assert api.instance_nodeinfo()["software"]["name"] == "entrenous"
    assert api.instance_health()
    preferences = api.preferences()
    assert preferences["posting:default:visibility"] == "public", preferences
    assert api.markers_get(["home", "notifications"]) == {} or api.markers_get(["home"])
    assert api.notifications_policy()["summary"] is not None
    assert isinstance(api.notifications_unread_count()["count"], int)
    for empty in (api.filters_v2, api.filters, api.lists, api.followed_tags, api.custom_emojis, api.announcements,
                  api.follow_requests, api.featured_tags, api.conversations, api.domain_blocks,
                  api.trending_tags, api.trending_statuses, api.trending_links, api.endorsements,
                  api.scheduled_statuses, api.notifications, api.favourites, api.bookmarks, api.blocks, api.mutes):
        assert list(empty()) == [], f"{empty.__name__}: {empty()}"
    refused(MastodonNotFoundError, api.push_subscription)


def profile(alice):
    changed = alice.account_update_credentials(
        display_name="Alice Martin", note="Atelier, Lyon", avatar=picture(200, 30, 60), avatar_mime_type="image/png",
        header=picture(20, 30, 160), header_mime_type="image/png", fields=[("Bureau", "Lyon 3"), ("Poste", "42")],
        discoverable=True, default_language="fr")
    assert changed["display_name"] == "Alice Martin" and "Atelier" in changed["note"], changed
    assert [field["name"] for field in changed["fields"]] == ["Bureau", "Poste"], changed["fields"]
    assert changed["source"]["language"] == "fr" and changed["source"]["note"] == "Atelier, Lyon", changed["source"]
    before = alice.me()["avatar"]
    for kind in ("avatar", "avatar_static", "header", "header_static"):
        answer = alice.session.get(changed[kind], timeout=20)
        assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("image/"), (kind, answer)
    assert alice.account_update_credentials(avatar=picture(1, 2, 3), avatar_mime_type="image/png")["avatar"] != before
    # A text is no picture.
    refused(MastodonAPIError, lambda: alice.account_update_credentials(avatar=io.BytesIO(b"text" * 50),
                                                                       avatar_mime_type="image/png"), "422")


def follow(a, b, alice, bob):
    """Finds people of the other node by handle and URL, follows with and without approval."""
    handle = f"alice@{a.authority}"
    remote = bob.search(f"@{handle}", resolve=True)["accounts"][0]
    assert remote["display_name"] == "Alice Martin" and remote["acct"] == handle, remote
    assert bob.search(remote["url"], resolve=True)["accounts"][0]["id"] == remote["id"]
    assert bob.account_lookup(handle)["id"] == bob.account(remote["id"])["id"] == remote["id"]
    assert bob.account_search(handle, resolve=True)[0]["id"] == remote["id"]
    assert [account["id"] for account in bob.accounts([remote["id"], bob.me()["id"]])].count(remote["id"]) == 1
    refused(MastodonNotFoundError, lambda: bob.account_lookup("nobody"))

    # Asked, refused, asked again, allowed.
    alice.account_update_credentials(locked=True)
    eventually("B to know that alice approves followers", lambda: bob.account_follow(remote["id"])["requested"])
    waiting = eventually("the request on A", alice.follow_requests)
    assert waiting[0]["acct"] == f"bob@{b.authority}", waiting
    eventually("a notification of it", lambda: alice.notifications(types=["follow_request"]))
    alice.follow_request_reject(waiting[0]["id"])
    eventually("the refusal on B", lambda: not bob.account_relationships(remote["id"])[0]["requested"])
    bob.account_follow(remote["id"], notify=True)
    waiting = eventually("the second request", alice.follow_requests)
    assert alice.follow_request_authorize(waiting[0]["id"])["followed_by"]
    eventually("the follow to be accepted", lambda: bob.account_relationships(remote["id"])[0]["following"])
    assert bob.account_relationships([remote["id"], bob.me()["id"]])[0]["notifying"]
    alice.account_update_credentials(locked=False)

    ours = alice.search(f"bob@{b.authority}", resolve=True)["accounts"][0]
    alice.account_follow(ours["id"])
    eventually("alice to follow bob", lambda: alice.account_relationships(ours["id"])[0]["following"])
    assert [account["id"] for account in alice.account_followers(alice.me()["id"])] == [ours["id"]]
    assert [account["id"] for account in alice.account_following(alice.me()["id"])] == [ours["id"]]
    assert [account["id"] for account in bob.account_following(bob.me()["id"])] == [remote["id"]]
    assert bob.account_note_set(remote["id"], "rencontrée à Lyon")["note"] == "rencontrée à Lyon"
    return remote, ours


def posts(alice, bob, remote):
    """One post's life, seen from both sides, on the stream too."""
    streams = Listener(), Listener()
    handles = [bob.stream_user(streams[0], run_async=True), bob.stream_open_websocket(streams[1])]
    handles.append(bob.stream_user(streams[1], websocket_handle=handles[1]))
    eventually("the streams to be open", lambda: all(handle.is_receiving() for handle in handles))

    text = "Bonjour à tous, ceci vient de Mastodon.py #Lyon"
    posted = alice.status_post(text, visibility="public", language="fr", idempotency_key="once")
    again = alice.status_post(text, visibility="public", language="fr", idempotency_key="once")
    assert posted["id"] == again["id"]
    for stream in streams:
        live = stream.wait("update", lambda post: post["uri"] == posted["uri"])
        assert live["account"]["id"] == remote["id"] and "Mastodon.py" in live["content"]
    seen = next(post for post in bob.timeline_home() if post["uri"] == posted["uri"])
    assert seen["language"] == "fr" and seen["tags"][0]["name"].lower() == "lyon" and seen["visibility"] == "public"
    assert bob.search(posted["url"], resolve=True)["statuses"][0]["id"] == seen["id"]
    assert [post["id"] for post in bob.statuses([seen["id"]])] == [seen["id"]]
    for timeline in (bob.timeline_hashtag("lyon"), bob.timeline_public(), bob.timeline_hashtag("LYON"),
                     bob.account_statuses(remote["id"], exclude_replies=True)):
        assert seen["id"] in {post["id"] for post in timeline}
    assert seen["id"] not in {post["id"] for post in bob.timeline_local()}
    assert bob.tag("lyon")["name"] == "lyon" and not bob.tag("lyon")["following"]

    careful = alice.status_post("caché", spoiler_text="Attention", sensitive=True, visibility="unlisted",
                                language="en")
    assert careful["spoiler_text"] == "Attention" and careful["sensitive"] and careful["language"] == "en"
    assert alice.status_post("<b>pas du gras</b> & « &amp; »")["content"].count("<b>") == 0

    assert bob.status_favourite(seen["id"])["favourited"]
    boost = bob.status_reblog(seen["id"])
    assert boost["reblog"]["id"] == seen["id"] and boost["reblog"]["reblogged"], boost
    assert bob.status_bookmark(seen["id"])["bookmarked"]
    assert [post["id"] for post in bob.bookmarks()] == [post["id"] for post in bob.favourites()] == [seen["id"]]
    reply = bob.status_reply(seen, "Bien reçu à Paris !")
    assert reply["in_reply_to_id"] == seen["id"] and remote["id"] in {who["id"] for who in reply["mentions"]}, reply
    kinds = {"favourite", "reblog", "mention"}
    eventually("three notifications", lambda: {n["type"] for n in alice.notifications()} >= kinds)
    context = alice.status_context(posted["id"])
    assert "Bien reçu" in context["descendants"][0]["content"] and context["ancestors"] == []
    assert bob.status_context(reply["id"])["ancestors"][0]["id"] == seen["id"]
    assert len(alice.status_reblogged_by(posted["id"])) == len(alice.status_favourited_by(posted["id"])) == 1
    counted = alice.status(posted["id"])
    counts = [counted[f"{what}_count"] for what in ("replies", "reblogs", "favourites")]
    assert counts == [1, 1, 1], counts

    edited = alice.status_update(posted["id"], "Bonjour, corrigé #Lyon", spoiler_text="Correction")
    assert edited["edited_at"] and edited["id"] == posted["id"]
    for stream in streams:
        stream.wait("status.update", lambda post: "corrigé" in post["content"])
    history = bob.status_history(seen["id"])
    assert ["Bonjour à tous" in history[0]["content"], history[-1]["spoiler_text"]] == [True, "Correction"], history
    assert alice.status_source(posted["id"])["text"] == "Bonjour, corrigé #Lyon"
    refused(MastodonNotFoundError, lambda: bob.status_source(seen["id"]))
    refused(MastodonNotFoundError, lambda: bob.status_delete(seen["id"]))

    assert not bob.status_unfavourite(seen["id"])["favourited"]
    assert not bob.status_unreblog(seen["id"])["reblogged"]
    assert not bob.status_unbookmark(seen["id"])["bookmarked"]
    eventually("the counts on A", lambda: alice.status(posted["id"])["favourites_count"] == 0)
    assert alice.status_mute(posted["id"])["muted"] and not alice.status_unmute(posted["id"])["muted"]

    redraft = alice.status_delete(posted["id"])
    assert redraft["text"] == "Bonjour, corrigé #Lyon", redraft
    eventually("the deletion on B", lambda: gone(lambda: bob.status(seen["id"])))
    for stream in streams:
        stream.wait("delete", lambda deleted: str(deleted) == str(seen["id"]))
    for handle in handles:
        handle.close()


def polls(alice, bob):
    poll = alice.make_poll(["thé", "café"], expires_in=600)
    asked = alice.status_post("À boire ?", visibility="public", poll=poll)
    assert [option["title"] for option in asked["poll"]["options"]] == ["thé", "café"], asked
    seen = eventually("the poll on B", lambda: next(
        (post for post in bob.timeline_home() if "À boire" in post["content"]), None))
    voted = bob.poll_vote(seen["poll"]["id"], [1])
    assert voted["voted"] and voted["own_votes"] == [1], voted
    refused(MastodonAPIError, lambda: bob.poll_vote(seen["poll"]["id"], [0]), "422", "already voted")
    eventually("the vote on A", lambda: alice.poll(asked["poll"]["id"])["options"][1]["votes_count"] == 1)
    alice.status_delete(asked["id"])


def later(alice, bob, clara):
    """A post that is published at a time of its author's choice."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    file = alice.media_post(picture(9, 60, 90), mime_type="image/png", description="demain")
    made = alice.status_post("À plus tard", media_ids=[file], visibility="unlisted", spoiler_text="Patience",
                             language="fr", scheduled_at=at, idempotency_key="later")
    again = alice.status_post("À plus tard", media_ids=[file], visibility="unlisted", spoiler_text="Patience",
                              language="fr", scheduled_at=at, idempotency_key="later")
    assert made["id"] == again["id"], (made, again)
    assert abs((made["scheduled_at"] - at).total_seconds()) < 1, made
    assert made["params"]["text"] == "À plus tard" and made["params"]["visibility"] == "unlisted", made
    assert made["media_attachments"][0]["description"] == "demain", made
    poll = alice.make_poll(["oui", "non"], expires_in=600)
    asked = alice.status_post("Demain ?", poll=poll, scheduled_at=at)
    assert asked["params"]["poll"]["options"] == ["oui", "non"], asked
    assert [one["id"] for one in alice.scheduled_statuses()] == [asked["id"], made["id"]]
    moved = alice.scheduled_status_update(made["id"], at + datetime.timedelta(hours=1))
    assert (alice.scheduled_status(made["id"])["scheduled_at"] - at).total_seconds() > 3_590, moved
    for wrong in (datetime.timedelta(minutes=1), datetime.timedelta(days=-1)):
        soon = datetime.datetime.now(datetime.timezone.utc) + wrong
        refused(MastodonAPIError, lambda: alice.status_post("x", scheduled_at=soon), "422", "5 minutes")
    refused(MastodonNotFoundError, lambda: bob.scheduled_status(made["id"]))
    refused(MastodonNotFoundError, lambda: clara.scheduled_status_delete(made["id"]))
    for one in (made, asked):
        alice.scheduled_status_delete(one["id"])
    assert list(alice.scheduled_statuses()) == []


def letters(alice, bob, ours, clara):
    """A direct post reaches the one it names, and nobody else."""
    letter = alice.status_post(f"@{ours['acct']} entre nous", visibility="direct")
    note = eventually("the letter", lambda: next((n for n in bob.notifications(types=["mention"])
                                                  if "entre nous" in n["status"]["content"]), None))
    assert note["status"]["visibility"] == "direct"
    refused(MastodonNotFoundError, lambda: clara.status(letter["id"]))
    talk = next(one for one in bob.conversations() if one["last_status"]["id"] == note["status"]["id"])
    assert talk["unread"] and [one["username"] for one in talk["accounts"]] == ["alice"], talk
    bob.status_reply(note["status"], "bien reçu, entre nous", visibility="direct")
    theirs = eventually("the answer in alice's conversation", lambda: next(
        (one for one in alice.conversations() if "bien reçu, entre nous" in one["last_status"]["content"]), None))
    assert theirs["unread"] and [one["acct"] for one in theirs["accounts"]] == [ours["acct"]], theirs
    assert not alice.conversations_read(theirs["id"])["unread"]
    assert not next(one for one in alice.conversations() if one["id"] == theirs["id"])["unread"]
    refused(MastodonNotFoundError, lambda: clara.conversations_read(theirs["id"]))
    assert list(clara.conversations()) == []
    private = alice.status_post("pour qui me suit", visibility="private")
    eventually("a follower sees it", lambda: any("qui me suit" in post["content"] for post in bob.timeline_home()))
    refused(MastodonNotFoundError, lambda: clara.status(private["id"]))


def featured(alice, bob, remote, ours, clara):
    """People and hashtags on a profile, and whom one could follow."""
    colleague = clara.me()["id"]
    found = {one["account"]["id"]: one for one in alice.suggestions_v2()}
    assert colleague in found and ours["id"] not in found, found
    assert {one["id"] for one in alice.suggestions_v1()} == set(found)
    refused(MastodonAPIError, lambda: alice.account_pin(colleague), "422", "following")
    assert alice.account_pin(ours["id"])["endorsed"]
    assert [one["id"] for one in alice.endorsements()] == [ours["id"]]
    assert not alice.account_unpin(ours["id"])["endorsed"] and list(alice.endorsements()) == []
    alice.suggestion_delete(colleague)
    assert colleague not in {one["id"] for one in alice.suggestions_v1()}

    said = alice.status_post("du #pain, encore", visibility="public")
    assert "pain" in {tag["name"] for tag in alice.featured_tag_suggestions()}
    made = alice.featured_tag_create("#Pain")
    assert made["name"] == "pain" and int(made["statuses_count"]) >= 1, made
    assert [tag["id"] for tag in alice.account_featured_tags(alice.me()["id"])] == [made["id"]]
    assert [tag["id"] for tag in clara.account_featured_tags(alice.me()["id"])] == [made["id"]]
    refused(MastodonNotFoundError, lambda: clara.featured_tag_delete(made["id"]))
    alice.featured_tag_delete(made["id"])
    assert list(alice.featured_tags()) == [] and list(bob.account_featured_tags(remote["id"])) == []
    alice.status_delete(said["id"])


def lists(alice, bob, ours, clara):
    """A list of someone of the other node, and a hashtag that is followed."""
    made = alice.list_create("Équipe", replies_policy="none")
    assert [made["title"], made["replies_policy"], made["exclusive"]] == ["Équipe", "none", False], made
    alice.list_accounts_add(made["id"], [ours["id"]])
    assert [one["id"] for one in alice.list_accounts(made["id"])] == [ours["id"]]
    assert [one["id"] for one in alice.account_lists(ours["id"])] == [made["id"]]
    said = bob.status_post("pour la liste", visibility="private")
    listed = eventually("the post in the list", lambda: next(
        (post for post in alice.timeline_list(made["id"]) if post["uri"] == said["uri"]), None))
    changed = alice.list_update(made["id"], "À part", replies_policy="list", exclusive=True)
    assert [changed["title"], changed["exclusive"]] == ["À part", True], changed
    assert listed["id"] not in {post["id"] for post in alice.timeline_home()}, "an exclusive list"
    refused(MastodonNotFoundError, lambda: clara.list(made["id"]), "Record not found")
    refused(MastodonNotFoundError, lambda: clara.timeline_list(made["id"]))
    refused(MastodonNotFoundError, lambda: alice.list_accounts_add(made["id"], [clara.me()["id"]]))
    alice.list_accounts_delete(made["id"], [ours["id"]])
    assert list(alice.timeline_list(made["id"])) == []
    assert listed["id"] in {post["id"] for post in alice.timeline_home()}
    alice.list_delete(made["id"])
    assert list(alice.lists()) == []

    assert clara.tag_follow("Marché")["following"]
    assert [tag["name"] for tag in clara.followed_tags()] == ["marché"]
    said = bob.status_post("ce matin au #marché", visibility="public")
    eventually("it in the timeline of a follower of the hashtag",
               lambda: any(post["uri"] == said["uri"] for post in clara.timeline_home()))
    assert not clara.tag_unfollow("marché")["following"]
    assert list(clara.followed_tags()) == [] and all(post["uri"] != said["uri"] for post in clara.timeline_home())


def groups(alice, clara):
    """A group, in a client that knows none: an account that is followed, a list that is read, a name to write to."""
    place = f"{alice.api_base_url}/api/v1/groups"
    mine = {"Authorization": f"Bearer {alice.access_token}"}
    made = requests.post(place, headers=mine, data={"display_name": "Atelier"}, timeout=30).json()
    found = clara.account_lookup("atelier")
    assert found["group"] and str(found["id"]) == made["id"], found
    assert clara.account_follow(found["id"])["following"]
    (listed,) = clara.lists()
    assert listed["title"] == "Atelier" and str(listed["id"]) == made["id"], listed
    said = clara.status_post("@atelier bonjour", visibility="public")
    assert said["visibility"] == "private" and str(said["group"]["id"]) == made["id"], said
    answer = alice.status_post("bonjour", in_reply_to_id=said["id"])
    for seen in (clara.timeline_list(listed["id"]), clara.account_statuses(found["id"])):
        assert [post["id"] for post in seen] == [answer["id"], said["id"]], seen
    assert said["id"] not in {post["id"] for post in alice.timeline_local()}
    refused(MastodonAPIError, lambda: clara.list_delete(listed["id"]), "leave the group instead")
    assert not clara.account_unfollow(found["id"])["following"]
    assert list(clara.lists()) == []
    refused(MastodonNotFoundError, lambda: clara.timeline_list(listed["id"]))
    assert requests.delete(f"{place}/{made['id']}", headers=mine, timeout=30).json() == {}


def filters(alice, bob, ours):
    """What alice does not want to read of bob's, by both versions of the API, as the node matches it."""
    heard = Listener()
    stream = alice.stream_user(heard, run_async=True)
    eventually("the stream to be open", stream.is_receiving)
    made = alice.create_filter_v2("Sport", ["home", "notifications"], "warn", expires_in=3_600, keywords_attributes=[
        {"keyword": "ballon", "whole_word": True}, {"keyword": "but", "whole_word": False}])
    assert made["filter_action"] == "warn" and made["expires_at"] and made["statuses"] == [], made
    eventually("news of it on the stream", lambda: any(kind == "filters_changed" for kind, _ in heard.heard))
    assert [one["keyword"] for one in alice.filter_keywords_v2(made["id"])] == ["ballon", "but"]
    word = alice.add_filter_keyword_v2(made["id"], "arbitre")
    assert word["whole_word"] is False, word
    alice.delete_filter_keyword_v2(word["id"])
    said = bob.status_post("Le BALLON est rond", visibility="public")
    post = heard.wait("update", lambda post: post["uri"] == said["uri"])
    assert [result["filter"]["title"] for result in post["filtered"]] == ["Sport"], post["filtered"]
    (result,) = alice.status(post["id"])["filtered"]
    assert list(result["keyword_matches"]) == ["ballon"] and result["status_matches"] is None, result
    # The filters of the first version are these keywords.
    assert [(one["phrase"], one["whole_word"]) for one in alice.filters()] == [("ballon", True), ("but", False)]
    refused(MastodonAPIError, lambda: alice.filter_update(alice.filters()[0]["id"], "ballon", ["public"]), "422")

    changed = alice.update_filter_v2(made["id"], filter_action="hide", keywords_attributes=[
        {"id": made["keywords"][1]["id"], "_destroy": True}])
    assert changed["filter_action"] == "hide" and len(changed["keywords"]) == 1, changed
    assert post["id"] not in {one["id"] for one in alice.timeline_home()}
    assert post["id"] in {one["id"] for one in alice.account_statuses(ours["id"])}, "a profile is for the client"
    alice.delete_filter_v2(made["id"])
    assert post["id"] in {one["id"] for one in alice.timeline_home()}
    assert list(alice.status(post["id"])["filtered"]) == []

    one = alice.create_filter_v2("Celle-ci", ["home"], "warn")
    row = alice.add_filter_status_v2(one["id"], post["id"])
    assert alice.filter_status_v2(row["id"])["status_id"] == post["id"]
    assert [there["id"] for there in alice.filter_statuses_v2(one["id"])] == [row["id"]]
    (result,) = alice.status(post["id"])["filtered"]
    assert list(result["status_matches"]) == [post["id"]] and result["keyword_matches"] is None, result
    alice.delete_filter_status_v2(row["id"])
    alice.delete_filter_v2(one["id"])

    old = alice.filter_create("rond", ["home", "public"], irreversible=True, whole_word=True, expires_in=600)
    assert old["irreversible"] and alice.filter(old["id"])["phrase"] == "rond", old
    assert post["id"] not in {there["id"] for there in alice.timeline_home()}
    new = alice.filter_update(old["id"], "carré", ["home"], irreversible=False)
    assert [new["phrase"], new["irreversible"], list(new["context"])] == ["carré", False, ["home"]], new
    assert [there["title"] for there in alice.filters_v2()] == ["carré"]
    alice.filter_delete(old["id"])
    assert list(alice.filters()) == []
    for left in alice.filters_v2():
        alice.delete_filter_v2(left["id"])
    refused(MastodonNotFoundError, lambda: alice.filter_v2(made["id"]), "Record not found")
    stream.close()


def paging(alice):
    for number in range(25):
        alice.status_post(f"page {number}", visibility="unlisted")
    first = alice.timeline_home(limit=10)
    second = alice.fetch_next(first)
    third = alice.fetch_next(second)
    ids = [post["id"] for page in (first, second, third) for post in page]
    assert len(ids) == len(set(ids)) and ids == sorted(ids, key=int, reverse=True), ids
    # Back up: the page above the second is the first.
    assert [post["id"] for post in alice.fetch_previous(second)] == [post["id"] for post in first]
    everything = alice.fetch_remaining(alice.account_statuses(alice.me()["id"], limit=7))
    ids = [post["id"] for post in everything]
    assert len(ids) == len(set(ids)) >= 25, ids
    last = alice.timeline_home(limit=40)
    while (page := alice.fetch_next(last)):
        last = page
    # Nothing older: the page says so by having no link, or by an empty page.
    assert not alice.fetch_next(last)
    newest = first[0]["id"]
    fresh = alice.status_post("tout neuf", visibility="unlisted")
    assert [post["id"] for post in alice.timeline_home(since_id=newest)] == [fresh["id"]]
    assert alice.timeline_home(min_id=first[5]["id"], limit=2)[-1]["id"] == first[4]["id"]
    marked = alice.markers_set("home", newest)["home"]
    assert str(marked["last_read_id"]) == str(newest) and alice.markers_get("home")["home"]["version"] >= 0


def notifications(alice, bob, clara):
    """Grouped, read one by one, dismissed and cleared."""
    liked = alice.status_post("aimez-moi", visibility="public")
    seen = eventually("it on B", lambda: bob.search(liked["url"], resolve=True)["statuses"])[0]
    bob.status_favourite(seen["id"])
    clara.status_favourite(liked["id"])
    group = eventually("a group of two", lambda: next(
        (group for group in alice.grouped_notifications(grouped_types=["favourite"])["notification_groups"]
         if group["type"] == "favourite" and group["notifications_count"] == 2), None))
    assert len(group["sample_account_ids"]) == 2 and str(group["status_id"]) == str(liked["id"]), group
    key = group["group_key"]
    assert len(alice.grouped_notification_accounts(key)) == 2
    assert alice.grouped_notification(key)["notification_groups"][0]["group_key"] == key
    assert alice.unread_grouped_notifications_count() >= 1
    alice.dismiss_grouped_notification(key)
    assert not alice.notifications(types=["favourite"])
    mention = alice.notifications(types=["mention"], limit=1)[0]
    assert alice.notifications(mention["id"])["id"] == mention["id"]
    assert "mention" not in {n["type"] for n in alice.notifications(exclude_types=["mention"])}
    alice.notifications_dismiss(mention["id"])
    refused(MastodonNotFoundError, lambda: alice.notifications(mention["id"]))
    alice.notifications_clear()
    assert list(alice.notifications()) == [] and alice.notifications_unread_count()["count"] == 0


def keeping_away(alice, bob, remote, ours):
    report = alice.report(ours["id"], comment="trop fort", category="spam", forward=True)
    assert report["forwarded"] and report["category"] == "spam" and not report["action_taken"], report
    assert report["target_account"]["id"] == ours["id"] and report["comment"] == "trop fort", report
    assert bob.account_mute(remote["id"], notifications=True, duration=3600)["muting"]
    assert [account["id"] for account in bob.mutes()] == [remote["id"]]
    hidden = alice.status_post("en sourdine", visibility="public")
    # Found by its address, so it has arrived; not in the timeline of one who muted.
    eventually("it on B", lambda: bob.search(hidden["url"], resolve=True)["statuses"])
    assert not any("en sourdine" in post["content"] for post in bob.timeline_home())
    assert not bob.account_unmute(remote["id"])["muting"]

    assert bob.account_block(remote["id"])["blocking"]
    assert [account["id"] for account in bob.blocks()] == [remote["id"]]
    eventually("the block to end the follow", lambda: not alice.account_relationships(ours["id"])[0]["following"])
    assert not bob.account_unblock(remote["id"])["blocking"]
    bob.account_follow(remote["id"])
    eventually("to follow again", lambda: bob.account_relationships(remote["id"])[0]["following"])
    assert not bob.account_unfollow(remote["id"])["following"]
    eventually("the unfollow on A", lambda: not list(alice.account_followers(alice.me()["id"])))

    # Everyone of a node.
    domain = remote["acct"].split("@", 1)[1]
    bob.domain_block(domain)
    assert list(bob.domain_blocks()) == [domain]
    assert bob.account_relationships(remote["id"])[0]["domain_blocking"]
    bob.domain_unblock(domain)
    assert not list(bob.domain_blocks())


def errors(node, alice):
    refused(MastodonNotFoundError, lambda: alice.status(1), "Record not found")
    refused(MastodonNotFoundError, lambda: alice.account(1), "Record not found")
    refused(MastodonAPIError, lambda: alice.status_post(""), "422")
    refused(MastodonAPIError, lambda: alice.status_post("x" * 5_001), "422")
    refused(MastodonAPIError, lambda: alice.status_post("x", media_ids=["1"]), "422", "upload it again")
    refused(MastodonNotFoundError, lambda: alice.status_post("x", in_reply_to_id=1))
    wrong = type(alice)(access_token="x" * 43, api_base_url=node.url)
    refused(MastodonUnauthorizedError, wrong.timeline_home)
    refused(MastodonUnauthorizedError, wrong.me, "The access token is invalid")


def run(a, b):
    """Everything, in an order in which each part finds what it needs."""
    a.person("alice")
    a.person("clara")
    b.person("bob")
    alice, clara, bob = sign_in(a, "alice"), sign_in(a, "clara"), sign_in(b, "bob")
    refusals(a, "clara")
    at_every_start(alice)
    profile(alice)
    remote, ours = follow(a, b, alice, bob)
    posts(alice, bob, remote)
    polls(alice, bob)
    later(alice, bob, clara)
    letters(alice, bob, ours, clara)
    featured(alice, bob, remote, ours, clara)
    lists(alice, bob, ours, clara)
    groups(alice, clara)
    filters(alice, bob, ours)
    paging(alice)
    notifications(alice, bob, clara)
    keeping_away(alice, bob, remote, ours)
    errors(a, alice)
