"""Texts: read, cut into documents, encoded as ids."""
