"""Prices by name from elsewhere: a source is a small class with a prefix, and a line in `sources.py`."""
