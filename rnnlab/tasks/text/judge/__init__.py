"""How well a writer predicts its author, beside the 5-gram."""
