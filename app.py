"""The Space's entry: sets the environment, builds the page, serves it."""

import os
import signal
from contextlib import suppress

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # ^C while torch is being imported, which takes seconds

# Before torch, gradio or huggingface_hub are imported: two busy threads on two shared cores run 8 to 100 times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

with suppress(ImportError):
    import spaces  # noqa: F401 - in a ZeroGPU Space, before torch looks for a GPU

from rnnlab.terminal.interrupts import Interrupts
from rnnlab.ui.app import build, launch

demo = build()

if __name__ == "__main__":
    interrupts = Interrupts()
    interrupts.listen()
    launch(demo)
    interrupts.end()
