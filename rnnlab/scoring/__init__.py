"""Scores and the baselines they stand beside; knows nothing of torch or of files."""
