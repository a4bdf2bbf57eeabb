"""The forward ledger: densities that the Hub has before the session opens, scored when it has closed."""
