"""Scores and the baselines they stand beside; independent of torch or of files."""
