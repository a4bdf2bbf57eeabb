"""A forecaster's training: features, networks, recipes."""
