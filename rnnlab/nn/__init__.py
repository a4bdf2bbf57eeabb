"""Recurrent networks: cells and the models made of them; independent of tasks, files or training."""
