"""The layouts and containers that prices come in."""
