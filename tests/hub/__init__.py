"""A small Hugging Face Hub on loopback, to which the real clients speak; knows nothing of rnnlab."""
