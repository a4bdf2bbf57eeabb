"""Texts fetched from packages and from the Hugging Face Hub."""
