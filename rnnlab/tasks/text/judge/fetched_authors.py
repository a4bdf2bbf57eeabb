"""Authors of the catalog's texts that have been fetched to this machine, in plain figures, to tell a writer's from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress

from rnnlab.data.cache import cache_folder, keep
from rnnlab.data.catalog import TextEntry, text_entries
from rnnlab.data.fetch.fetching import expected_sha256, is_cached, open_text
from rnnlab.data.regular_files import read_regular
from rnnlab.errors import DataError
from rnnlab.scoring.style.building import build
from rnnlab.scoring.style.profile import Profile

TENTHS, TENTH = 10, 60_000  # characters that are read of each tenth of a text: 100,000 words in all
MOST_BYTES = 20_000_000  # of a profile in the cache


def fetched_authors(besides: Iterable[str]) -> Iterator[Profile]:
    """The fetched texts' authors, one text of each, the longest, but for authors whose titles are given.

    A profile is made once and kept in the cache beside the text. A text that cannot be read is passed over.
    """
    taken = {title.partition(",")[0] for title in besides}
    entries = [entry for entry in text_entries() if is_cached(entry.name)]
    for entry in sorted(entries, key=lambda one: -(one.characters or 0)):
        if entry.author not in taken:
            taken.add(entry.author)
            with suppress(DataError):
                yield _profile(entry)


def _profile(entry: TextEntry) -> Profile:
    place, sha256 = cache_folder() / f"{entry.name}.profile.json", expected_sha256(entry)
    with suppress(OSError, ValueError, KeyError, TypeError, DataError):
        kept = json.loads(read_regular(place, MOST_BYTES))
        if kept["sha256"] == sha256:
            return Profile.from_json(kept["profile"])
    text = open_text(entry.name).documents[0]
    starts = [tenth * len(text) // TENTHS for tenth in range(TENTHS)]
    tenths = [text[start : start + min(TENTH, len(text) // TENTHS)] for start in starts]
    made = build(tenths, [], entry.full_title).json()
    with suppress(DataError):  # where the cache cannot be written, it is made again next time
        keep(json.dumps({"sha256": sha256, "profile": made}), place, place.name)
    return Profile.from_json(made)  # rounded as one out of the cache is
