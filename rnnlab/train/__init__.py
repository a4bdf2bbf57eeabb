"""The one training loop and the one checkpoint folder; knows nothing of what is being learnt."""
