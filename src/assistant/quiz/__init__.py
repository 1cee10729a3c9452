"""Practice built on the same citations: questions whose key is certain."""
