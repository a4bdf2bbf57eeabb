"""Forecasting prices: recipes that train and predict, and the judge that holds them against what came."""
