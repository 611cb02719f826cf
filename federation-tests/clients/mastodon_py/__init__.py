"""Mastodon.py, as its users have it."""
