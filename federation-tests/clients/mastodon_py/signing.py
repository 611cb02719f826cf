"""Signing in with Mastodon.py: the code flow through the real pages, alone and with PKCE, and what must be refused."""

import base64
import hashlib

import requests
from mastodon import Mastodon
from mastodon.errors import MastodonIllegalArgumentError, MastodonUnauthorizedError

from stage import CALLBACK, authorise, refused

SCOPES = ["read", "write", "follow", "push"]


def exchange(node, client_id, secret, code, **more):
    """RFC 6749, section 4.1.3, as a client of its own would: Mastodon.py cannot send a verifier."""
    fields = {"grant_type": "authorization_code", "client_id": client_id, "client_secret": secret, "code": code,
              "redirect_uri": CALLBACK, **more}
    return requests.post(f"{node.url}/oauth/token", data=fields, timeout=20)


def sign_in(node, username):
    client_id, secret = Mastodon.create_app("Mastodon.py test", scopes=SCOPES, redirect_uris=CALLBACK,
                                            website="https://client.invalid/", api_base_url=node.url)
    api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=node.url)
    url = api.auth_request_url(redirect_uris=CALLBACK, scopes=SCOPES, state="s t a t e", allow_http=True)
    told = authorise(url, username)
    assert told["state"] == "s t a t e", told
    api.log_in(code=told["code"], redirect_uri=CALLBACK, scopes=SCOPES, allow_http=True)
    me = api.me()
    assert me["username"] == username and me["acct"] == username and me["source"]["privacy"] == "public", me
    return api


def refusals(node, username):
    """What must not work, and a flow with PKCE, which must."""
    client_id, secret = Mastodon.create_app("Mastodon.py PKCE", scopes=["read"], redirect_uris=CALLBACK,
                                            api_base_url=node.url)
    api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=node.url)
    url = api.auth_request_url(redirect_uris=CALLBACK, scopes=["read"], allow_http=True)
    assert authorise(url, username, "deny")["error"] == "access_denied"

    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    pkce = f"{url}&code_challenge={challenge}&code_challenge_method=S256"
    wrong = exchange(node, client_id, secret, authorise(pkce, username)["code"], code_verifier="w" * 64)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant"), wrong.text
    without = exchange(node, client_id, secret, authorise(pkce, username)["code"])
    assert without.status_code == 400, without.text
    right = exchange(node, client_id, secret, authorise(pkce, username)["code"], code_verifier=verifier)
    assert right.status_code == 200 and right.json()["scope"] == "read", right.text
    for header in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert header in right.headers, f"{header} is not sent: {right.headers}"

    reader = Mastodon(access_token=right.json()["access_token"], api_base_url=node.url)
    assert reader.app_verify_credentials()["name"] == "Mastodon.py PKCE"
    # A scope that was not granted is a refusal, not a redirect.
    refused(Exception, lambda: reader.status_post("not granted"), "scope")

    code = authorise(url, username)["code"]
    api.log_in(code=code, redirect_uri=CALLBACK, scopes=["read"], allow_http=True)
    refused(MastodonIllegalArgumentError, lambda: Mastodon(
        client_id=client_id, client_secret=secret, api_base_url=node.url).log_in(
            code=code, redirect_uri=CALLBACK, scopes=["read"], allow_http=True))
    # The second use of the code has ended the first token (RFC 6749, 4.1.2).
    refused(MastodonUnauthorizedError, api.me, "The access token is invalid")

    refused(MastodonIllegalArgumentError, lambda: api.log_in(username, "a password", scopes=["read"],
                                                             allow_http=True))
    code = authorise(url, username)["code"]
    api.log_in(code=code, redirect_uri=CALLBACK, scopes=["read"], allow_http=True)
    token = api.access_token
    api.revoke_access_token(allow_http=True)
    revoked = Mastodon(access_token=token, api_base_url=node.url)
    refused(MastodonUnauthorizedError, revoked.me)
