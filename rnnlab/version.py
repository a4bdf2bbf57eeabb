"""The version number, alone in a file so that installing reads it without importing torch."""

__version__ = "0.1.0"
