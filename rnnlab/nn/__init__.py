"""Recurrent networks: cells and the models made of them; knows nothing of tasks, files or training."""
