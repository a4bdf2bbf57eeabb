"""Write docs/files.md anew: python -m tests.file_kinds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from file_kinds import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
