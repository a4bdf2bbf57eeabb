"""The forecaster's part of the page."""
