"""The frozen contract: what users and programs rely on, recorded by the code before the rearrangement (record.py)."""
