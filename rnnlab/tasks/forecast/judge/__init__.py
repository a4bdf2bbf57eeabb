"""How good forecasts were, beside their baselines."""
