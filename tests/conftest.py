"""What holds for every test: a quiet, offline, single-threaded process."""

import os
import shutil
import signal
import tempfile
import time
from types import SimpleNamespace

# Before torch, gradio or huggingface_hub are imported.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
os.environ["GOMP_SPINCOUNT"] = "0"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"  # where nobody answers: no test asks another machine
os.environ["HF_HUB_ETAG_TIMEOUT"] = os.environ["HF_HUB_DOWNLOAD_TIMEOUT"] = "60"  # seconds, for a busy machine
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="rnnlab-tests-")  # not the person's own caches and tokens
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_UPDATE_CHECK"] = "1"

import pytest
from selecting import PLACES, left_out, place
from web_runtime import MISSING_RUNTIME

# A script that starts the tests in the background leaves them, and whatever they start, deaf to ^C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def asked_again_at_once():
    """Who asks the Hub again, ours and its client, does not wait before."""
    from huggingface_hub.utils import _http

    from rnnlab.hub import failures

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failures, "FIRST_WAIT", 0.0)
        patch.setattr(_http, "time", SimpleNamespace(sleep=lambda seconds: None, time=time.time))
        yield


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="also the long tests, and every case where a sample is drawn")
    parser.addoption("--fast", action="store_true", help="only what takes a minute")


def pytest_ignore_collect(collection_path, config):
    """With --fast, whether a file is one of the longest: importing it, the page with it, takes seconds too."""
    return True if config.getoption("--fast") and collection_path.stem in PLACES else None


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--all"):
        left = left_out(items)
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]
    items.sort(key=place)


def pytest_unconfigure():
    shutil.rmtree(os.environ["HF_HOME"], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Where a browser is promised (in CI), a browser test that is skipped for want of one has failed."""
    report = yield
    promised = item.get_closest_marker("browser") and os.environ.get("RNNLAB_NEED_BROWSER")
    if report.skipped and promised and MISSING_RUNTIME not in str(report.longrepr):
        report.outcome, report.longrepr = "failed", f"a browser was promised, but: {report.longrepr}"
    return report
