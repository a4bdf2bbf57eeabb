"""The page: its tabs, its frame and how it is served; knows nothing of what the tabs do."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rnnlab.runtime.uploads import sweep_visits
from rnnlab.service.listing import bundled_models
from rnnlab.service.visit_training import stop_trainings
from rnnlab.tasks.forecast.page import endpoints
from rnnlab.tasks.forecast.page.tab import AT_ONCE, forecast_tab
from rnnlab.tasks.text.page import tab
from rnnlab.tasks.text.page.endpoint import add_write_endpoint
from rnnlab.ui.call_checks import check_calls
from rnnlab.ui.checkpoint_endpoints import add_checkpoint_endpoints
from rnnlab.ui.checkpoints_tab import checkpoints_tab
from rnnlab.ui.gate.gate import guarded
from rnnlab.ui.gate.uploads import LARGEST
from rnnlab.ui.opening_chosen import Places
from rnnlab.ui.opening_links import open_links
from rnnlab.ui.train_endpoints import add_train_endpoints
from rnnlab.ui.train_tab import connect_use, train_tab
from rnnlab.widgets.events import QUIET
from rnnlab.widgets.style import HEAD
from rnnlab.widgets.theme import theme

TITLE = "rnnlab"
SESSIONS = 1000  # visits whose state is kept; those that have left are forgotten earlier (rnnlab.ui.gate.listeners)
MASTHEAD = """
<header class="masthead"><h1>rnn<span>lab</span></h1>
<p>Recurrent networks that say how sure they are, and how good they really are.</p></header>
"""
COLOPHON = """
<footer class="colophon"><p>No investment advice: past prices, networks and honest scores; what tomorrow brings none of
them knows. No author wrote what stands under Write: a network made it up, and means nothing by it. Your file is read
for your answer, shown to nobody, and deleted within about two hours.</p></footer>
"""


def build() -> gr.Blocks:
    """Build the page, the first forecast already in it."""
    demo = gr.Blocks(title=TITLE, analytics_enabled=False)
    with demo:
        gr.HTML(MASTHEAD)
        go = gr.Textbox(visible="hidden", label="begin")
        with gr.Tabs() as tabs:
            with gr.Tab("Forecast", id="forecast"):
                forecast = forecast_tab(bundled_models("forecast"))
            with gr.Tab("Write", id="write"):
                write = tab.write_tab(bundled_models("text"), go)
            with gr.Tab("Train", id="train") as third:
                training = train_tab(third)
            with gr.Tab("Checkpoints", id="checkpoints"):
                checkpoints = checkpoints_tab(tabs, write, forecast)
        connect_use(training, Places(tabs, write, forecast), checkpoints)
        gr.HTML(COLOPHON)
        endpoints.add_endpoints(AT_ONCE)
        add_write_endpoint(tab.AT_ONCE)
        add_checkpoint_endpoints()
        add_train_endpoints()
        # What visitors brought goes when the next one comes, if it has not been used for long.
        demo.load(sweep_visits, **QUIET)
        open_links(demo, tabs, forecast, write, checkpoints)
    check_calls(demo)
    demo.queue(default_concurrency_limit=AT_ONCE, api_open=False)  # how much may wait, the gate says
    return demo


def launch(demo: gr.Blocks, port: int | None = None, *, host: str | None = None, wait: bool = True) -> str:
    """Serve the page; returns its address.

    Args:
        demo: what `build` made.
        port: to listen on; Gradio's own choice if None.
        host: to listen on; this machine alone if None, unless the environment names another.
        wait: whether to come back only when the page is closed.
    """
    settings: dict[str, Any] = {
        "theme": theme(), "head": HEAD, "footer_links": ["api", "gradio", "settings"], "run_history": False,
        "ssr_mode": False, "show_error": False, "max_file_size": LARGEST, "quiet": not wait,
        "state_session_capacity": SESSIONS, "app_kwargs": {"lifespan": guarded(demo)},
    }  # fmt: skip
    sweep_visits()
    try:
        _, address, _ = demo.launch(server_port=port, server_name=host, prevent_thread_lock=not wait, **settings)
    finally:
        if wait:
            stop_trainings()
    return str(address)
