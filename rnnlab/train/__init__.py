"""The one training loop and the one checkpoint folder; independent of what is being learnt."""
