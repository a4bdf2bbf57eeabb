"""The writer's part of the page."""
