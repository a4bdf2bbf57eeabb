"""A training as a Job of the Hub: the real client, a Hub on loopback, the Job a process of this machine."""

import itertools
import json
import re
import shutil
import time
from types import SimpleNamespace

import gradio as gr
import pytest
from hub.faults import Fault
from hub.secrets import told as told_secrets
from reaching import reachable_hub

import rnnlab
from rnnlab.__main__ import main
from rnnlab.data import catalog
from rnnlab.errors import HubError, RnnlabError
from rnnlab.service.hub_jobs import cancel_training, flavor_named, follow_training, submit_training
from rnnlab.tasks.forecast.kind import KIND as FORECASTS
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.kind import KIND as TEXTS
from rnnlab.train.checkpoint import checkpoint
from rnnlab.ui import bigger_panel
from rnnlab.ui.train_form import Entered

ANNA = "hf_annas_secret"
TEXT = "".join(f"{n % 89} men went out, {n * n % 97} came home; {n % 13} sang.\n" for n in range(800))
SMALL = ["--hidden", "24", "--layers", "1", "--steps", "40", "--report-every", "20"]


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with reachable_hub(monkeypatch, tmp_path) as hub:
        monkeypatch.setenv("HF_TOKEN", ANNA)
        hub.store.users[ANNA] = "anna"
        yield hub
        for job in hub.store.jobs.values():
            job.end("CANCELED")


@pytest.fixture
def text(tmp_path):
    (tmp_path / "my text.txt").write_text(TEXT)
    return str(tmp_path / "my text.txt")


def command(text, out, *more):
    asked = ["train", "text", "--data", text, "--out", str(out), *SMALL]
    return [*asked, "--on", "hf-jobs", "--flavor", "cpu-basic", "--push", "anna/ours", "--hours", "0.1", *more]


def start(text, flavor="cpu-basic", hours=0.1, **settings):
    asked = Request.of(text, {"hidden": 24, "layers": 1} | settings)
    chosen = flavor_named(flavor, hours, ANNA)
    return submit_training(TEXTS, asked, repo="anna/ours", flavor=chosen, hours=hours, token=ANNA)


def left_behind(hub):
    """What was sent along with Jobs and is still there."""
    return [id for kind, id in hub.store.repos if kind == "dataset"]


def test_a_text_goes_to_the_job_and_its_checkpoint_comes_back_from_the_hub(hub, text, tmp_path, capsys):
    assert main(command(text, tmp_path / "out", "--private", "--json")) == 0
    said = capsys.readouterr()
    assert "CPU Basic: 2 vCPU, 16 GB: $0.01 an hour; ended after 0.1 hours, so $0.00 at most." in said.err
    assert "step 40/40" in said.err, "its log was followed"
    assert json.loads(said.out.splitlines()[-1])["job"] == "job1"
    made = checkpoint.load(tmp_path / "out")
    assert made.model.hidden == 24
    assert made.provenance["steps"] == 40
    assert hub.store.repos["model", "anna/ours"].private
    assert rnnlab.load("anna/ours").write("1 m", length=10, seed=1)
    assert left_behind(hub) == [], "the person's text is deleted when it has been learnt"
    assert main(["job", "follow", "job1"]) == 0, "who left may look at it later"
    assert "step 40/40" in capsys.readouterr().err
    assert told_secrets([said.out, said.err, str(hub.store.jobs["job1"].told())], [tmp_path / "out"], hub) == []


@pytest.mark.long
def test_a_forecaster_is_trained_there_by_the_same_command(hub, tmp_path, capsys):
    (tmp_path / "mine.csv").write_text("Date,Close\n" + "".join(f"{day},{close}\n" for day, close in days(900)))
    asked = ["train", "forecast", "--data", "AAPL", str(tmp_path / "mine.csv"), "--out", str(tmp_path / "out")]
    asked += ["--epochs", "2", "--on", "hf-jobs", "--flavor", "cpu-basic", "--push", "anna/prices", "--hours", "0.1"]
    assert main(asked) == 0, capsys.readouterr().err
    made = checkpoint.load(tmp_path / "out")
    assert [one["name"] for one in made.provenance["data"]] == ["AAPL", "mine"]
    assert made.train["epochs"] == 2


def days(count):
    import numpy as np
    import pandas as pd

    closes = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, count)))
    return zip(pd.bdate_range("2015-01-01", periods=count).strftime("%Y-%m-%d"), closes, strict=True)


def test_a_job_that_fails_says_its_last_word(hub, text):
    job = start(text, steps=10)
    hub.faults.append(Fault("error", "rnnlab-job-.*/resolve/", status=403))
    with pytest.raises(HubError, match=r"^The Job failed, and nothing was pushed: \S"):
        list(follow_training(job, ANNA))
    assert left_behind(hub) == []


def test_a_name_that_is_another_project_s_is_refused_before_anything_is_sent(hub, text, tmp_path, capsys):
    hub.store.add("model", "anna/ours").commit({"pytorch_model.bin": b"another's", "README.md": b"# Another"})
    assert main(command(text, tmp_path / "out")) == 2
    assert "anna/ours holds something else than a checkpoint of rnnlab" in capsys.readouterr().err
    assert not hub.store.jobs


def test_a_folder_that_holds_a_checkpoint_is_refused_before_anything_is_paid_for(hub, text, tmp_path, capsys):
    shutil.copytree(catalog.bundled_folder() / "checkpoints" / "stocks", tmp_path / "out")
    assert main(command(text, tmp_path / "out")) == 2
    assert capsys.readouterr().err.startswith("out holds a finished checkpoint of the task forecast; add --overwrite")
    assert main(command(text, "/dev/full/out")) == 2
    assert capsys.readouterr().err == "out cannot be written (Not a directory); choose another folder for --out.\n"
    assert not hub.store.jobs


def test_a_job_that_runs_out_of_time_is_told(hub, text):
    job = start(text, hours=2 / 3600)
    with pytest.raises(HubError, match=r"reached its time limit and was ended; nothing was pushed; allow it more"):
        list(follow_training(job, ANNA))


def test_a_job_can_be_cancelled_while_it_is_followed(hub, text, capsys):
    job = start(text, steps=1_000_000, report_every=5)
    lines = follow_training(job, ANNA)
    assert any("step 5/" in line for line in lines)
    assert main(["job", "cancel", job.id]) == 0
    with pytest.raises(HubError, match=r"^The Job was cancelled; nothing was pushed\.$"):
        list(lines)
    assert hub.store.jobs[job.id].process.wait() != 0
    assert "Job job1 is cancelled." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--flavor", "a900"], r"The Hub has no flavor 'a900'; choose cpu-basic, a10g-small\."),
        (["--hours", "0"], r"0 hours are not between 0 and 48; give another --hours\."),
        (["--push", "ours"], r"'ours' is no repository's name; write it as owner/name\."),
        (["--hidden", "5000"], r"hidden must be between 1 and 4096, not 5000\."),
        (["--resume"], r"A training on another machine starts anew; leave out --resume\."),
        (["--data", "nowhere.txt"], r"There is no file 'nowhere.txt' here"),
        (["--from", "stocks"], r"Only a writer can be fine-tuned on a text"),
        (
            ["--from", "shakespeare"],
            r"A checkpoint that is fine-tuned keeps its shape; leave out --hidden, or give 512\.",
        ),
        (["--minutes", "3"], r"A training on another machine ends by --hours; leave out --minutes\."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(hub, text, tmp_path, capsys, more, sentence):
    assert main(command(text, tmp_path / "out", *more)) == 2
    assert re.search(sentence, capsys.readouterr().err)
    assert not hub.store.jobs
    assert not hub.store.repos


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--until", "2031-99-01"], "--until"),
        (["--until", "1990-01-01"], "No series has more than"),
        (["--unseen", "nowhere.csv"], "There is no file 'nowhere.csv' here"),
    ],
)
def test_what_a_forecaster_cannot_be_is_refused_before_anything_is_sent(hub, tmp_path, capsys, more, sentence):
    asked = ["train", "forecast", "--data", "AAPL", "--out", str(tmp_path / "out"), "--on", "hf-jobs"]
    assert main([*asked, "--flavor", "cpu-basic", "--push", "anna/prices", *more]) == 2
    assert sentence in capsys.readouterr().err
    assert not hub.store.jobs
    assert not hub.store.repos


def test_without_credit_or_a_token_nothing_starts_and_nothing_stays(hub, text, tmp_path, capsys, monkeypatch):
    hub.store.without_credit.add("anna")
    assert main(command(text, tmp_path / "out")) == 2
    assert "This account has no credit for Jobs, so nothing was started" in capsys.readouterr().err
    assert left_behind(hub) == []
    monkeypatch.setenv("HF_TOKEN", "")
    assert main(command(text, tmp_path / "out")) == 2
    assert "A Job needs a token of the Hugging Face Hub" in capsys.readouterr().err


def test_a_folder_of_this_machine_is_not_there(hub, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}")
    asked, chosen = Request.of("AAPL", base=str(tmp_path / "mine")), flavor_named("cpu-basic", 1, ANNA)
    with pytest.raises(RnnlabError, match=r"^mine is a folder of this machine; push it, and give --from its"):
        submit_training(FORECASTS, asked, repo="anna/ours", flavor=chosen, token=ANNA)


def test_what_is_sent_along_is_private_and_holds_what_the_job_runs(hub, text):
    job = start(text, steps=1_000_000)
    [id] = left_behind(hub)
    repo = hub.store.repos["dataset", id]
    assert repo.private
    files = repo.commits[repo.sha_of("main")]
    assert {"rnnlab/__main__.py", "requirements.txt", "data/catalog.json", "files/0/my text.txt"} <= set(files)
    assert b"torch==2.13.0" in files["requirements.txt"].content
    cancel_training(job, ANNA)
    with pytest.raises(HubError, match="cancelled"):
        list(follow_training(job, ANNA))
    assert left_behind(hub) == []


def test_minutes_end_a_training_and_keep_its_best(text, tmp_path, monkeypatch, capsys):
    seconds = itertools.count()  # one passes whenever the clock is read, which is at every step
    monkeypatch.setattr("rnnlab.terminal.streams.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    asked = ["train", "text", "--data", text, "--out", str(tmp_path / "out"), "--hidden", "24", "--layers", "1"]
    assert main([*asked, "--steps", "1000000", "--report-every", "50", "--minutes", "1"]) == 0
    taken = checkpoint.load(tmp_path / "out").provenance["steps"]
    assert 50 <= taken < 1_000_000
    ended = f"Stopped by --minutes 1; {taken:,} of 1,000,000 steps are kept, add --resume to continue.\n"
    assert ended in capsys.readouterr().out
    assert main([*asked, "--minutes", "0"]) == 2


def signed_in():
    return gr.OAuthToken(token=ANNA, scope="contribute-repos jobs", expires_at=2**40)


def rented(text, token, mark=None):
    """A Job that is started on the page, by default once its price was shown."""
    if mark is None:
        *_, mark = bigger_panel.price(token, "cpu-basic", 0.1)
    settings = {"cell": "lstm", "hidden": 16, "layers": 1, "epochs": 1, "lr": 0.002}
    entered = Entered(TEXTS.title, files=[text], settings=settings)
    return bigger_panel.rent(token, entered, mark, "anna/page", private=True)


def test_on_the_page_the_price_comes_first_then_the_job_is_followed_to_its_checkpoint(hub, text):
    told, machines, start, mark = bigger_panel.price(signed_in(), "a10g-small", 2)
    assert "Nvidia A10G - small: 2 vCPU, 16 GB, 1 A10G: $1.00 an hour; ended after 2 hours, so $2.00 at most." in told
    assert [name for _, name in machines.choices] == ["cpu-basic", "a10g-small"]
    assert start.interactive
    assert mark
    shown = list(rented(text, signed_in()))
    assert "continues if you leave this page." in shown[1]["log"]
    assert "anna/page is on the Hub" in shown[-1]["log"]
    assert "Trained" in shown[-1]["log"]
    assert (shown[-1]["job"], shown[-1]["cancel"].interactive) == ("", False)
    assert rnnlab.load("anna/page").write("1", length=5, seed=1)
    assert told_secrets([one["log"] for one in shown], [], hub) == []


def test_on_the_page_a_job_is_cancelled_and_strangers_start_none(hub, text):
    running = rented(text, signed_in())
    key = next(shown["job"] for shown in running if shown.get("job"))
    assert "Cancelling" in bigger_panel.cancel_job(signed_in(), key).value
    assert "The Job was cancelled; nothing was pushed." in list(running)[-1]["log"]
    assert "Nobody is signed in" in list(rented(text, None))[-1]["log"]
    assert "Nobody is signed in" in bigger_panel.price(None, "cpu-basic", 1)[0]
    assert "The Hub has no flavor" in bigger_panel.price(signed_in(), "a900", 0.1)[0]
    assert len(hub.store.jobs) == 1


def test_on_the_page_nothing_is_started_without_the_mark_that_its_price_gave_once(hub, text):
    *_, mark = bigger_panel.price(signed_in(), "cpu-basic", 0.1)
    boris = gr.OAuthToken(token="hf_boris", scope="jobs", expires_at=0)
    for token, given in ((signed_in(), ""), (signed_in(), "0" * 32), (boris, mark), (signed_in(), mark)):
        refusal = list(rented(text, token, given))[-1]["log"]
        assert "Nothing is started before its price was shown" in refusal
    assert hub.store.jobs == {}


def test_a_job_ends_before_the_sign_in_that_it_pushes_with(hub):
    soon = gr.OAuthToken(token=ANNA, scope="jobs", expires_at=int(time.time() + 2 * 3600))
    assert "Your sign-in ends in 2.0 hours" in bigger_panel.price(soon, "cpu-basic", 4)[0]
    assert bigger_panel.price(soon, "cpu-basic", 1)[-1]
