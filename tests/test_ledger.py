"""The forward ledger: the real client and a Hub on loopback whose clock is set, prices made up night by night."""

import json
import re
import shlex
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import exchange_calendars
import gradio as gr
import numpy as np
import pandas as pd
import pytest
import scipy.stats
import scoringrules
import yaml
from commanding import run
from hub.faults import Fault
from hub.secrets import ANNA, BORIS, READER
from markets import market
from reaching import reachable_hub

from rnnlab.__main__ import _parser
from rnnlab.data.prices.dates.opens import check_exchange, closing, exchange_of, next_session, opening
from rnnlab.errors import DataError, HubError, RnnlabError
from rnnlab.hub import publish_scores, read_ledger
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import locate
from rnnlab.scoring.baselines import har_t
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.summary import THIS_MODEL
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge.walk import of_days
from rnnlab.tasks.forecast.ledger.committing import commit
from rnnlab.tasks.forecast.ledger.entries import read_line
from rnnlab.tasks.forecast.ledger.published import read_published
from rnnlab.tasks.forecast.ledger.scoring import running, score, sums, together
from rnnlab.tasks.forecast.ledger.tables import narrow_table, signed, sums_table
from rnnlab.tasks.forecast.page import ledger_panel
from rnnlab.tasks.forecast.page.tab import lay_out
from rnnlab.tasks.forecast.recipes import open_forecasting

REPO = "anna/ledger"
SESSIONS = exchange_calendars.get_calendar("XNYS", start="2025-06-02", end="2026-12-31").sessions
NIGHTS = ["2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25"]  # before Thanksgiving, after which the 27th comes
LATER = datetime(2027, 1, 1, tzinfo=UTC)
ASKS = Caller(at_this_machine=True, token=ANNA)


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with reachable_hub(monkeypatch, tmp_path) as hub:
        monkeypatch.setenv("HF_TOKEN", ANNA)
        hub.store.users |= {ANNA: "anna", BORIS: "boris", READER: "anna"}
        hub.store.readers.add(READER)
        yield hub


class Desk:
    """Price files that grow by a day a night, and commits at a time that both clocks show."""

    def __init__(self, hub, place):
        self.hub, self.place = hub, place

    def prices(self, name, until, seed=1):
        table = market(len(SESSIONS), seed=seed).set_axis(pd.DatetimeIndex(SESSIONS, name="Date"))
        table[: pd.Timestamp(until)].to_csv(self.place / f"{name}.csv")
        return str(self.place / f"{name}.csv")

    def commit(self, night, names=("ACME",), at="22:00", hub_at=None, **how):
        data = [self.prices(name, night, seed) for seed, name in enumerate(names, 1)]
        self.hub.store.now = f"{night}T{hub_at or at}:00.000Z" if "T" not in (hub_at or "") else hub_at
        time = datetime.fromisoformat(f"{night}T{at}:00+00:00")
        return commit("stocks", data, REPO, now=lambda: time, **{"caller": ASKS} | how)

    def score(self, until="2026-11-30", names=("ACME",), **how):
        data = [self.prices(name, until, seed) for seed, name in enumerate(names, 1)]
        return score(REPO, data, **{"caller": ASKS, "now": lambda: LATER} | how)

    def push(self, files, title=""):
        """What somebody does to the repository with other tools."""
        repo = self.hub.store.repos["dataset", REPO]
        there = dict(repo.commits[repo.sha_of("main")]) | files
        repo.commit({path: content for path, content in there.items() if content is not None}, title=title)

    def files(self):
        repo = self.hub.store.repos["dataset", REPO]
        return {path: file.content for path, file in repo.commits[repo.sha_of("main")].items()}


@pytest.fixture
def desk(hub, tmp_path):
    return Desk(hub, tmp_path)


def test_three_nights_are_scored_one_late_entry_is_refused_and_one_night_is_missed(desk):
    desk.commit(NIGHTS[0])
    desk.commit(NIGHTS[1], hub_at="2026-11-24T14:30:00.000Z")  # reaches the Hub as the market opens
    desk.commit(NIGHTS[3])  # the night of the 24th is missed
    found = desk.score()
    assert [one["session"] for one in found["nights"]] == ["2026-11-23", "2026-11-27"]
    [late] = found["refused"]
    assert (late["session"], late["kind"]) == ("2026-11-24", "late")
    assert late["why"].endswith("when its session had opened at 2026-11-24 14:30:00 UTC")
    assert [one["session"] for one in found["missed"]] == ["2026-11-25", "2026-11-30"]
    assert found["all"]["entries"] == 2


def test_scores_are_those_of_scipy_and_scoringrules_and_the_outcome_is_the_return(desk):
    desk.commit(NIGHTS[0])
    [night] = desk.score()["nights"]
    closes = pd.read_csv(desk.place / "ACME.csv", index_col="Date")["Close"]
    outcome = 100 * np.log(closes["2026-11-23"] / closes["2026-11-20"])
    assert night["outcome"] == pytest.approx(outcome)
    entry = json.loads(desk.files()[night["file"]])
    for name, scores in night["scores"].items():
        one = entry["densities"][name]
        density = scipy.stats.t(one["dof"], one["location"], one["scale"])
        assert scores["log_score"] == pytest.approx(-density.logpdf(outcome))
        assert scores["crps"] == pytest.approx(
            scoringrules.crps_t(outcome, one["dof"], one["location"], one["scale"]), rel=1e-6
        )
        for percent in (80, 95):
            low, high = density.interval(percent / 100)
            assert scores[f"inside{percent}"] == (low <= outcome <= high)
    assert night["committed"] == "2026-11-20T22:00:00Z"


def test_the_densities_are_those_of_the_model_and_of_the_baselines_on_all_days(desk):
    [entry] = desk.commit(NIGHTS[0])["entries"]
    prices = open_prices(desk.prices("ACME", NIGHTS[0]))
    _, forecaster = open_forecasting(locate("stocks"))
    own = forecaster.densities(prices.table).at((-1, 0))
    assert entry["densities"]["model"]["scale"] == pytest.approx(float(own.scale))
    _, returns, ranges = of_days(prices.table)
    har = har_t(returns, np.array([len(returns) - 1]), len(returns), 1, ranges)
    assert entry["densities"]["har_t"]["scale"] == pytest.approx(float(har.scale[0]))
    assert entry["densities"]["garch_t"]["scale"] > 0
    assert (entry["session"], entry["opens"], entry["exchange"]) == ("2026-11-23", "2026-11-23T14:30:00Z", "XNYS")


def test_nothing_that_was_written_is_ever_rewritten(desk):
    desk.commit(NIGHTS[0])
    before = desk.files()
    with pytest.raises(RnnlabError, match=r"^ACME has an entry from 2026-11-20 already; an entry is never rewritten"):
        desk.commit(NIGHTS[0], at="23:00")
    assert desk.files() == before
    desk.commit(NIGHTS[0], names=("ACME", "OTHER"), at="23:30")
    desk.commit(NIGHTS[1])
    after = desk.files()
    assert {path: after[path] for path in before} == before
    assert sorted(after) == [
        ".gitattributes", "README.md", "entries/2026-11-20-2.jsonl", "entries/2026-11-20.jsonl",
        "entries/2026-11-23.jsonl",
    ]  # fmt: skip


def test_of_several_series_those_that_have_an_entry_are_named_and_the_others_written(desk):
    desk.commit(NIGHTS[0])
    answer = desk.commit(NIGHTS[0], names=("ACME", "OTHER"), at="23:30")
    assert [one["series"] for one in answer["entries"]] == ["OTHER"]
    assert answer["notices"][-1].startswith("ACME has an entry from 2026-11-20 already")


def test_a_file_that_was_changed_or_deleted_later_is_named_and_scored_as_it_was_added(desk):
    for night in (*NIGHTS[:2], NIGHTS[3]):
        desk.commit(night)
    before = desk.score()
    first, second, third = sorted(path for path in desk.files() if path.startswith("entries/"))
    line = json.loads(desk.files()[first])
    line["densities"]["model"]["location"] = before["nights"][0]["outcome"]  # so that its loss becomes a win
    desk.hub.store.now = "2026-11-23T22:30:00.000Z"
    desk.push({first: json.dumps(line).encode()}, title=f"Entries: {first}")
    desk.push({second: None})
    desk.hub.store.now = "2026-11-26T01:00:00.000Z"  # before its session opens
    desk.push({third: desk.files()[third].replace(b"stocks", b"others")})
    found = desk.score()
    assert [one["file"] for one in found["altered"]] == [first, second, third]
    assert [one["what"] for one in found["altered"]] == [
        "was changed at 2026-11-23 22:30:00 UTC", "was deleted", "was changed at 2026-11-26 01:00:00 UTC",
    ]  # fmt: skip
    assert (found["nights"], found["refused"]) == (before["nights"], [])
    told = run("ledger", "score", "--data", desk.prices("ACME", "2026-11-24"), "--repo", REPO).stdout
    assert f"altered: {second} was deleted; it is scored as it was added" in told


def test_what_was_deleted_cannot_be_committed_again(desk):
    desk.commit(NIGHTS[0])
    [path] = [path for path in desk.files() if path.startswith("entries/")]
    desk.push({path: None})
    with pytest.raises(RnnlabError, match="has an entry from 2026-11-20 already"):
        desk.commit(NIGHTS[0], at="23:00")
    assert desk.commit(NIGHTS[0], names=("ACME", "OTHER"), at="23:00")["file"] == "entries/2026-11-20-2.jsonl"


def test_a_file_that_ledger_commit_did_not_add_is_never_scored_nor_stands_in_the_way(desk):
    line = desk.commit(NIGHTS[0])["entries"][0] | {"series": "OTHER"}
    desk.push({"entries/mine.jsonl": json.dumps(line).encode()})
    found = desk.score(names=("ACME", "OTHER"))
    [refused] = found["refused"]
    assert (refused["kind"], refused["file"]) == ("by hand", "entries/mine.jsonl")
    assert [one["series"] for one in found["nights"]] == ["ACME"]
    assert desk.commit(NIGHTS[0], names=("ACME", "OTHER"), at="23:00")["entries"][0]["series"] == "OTHER"


def test_a_commit_cannot_be_dated_before_its_past(desk):
    desk.commit(NIGHTS[0])
    line = desk.commit(NIGHTS[1], dry_run=True)["entries"][0]
    desk.commit(NIGHTS[3])
    desk.hub.store.now = "2026-11-23T22:00:00.000Z"  # as `git push` brings a date of one's own
    desk.push({"entries/x.jsonl": json.dumps(line).encode()}, title="Entries: entries/x.jsonl")
    [late] = desk.score()["refused"]
    assert (late["kind"], late["committed"]) == ("late", "2026-11-25T22:00:00Z")


def test_an_exchange_further_west_than_the_prices_own_gains_no_hour(desk):
    sessions = exchange_calendars.get_calendar("XTKS", start="2025-06-02", end="2026-12-31").sessions
    table = market(len(sessions)).set_axis(pd.DatetimeIndex(sessions, name="Date"))
    file = desk.place / "TOKYO.csv"
    table[:"2026-11-24"].to_csv(file)
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)  # Tokyo has closed, New York not opened
    desk.hub.store.now = f"{noon:%Y-%m-%dT%H:%M:%S.000Z}"
    commit("stocks", [str(file)], REPO, caller=ASKS, now=lambda: noon, exchange="XNYS")
    table.to_csv(file)
    [late] = score(REPO, [str(file)], caller=ASKS, now=lambda: LATER)["refused"]
    assert late["why"].endswith("when its session had opened at 2026-11-25 00:00:00 UTC")


def test_a_session_waits_until_its_close(desk):
    desk.commit(NIGHTS[0])
    for hour, waiting in ((20, 1), (21, 0)):
        found = desk.score(until="2026-11-23", now=lambda hour=hour: datetime(2026, 11, 23, hour, tzinfo=UTC))
        assert (found["waiting"], len(found["nights"])) == (waiting, 1 - waiting)


def test_a_network_that_fails_half_way_leaves_all_or_nothing(desk):
    desk.hub.faults.append(Fault("error", "/commit/", times=1, status=500))
    with pytest.raises(HubError, match="failed on anna/ledger"):
        desk.commit(NIGHTS[0])
    assert set(desk.files()) == {".gitattributes"}
    desk.hub.faults.append(Fault("cut", "/commit/", times=1))  # the Hub has it, and its answer is lost
    with pytest.raises(HubError, match="anna/ledger"):
        desk.commit(NIGHTS[0])
    with pytest.raises(RnnlabError, match="has an entry from 2026-11-20 already"):
        desk.commit(NIGHTS[0])
    assert len(desk.score()["nights"]) == 1


def test_two_commits_at_once_both_arrive_and_neither_overwrites_the_other(desk):
    desk.commit(NIGHTS[0])
    night, time = NIGHTS[1], datetime(2026, 11, 23, 22, tzinfo=UTC)
    desk.hub.store.now = "2026-11-23T22:00:00.000Z"
    data = [desk.prices(name, night) for name in ("ONE", "TWO")]
    both = threading.Barrier(2)
    answers = []

    def put(file):
        waits = iter([both.wait, both.wait, *[lambda: None] * 20])

        def now():
            next(waits)()  # both have read the ledger before either writes
            return time

        answers.append(commit("stocks", [file], REPO, caller=ASKS, now=now))

    threads = [threading.Thread(target=put, args=[file]) for file in data]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one["file"] for one in answers) == ["entries/2026-11-23-2.jsonl", "entries/2026-11-23.jsonl"]
    assert {json.loads(desk.files()[one["file"]])["series"] for one in answers} == {"ONE", "TWO"}


def test_a_commit_after_the_open_or_before_the_close_is_refused_before_anything_is_made(desk):
    with pytest.raises(
        DataError, match=r"^ACME's last day, 2026-11-20, is not over until 2026-11-20 21:00 UTC; commit"
    ):
        desk.commit(NIGHTS[0], at="20:59")
    late = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    with pytest.raises(
        DataError, match=r"^ACME's next session, 2026-11-23, opened at 2026-11-23 14:30 UTC; give prices"
    ):
        commit("stocks", [desk.prices("ACME", NIGHTS[0])], REPO, caller=ASKS, now=lambda: late)
    assert ("dataset", REPO) not in desk.hub.store.repos


def test_an_unknown_exchange_gives_until_midnight_utc_and_says_so(desk):
    file = desk.place / "odd.csv"
    market(300, start="2025-09-29").to_csv(file)  # on holidays, too
    last = pd.read_csv(file)["Date"].iloc[-1]
    assert last == "2026-11-20"
    answer = commit("stocks", [str(file)], REPO, caller=ASKS, now=lambda: datetime(2026, 11, 20, 22, tzinfo=UTC))
    assert answer["entries"][0]["opens"] == "2026-11-23T00:00:00Z"
    assert any(one.startswith("odd's exchange is unknown") for one in answer["notices"])
    with pytest.raises(DataError, match="opened at 2026-11-23 00:00 UTC"):
        commit("stocks", [str(file)], REPO, caller=ASKS, now=lambda: datetime(2026, 11, 23, 0, tzinfo=UTC))


def test_an_exchange_may_be_named(desk):
    entry = desk.commit(NIGHTS[0], exchange="xasx")["entries"][0]
    assert (entry["exchange"], entry["opens"]) == ("XASX", "2026-11-22T23:00:00Z")
    with pytest.raises(DataError, match=r"^The exchange 'MARS' is not known; give its ISO code"):
        desk.commit(NIGHTS[1], exchange="MARS")
    with pytest.raises(DataError, match=r"^The sessions of ASEX cannot be computed; leave --exchange out, and 00:00"):
        desk.commit(NIGHTS[1], exchange="asex")


def test_a_dry_run_tells_what_would_be_written_and_writes_nothing(desk):
    answer = desk.commit(NIGHTS[0], dry_run=True)
    assert answer["file"] == "entries/2026-11-20.jsonl"
    assert answer["commit"] is None
    assert ("dataset", REPO) not in desk.hub.store.repos
    [line] = desk.commit(NIGHTS[0])["entries"]
    assert line == answer["entries"][0]
    with pytest.raises(RnnlabError, match="already"):
        desk.commit(NIGHTS[0], dry_run=True)


def test_a_repository_of_something_else_is_left_alone(desk):
    desk.hub.store.add("dataset", REPO).commit({"train.csv": b"x", "README.md": b"# Mine"})
    with pytest.raises(HubError, match=r"^anna/ledger holds something else than a ledger of rnnlab; choose another"):
        desk.commit(NIGHTS[0])
    assert set(desk.files()) == {"train.csv", "README.md"}
    with pytest.raises(HubError, match=r"^'ledger' is no repository's name; write it as owner/name\.$"):
        score("ledger", [desk.prices("ACME", NIGHTS[0])], caller=ASKS)


def test_who_may_not_write_is_told_so(desk):
    for token, words in ((READER, "This token gives no right"), (BORIS, "This token gives no right")):
        with pytest.raises(HubError, match=words):
            desk.commit(NIGHTS[0], caller=Caller(at_this_machine=True, token=token))
    with pytest.raises(HubError, match=r"^A ledger is written with a token"):
        desk.commit(NIGHTS[0], caller=Caller(at_this_machine=False))


def test_a_private_ledger_is_its_owner_s_alone(desk):
    desk.commit(NIGHTS[0], private=True)
    assert desk.hub.store.repos["dataset", REPO].private
    assert desk.score()["all"]["entries"] == 1
    for stranger in (Caller(at_this_machine=True, token=BORIS), Caller(at_this_machine=False)):
        with pytest.raises(
            HubError, match=r"^The Hugging Face Hub has no dataset anna/ledger that this caller may see"
        ):
            desk.score(caller=stranger)


def test_a_commit_upon_which_others_keep_coming_gives_up_in_a_sentence(desk):
    desk.commit(NIGHTS[0])
    desk.hub.faults.append(Fault("error", "/commit/", status=412))
    with pytest.raises(HubError, match="has changed while it was being written to"):
        desk.commit(NIGHTS[1])


def test_lines_that_are_no_entries_are_named_and_the_others_scored(desk):
    desk.commit(NIGHTS[0])
    good = desk.files()["entries/2026-11-20.jsonl"]
    odd = json.dumps(json.loads(good) | {"session": 5}).encode()
    mars = json.dumps(json.loads(good) | {"exchange": "MARS"}).encode()
    lines = b"\n".join((b"\xff", odd, mars, good))
    desk.push({"entries/odd.jsonl": lines}, title="Entries: entries/odd.jsonl")
    found = desk.score()
    assert [one["kind"] for one in found["refused"]] == ["unreadable", "unreadable", "unreadable", "second"]
    assert found["refused"][2]["why"] == "line 3 is no entry: its exchange 'MARS' is not known"
    assert found["refused"][1]["why"].startswith("line 2 is no entry: session is missing or wrong (5 where a day")
    assert len(found["nights"]) == 1


def test_a_session_that_has_not_come_waits_and_a_day_that_came_instead_is_refused(desk):
    desk.commit(NIGHTS[0])
    found = desk.score(until=NIGHTS[0])
    assert (found["waiting"], found["all"], found["refused"]) == (1, None, [])
    table = pd.read_csv(desk.prices("ACME", "2026-11-30"), index_col="Date").drop("2026-11-23")
    table.to_csv(desk.place / "ACME.csv")
    [refused] = score(REPO, [str(desk.place / "ACME.csv")], caller=ASKS, now=lambda: LATER)["refused"]
    assert refused["why"] == "after 2026-11-20 the prices continue on 2026-11-24, not on its session"


def test_a_split_since_changes_no_score(desk):
    desk.commit(NIGHTS[0])
    [before] = desk.score()["nights"]
    table = pd.read_csv(desk.place / "ACME.csv", index_col="Date")
    table[["Open", "High", "Low", "Close"]] /= 4
    table.to_csv(desk.place / "ACME.csv")
    found = score(REPO, [str(desk.place / "ACME.csv")], caller=ASKS, now=lambda: LATER)
    assert found["nights"][0]["outcome"] == pytest.approx(before["outcome"])
    assert any("the close reads differently now" in one for one in found["notices"])


def test_series_without_prices_are_named(desk):
    desk.commit(NIGHTS[0], names=("ACME", "OTHER"))
    found = desk.score()
    assert found["without_prices"] == {"OTHER": 1}
    assert found["notices"][-1].startswith("No prices were given of OTHER")


def made_up_nights(days=40, series=("A", "B"), seed=3):
    draws = np.random.default_rng(seed)
    names = ("model", "har_t", "garch_t")
    return [
        {
            "series": one, "session": f"{day:%Y-%m-%d}", "model": "stocks", "revision": "r",
            "scores": {
                name: {"crps": draws.random(), "log_score": draws.random(), "inside80": True, "inside95": True}
                for name in names
            },
        }
        for day in pd.bdate_range("2026-01-05", periods=days)
        for one in series
    ]  # fmt: skip


def test_sums_are_means_and_their_t_that_of_diebold_and_mariano():
    nights = made_up_nights()
    [first, second] = sums(nights)
    own, other = (
        np.array([one["scores"][name]["crps"] for one in nights if one["series"] == "B"]) for name in ("model", "har_t")
    )
    assert (first["series"], second["series"], second["days"]) == ("A", "B", 40)
    told = second["against"]["har_t"]["crps"]
    assert told["difference"] == pytest.approx(np.mean(own - other))
    assert told["t"] == pytest.approx(scipy.stats.ttest_rel(own, other).statistic, rel=1e-9)
    assert told["p"] == pytest.approx(diebold_mariano(own, other).p_value)
    assert sums(nights[:4])[0]["against"]["har_t"]["crps"]["t"] is None, "two days are no test"


def test_all_series_together_are_tested_by_day_and_their_course_ends_at_the_mean():
    nights = made_up_nights()
    whole = together(nights)
    assert (whole["entries"], whole["days"], whole["series"]) == (80, 40, 2)
    course = running(nights)
    assert course[-1]["har_t"] == pytest.approx(whole["against"]["har_t"]["crps"]["difference"])
    assert len(course) == 40
    assert abs(whole["against"]["har_t"]["crps"]["t"]) < 4
    assert together(nights[:10])["against"]["garch_t"]["log_score"]["t"] is None


def test_published_scores_lie_beside_the_entries_which_stay_as_they_are(desk):
    desk.commit(NIGHTS[0])
    before = desk.files()
    found = desk.score(publish=True)
    desk.score(publish=True)
    after = desk.files()
    assert {path: after[path] for path in before} == before
    published = json.loads(after["scores.json"])
    assert published["all"] == found["all"]
    assert "nights" not in published
    assert desk.score()["nights"] == found["nights"]


def test_the_commands_tell_the_same_in_words_and_in_json(desk):
    desk.commit(NIGHTS[0])
    desk.commit(NIGHTS[1])
    asked = ["ledger", "score", "--data", desk.prices("ACME", "2026-11-24"), "--repo", REPO]
    told = run(*asked)
    assert "2 entries scored on 2 days (0 waiting, 0 refused, 0 nights missed)" in told.stdout
    assert "ACME, stocks@" in told.stdout
    answer = json.loads(run(*asked, "--json").stdout.splitlines()[-1])
    assert answer["all"]["days"] == 2


def test_the_command_commits_by_this_machine_s_clock(desk):
    today = pd.Timestamp.now(tz=UTC).normalize().tz_localize(None)
    days = pd.bdate_range(end=today - timedelta(days=1), periods=399).append(pd.DatetimeIndex([today]))
    market(400).set_axis(days.rename("Date")).to_csv(desk.place / "NEW.csv")
    asked = ["ledger", "commit", "--data", str(desk.place / "NEW.csv"), "--repo", REPO]
    dry = run(*asked, "--dry-run")
    assert dry.stdout.splitlines()[1].startswith("NEW")
    assert "A dry run: entries/" in dry.stdout
    desk.hub.store.now = f"{today:%Y-%m-%d}T00:00:00.000Z"
    done = run(*asked, "--json")
    assert json.loads(done.stdout.splitlines()[-1])["committed"] == f"{today:%Y-%m-%d}T00:00:00Z"
    old = run("ledger", "commit", "--data", "AAPL", "MSFT", "--repo", REPO)
    assert old.returncode == 2
    assert "None of the 2 series can have an entry: MSFT's next session, 2022-05-23, opened at" in old.stderr


def test_the_nightly_script_is_sound_and_its_commands_are_ours():
    script = Path(__file__).parents[1] / "examples" / "nightly_ledger.sh"
    subprocess.run(["sh", "-n", script], check=True)
    for line in script.read_text().splitlines():
        if line.startswith("python -m rnnlab "):
            words = shlex.split(line.split(" || ")[0].replace("$SERIES", "A B"))
            assert _parser(words[3:]).parse_args(words[3:]).data == ["A", "B"]


def test_the_scheduled_job_runs_the_script_with_what_it_asks_for():
    examples = Path(__file__).parents[1] / "examples"
    job = yaml.safe_load((examples / "nightly_ledger.yml").read_text())
    [night] = job["jobs"].values()
    asked = set(re.findall(r"\$([A-Z]+)", (examples / "nightly_ledger.sh").read_text()))
    assert asked | {"HF_TOKEN"} == set(night["env"])
    assert night["steps"][-1]["run"] == "sh examples/nightly_ledger.sh"
    assert job[True]["schedule"] == [{"cron": "30 22 * * 1-5"}]  # YAML 1.1 reads `on` as true
    close = closing(pd.Timestamp("2026-11-25"), "XNYS")
    assert close < close.replace(hour=22, minute=30) < opening(pd.Timestamp("2026-11-27"), "XNYS")


def test_opens_and_closes_are_those_of_the_exchange_in_summer_and_winter_and_on_half_days():
    day = pd.Timestamp
    assert opening(day("2026-07-01"), "XNYS") == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert opening(day("2026-11-27"), "XNYS") == datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    assert closing(day("2026-11-27"), "XNYS") == datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
    assert opening(day("2026-11-27"), "XNZE") == datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
    assert opening(day("2026-11-26"), "XNYS") == datetime(2026, 11, 26, tzinfo=UTC), "a holiday: the careful rule"
    assert closing(day("2026-11-26"), "XNYS") is None
    assert opening(day("2026-11-27"), "") == datetime(2026, 11, 27, tzinfo=UTC)
    assert opening(day("1890-01-02"), "XHKG") == datetime(1890, 1, 2, tzinfo=UTC), "its holidays are not known"
    assert check_exchange("xlon") == "XLON"
    dates = pd.DatetimeIndex(SESSIONS[day("2026-11-25") >= SESSIONS])
    assert exchange_of(pd.DataFrame(index=dates)) == "XNYS"
    named = pd.DataFrame(index=pd.DatetimeIndex(["2026-11-24", "2026-11-25", "2026-11-26"]))
    named.attrs["calendar"] = "XTKS"
    assert exchange_of(named) == "XTKS", "what the source says, where the dates cannot tell"
    assert next_session(dates, "XNYS") == next_session(dates, "") == day("2026-11-27")


def test_a_ledger_is_read_from_a_path_on(desk):
    desk.commit(NIGHTS[0])
    desk.commit(NIGHTS[1])
    found = read_ledger(REPO, ANNA, since="entries/2026-11-22")
    assert [one.path for one in found.files] == ["entries/2026-11-23.jsonl"]
    assert found.files[0].committed == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert read_line(found.files[0].content.strip()).series == "ACME"


def test_the_page_shows_published_scores_on_a_click_and_says_why_there_are_none(desk):
    desk.commit(NIGHTS[0])
    told, drawn, table = ledger_panel.show_ledger(REPO)
    assert "anna/ledger has no scores yet; publish them with" in told
    assert (drawn.visible, table) == (False, "")
    desk.commit(NIGHTS[1])
    found = desk.score(until="2026-11-25", publish=True)
    told, drawn, table = ledger_panel.show_ledger(REPO)
    assert "2 entries scored on 2 days" in told
    assert "ACME has no entry for 2026-11-25" in table
    assert f"{found['all']['scores']['model']['crps']:.4f}" in table
    figure = ledger_panel.running_figure(found)
    assert [len(line.x) for line in figure.data] == [2, 2]
    assert list(figure.layout.xaxis.tickvals) == ["2026-11-23", "2026-11-24"], "of few sessions each has a tick"
    asked = len(desk.hub.asked)
    assert ledger_panel.show_ledger(REPO)[0] == told
    assert len(desk.hub.asked) == asked, "scores that were just fetched are shown again"


def test_a_difference_of_0_has_no_sign():
    assert [signed(difference) for difference in (-4e-5, 4e-5, -6e-5, 1.0)] == [
        "0.0000",
        "0.0000",
        "-0.0001",
        "+1.0000",
    ]
    found = {"running": [{"session": "2026-11-24", "har_t": -1e-6, "garch_t": 0.02}]}
    figure = ledger_panel.running_figure(found)
    assert str(figure.data[0].y[0]) == "0.0"
    assert figure.layout.title.text.startswith("<b>Mean CRPS equal to HAR's</b>")


def test_a_phone_has_room_for_the_ledger_s_table(desk):
    desk.commit(NIGHTS[0])
    found = desk.score()
    wide, narrow = sums_table(found), narrow_table(found)
    assert (len(narrow.head), len(narrow.rows)) == (4, len(wide.rows))
    texts = " ".join(cell for row in narrow.rows for cell in row)
    assert all(cell in texts for row in wide.rows for cell in row if cell != THIS_MODEL)


def test_damaged_scores_are_refused_in_a_sentence(desk):
    desk.commit(NIGHTS[0])
    found = desk.score()
    for content, words in (
        (b"{", "are no JSON that can be read"),
        (json.dumps(found | {"sums": [{"series": 5}]}).encode(), r"damaged: sums\[0\]\.series is missing or wrong"),
    ):
        publish_scores(REPO, ANNA, content)
        with pytest.raises(HubError, match=words):
            read_published(REPO, ANNA)


def test_a_page_lays_the_ledger_out_where_one_is_named_and_asks_nobody(hub, monkeypatch):
    def labels():
        with gr.Blocks() as demo:
            lay_out(["stocks"], gr.Column())
        return [getattr(block, "label", None) for block in demo.blocks.values()]

    assert ledger_panel.TITLE not in labels()
    monkeypatch.setenv("RNNLAB_LEDGER", REPO)
    assert ledger_panel.TITLE in labels()
    assert hub.asked == []
