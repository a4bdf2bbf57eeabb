"""The folder of uploaded and written files: swept by age, and bounded for each client and for all."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

KEPT = 7200.0  # seconds that a file is kept after it was written
CUT = 600.0  # seconds after which an upload that nothing more has come of was cut
LARGEST = 100_000_000  # bytes of one file
MOST_OF_ONE = 400_000_000  # bytes that one client may upload within the time that files are kept
MOST = 4_000_000_000  # bytes of all files together
AT_ONCE, AT_ONCE_OF_ONE = 8, 3  # uploads under way
PATIENCE = 20.0  # seconds without a byte, after which an upload is taken for cut
LEFT_FREE = 200_000_000  # bytes of the disk


@dataclass
class Uploads:
    """What has been uploaded to a folder lately, and by whom."""

    place: Path
    under_way: Counter[str] = field(default_factory=Counter)  # by client
    _by: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def busy(self, client: str) -> str:
        """Why a client may not upload at this moment, in one sentence; "" if they may."""
        if self.under_way[client] >= AT_ONCE_OF_ONE:
            most = f"{AT_ONCE_OF_ONE} files already, the most at a time"
            return f"You are uploading {most}; try again when one has finished."
        if self.under_way.total() >= AT_ONCE:
            return f"{AT_ONCE} files are being uploaded to this page, the most at a time; try again in a minute."
        return ""

    @contextmanager
    def under_way_by(self, client: str) -> Iterator[None]:
        """Count an upload of a client's until it has ended."""
        self.under_way[client] += 1
        try:
            yield
        finally:
            self.under_way[client] -= 1
            self.under_way += Counter()  # forgets who has none

    def refusal(self, client: str, size: int) -> str:
        """Why a client may not upload so many bytes now, in one sentence; "" if they may."""
        if size > LARGEST * 1.01:
            return f"A file may have {LARGEST / 1e6:g} MB here; upload a smaller one."
        if self._of(client) + size > MOST_OF_ONE:
            return (
                f"You have uploaded {self._of(client) / 1e6:,.0f} MB where {MOST_OF_ONE / 1e6:,.0f} are kept for a "
                f"visitor; wait until they are deleted, {KEPT / 3600:g} hours after they came."
            )
        if bytes_in(self.place) + size > MOST or _free(self.place) - size < LEFT_FREE:
            return "The page has no room for more files; try again in an hour."
        return ""

    def add(self, client: str, size: int) -> None:
        """Count what a client uploads."""
        self._by.setdefault(client, []).append((time.monotonic(), size))

    def _of(self, client: str) -> int:
        """Bytes of a client's that may still be here; who has none is forgotten."""
        since = time.monotonic() - KEPT
        self._by = {one: kept for one, all in self._by.items() if (kept := [u for u in all if u[0] > since])}
        return sum(size for _, size in self._by.get(client, []))


def sweep(place: Path, keep: Container[str] = ()) -> None:
    """Delete what is older than files are kept, whoever wrote it, uploads that were cut, and empty folders.

    Args:
        place: the folder.
        keep: paths that stay.
    """
    now = time.time()
    for path in _walk(place):
        with suppress(OSError):
            old = now - path.lstat().st_mtime
            if path.is_dir() and not path.is_symlink():
                if old > 60:
                    path.rmdir()  # only if it is empty
            elif str(path) not in keep and old > (CUT if path.parent == place else KEPT):
                path.unlink()


def bytes_in(place: Path) -> int:
    """How much the files of a folder take."""
    total = 0
    for path in _walk(place):
        with suppress(OSError):
            total += path.lstat().st_size
    return total


def _walk(place: Path) -> Iterator[Path]:
    """Everything below a folder, what lies deepest first."""
    for folder, folders, files in os.walk(place, topdown=False):
        yield from (Path(folder, name) for name in (*files, *folders))


def _free(place: Path) -> int:
    with suppress(OSError):
        return shutil.disk_usage(place).free
    return 0
