"""rnnlab: recurrent networks that forecast stock prices and write in an author's style, scored honestly."""

from rnnlab.version import __version__

__all__ = ["__version__"]
