"""The command line program toot, as its users have it."""
