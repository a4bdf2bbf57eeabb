"""The page: gradio and plotly over rnnlab.service; independent of torch or file formats."""

import os
import tempfile

_person = getattr(os, "getuid", int)()  # 0 where persons have no numbers
# Before gradio is imported: a folder of files that is this page's alone, as what is old in it is deleted.
os.environ.setdefault("GRADIO_TEMP_DIR", os.path.join(tempfile.gettempdir(), f"rnnlab-page-{_person}"))
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "200")  # finished events that Gradio remembers and counts anew
