"""Damages and forges what strangers send, gives it to rnnlab, and judges what becomes of it; see benchmarks.fuzz."""
