"""All that the page and the command line call: plain values in and out; opens, caches and bounds."""

from rnnlab.data.price_files import ENDINGS as PRICE_ENDINGS
from rnnlab.data.stops import escaped, read_lines, unescaped
from rnnlab.hub import Flavor, Submitted, own_token
from rnnlab.nn.stepping import WEIGHTS
from rnnlab.service.callers import OWNER, STRANGER, Caller, visitor
from rnnlab.service.comparing import compare
from rnnlab.service.evaluating import evaluate
from rnnlab.service.forecasting import backtest, forecast
from rnnlab.service.keeping import check_draft_file, manner_flags, open_draft, save_draft
from rnnlab.service.lines import (
    backtest_lines,
    forecast_lines,
    forecast_many_lines,
    panel_lines,
    training_lines,
    yearly_lines,
)
from rnnlab.service.listing import GROUPS, bundled_data, bundled_models, fetch, known_texts, tickers
from rnnlab.service.loaded import Model, load
from rnnlab.service.opening import is_hub_name, is_shareable, told
from rnnlab.service.panels import backtest_panel, forecast_many
from rnnlab.service.prompt_files import MOST_PROMPT_BYTES, read_prompt_file
from rnnlab.service.refitting import backtest_yearly
from rnnlab.service.remote_training import (
    OFFERS,
    USUAL_FLAVOR,
    USUAL_HOURS,
    cancel_training,
    check_sign_in,
    find_training,
    flavor_named,
    flavors,
    follow_training,
    price_words,
    setting_flags,
    submit_training,
)
from rnnlab.service.reports import TrainReport, TrainResult
from rnnlab.service.sharding import make_shards
from rnnlab.service.sharing import ORDERS, TASKS, deploy_space, models, pull, pull_into, push
from rnnlab.service.sharing_lines import models_lines, pulled_lines
from rnnlab.service.showing import Shown, Table, open_shown, show
from rnnlab.service.studying import Study, study
from rnnlab.service.text_lines import data_lines, evaluation_lines, text_training_lines, writing_lines
from rnnlab.service.text_training import text_settings, train_text
from rnnlab.service.training import RECIPES, settings, train_forecast
from rnnlab.service.training_jobs import Pulse
from rnnlab.service.visit_training import Plan, Trained, longest_wait, plan, steer, stop_trainings, train_visit
from rnnlab.service.visiting import bring, bring_training, pack, push_opened
from rnnlab.service.visits import sweep_visits
from rnnlab.service.voices import Voice, voice
from rnnlab.service.writing import Draft, Manner, carry_on, drafts, sampling_settings, write
from rnnlab.tasks.text.pieces import UNITS, Piece
from rnnlab.train.claims import claimed
from rnnlab.train.devices import DEVICES, quiet_threads
from rnnlab.train.processes import Processes, is_first, launcher, started

__all__ = [
    "DEVICES",
    "GROUPS",
    "MOST_PROMPT_BYTES",
    "OFFERS",
    "ORDERS",
    "OWNER",
    "PRICE_ENDINGS",
    "RECIPES",
    "STRANGER",
    "TASKS",
    "UNITS",
    "USUAL_FLAVOR",
    "USUAL_HOURS",
    "WEIGHTS",
    "Caller",
    "Draft",
    "Flavor",
    "Manner",
    "Model",
    "Piece",
    "Plan",
    "Processes",
    "Pulse",
    "Shown",
    "Study",
    "Submitted",
    "Table",
    "TrainReport",
    "TrainResult",
    "Trained",
    "Voice",
    "backtest",
    "backtest_lines",
    "backtest_panel",
    "backtest_yearly",
    "bring",
    "bring_training",
    "bundled_data",
    "bundled_models",
    "cancel_training",
    "carry_on",
    "check_draft_file",
    "check_sign_in",
    "claimed",
    "compare",
    "data_lines",
    "deploy_space",
    "drafts",
    "escaped",
    "evaluate",
    "evaluation_lines",
    "fetch",
    "find_training",
    "flavor_named",
    "flavors",
    "follow_training",
    "forecast",
    "forecast_lines",
    "forecast_many",
    "forecast_many_lines",
    "is_first",
    "is_hub_name",
    "is_shareable",
    "known_texts",
    "launcher",
    "load",
    "longest_wait",
    "make_shards",
    "manner_flags",
    "models",
    "models_lines",
    "open_draft",
    "open_shown",
    "own_token",
    "pack",
    "panel_lines",
    "plan",
    "price_words",
    "pull",
    "pull_into",
    "pulled_lines",
    "push",
    "push_opened",
    "quiet_threads",
    "read_lines",
    "read_prompt_file",
    "sampling_settings",
    "save_draft",
    "setting_flags",
    "settings",
    "show",
    "started",
    "steer",
    "stop_trainings",
    "study",
    "submit_training",
    "sweep_visits",
    "text_settings",
    "text_training_lines",
    "tickers",
    "told",
    "train_forecast",
    "train_text",
    "train_visit",
    "training_lines",
    "unescaped",
    "visitor",
    "voice",
    "write",
    "writing_lines",
    "yearly_lines",
]
