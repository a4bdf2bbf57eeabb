"""How much of a text is copied from its author: an exact index, or a fingerprint that travels with a checkpoint."""
