"""What may come: the distribution of the price over the next days, asked in quantiles, losses, probabilities, paths."""
