"""A Hub on loopback to which the clients of this process are sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hub.serving import Hub, running_hub

from rnnlab.data import cache


@contextmanager
def reachable_hub(monkeypatch: pytest.MonkeyPatch, place: Path) -> Iterator[Hub]:
    """A running Hub; the person who asks it has a token and a home of their own, and our texts a cache."""
    for variable in cache.OFFLINE:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("RNNLAB_CACHE", str(place / "cache"))
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_HOME", str(place / "person"))
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        yield hub
