"""Timings of our own engines beside plain ones, in turn, in CPU seconds; knows no page and no command."""
