"""Timings of our own engines beside plain ones, in turn, in CPU seconds; independent of any page or command."""
