"""Sources of prices by name: folders and addresses of files, one of a person's own, and all commands that take them."""

import dataclasses
import functools
import socket
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from walks import csv, walk

import rnnlab
from rnnlab.__main__ import main
from rnnlab.data import cache
from rnnlab.data.prices.series import Origin, Prices, read_prices
from rnnlab.data.prices.sources.folder import Folder
from rnnlab.data.prices.sources.sources import SOURCES, source_of
from rnnlab.errors import DataError
from rnnlab.tasks.forecast.data import PriceReading, open_prices


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture
def folder(tmp_path) -> Path:
    place = tmp_path / "prices"
    place.mkdir()
    (place / "ACME.csv").write_bytes(csv(walk(320)))
    return place


@pytest.fixture
def address(folder, monkeypatch):
    for variable in cache.OFFLINE:
        monkeypatch.delenv(variable, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_folder_gives_the_file_of_a_ticker(folder):
    prices = open_prices(f"folder:{folder}#acme")
    assert prices.name == "acme"
    assert prices.table.equals(read_prices(folder / "ACME.csv").table)
    assert prices.source == "Prices: the file ACME.csv, up to 2020-04-08."


def test_an_address_gives_the_file_of_a_ticker(folder, address):
    prices = open_prices(f"folder:{address}#ACME")
    assert prices.table.equals(read_prices(folder / "ACME.csv").table)
    assert prices.source.startswith("Prices: 127.0.0.1, up to 2020-")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{folder}", "names no ticker in a folder; write it as folder:PATH#NVDA"),
        ("{folder}#../ACME", "names no ticker in a folder"),
        ("{folder}#BETA", "There is no BETA.csv in 'prices'; give a ticker that has a file there"),
        ("{folder}/none#ACME", "There is no folder 'none' here; check its name"),
        ("{address}#BETA", "127.0.0.1 answers 404 for BETA.csv; check the address"),
        ("http://127.0.0.1:9#ACME", "127.0.0.1 cannot be reached; check the address and the network"),
        ("http://example.org/prices#ACME", "is not an https address; give one, or a folder"),
        ("ftp://127.0.0.1/prices#ACME", "is not an https address; give one, or a folder"),
        ("https://[x#ACME", "is not an https address; give one, or a folder"),
    ],
)
def test_what_a_folder_or_an_address_lacks_has_its_sentence(folder, address, name, words):
    with pytest.raises(DataError, match=words):
        Folder().prices(name.format(folder=folder, address=address))


def test_an_address_that_stalls_is_left_at_the_time_limit(address):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(DataError, match="127.0.0.1 did not answer within 0.2 seconds; try again later"):
            Folder(seconds=0.2).prices(f"{place}#ACME")


def test_an_address_is_not_asked_offline(address, monkeypatch):
    monkeypatch.setenv("RNNLAB_OFFLINE", "1")
    with pytest.raises(DataError, match="ACME.csv cannot be fetched while RNNLAB_OFFLINE is set"):
        Folder().prices(f"{address}#ACME")


@dataclasses.dataclass(frozen=True)
class Made:
    """A source of one's own, in one class."""

    prefix: str = "made"
    for_visitors: bool = False

    def prices(self, name: str) -> Prices:
        origin = Origin("Made up", "No exchange", "EUR", pd.Timestamp("2026-11-24 22:30"))
        return dataclasses.replace(
            read_prices(csv(walk(320, exchange="XLON")), calendar="XLON"), name=name, origin=origin
        )


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setitem(SOURCES, "made", Made())


SOURCE = "Prices: Made up, No exchange, EUR, up to 2020-04-03, fetched on 2026-11-24 at 22:30 UTC."


@pytest.mark.parametrize("command", [["forecast"], ["backtest", "--start", "2020-01-02"]])
def test_the_commands_take_a_source_of_ones_own(made, capsys, command):
    assert main([command[0], "stocks", "--data", "made:ACME", *command[1:]]) == 0
    assert SOURCE in capsys.readouterr().out


def test_several_series_may_come_from_several_sources(made, folder, capsys):
    assert main(["forecast", "stocks", "--data", "AAPL", "MADE:BETA", f"folder:{folder}#ACME"]) == 0
    printed = capsys.readouterr().out
    assert f"BETA: {SOURCE}" in printed
    assert "ACME: Prices: the file ACME.csv" in printed


def test_series_that_are_scored_together_name_their_source(made, capsys):
    assert main(["backtest", "stocks", "--data", "AAPL", "made:BETA"]) == 0
    assert f"BETA: {SOURCE}" in capsys.readouterr().out


def test_a_program_takes_a_source_of_ones_own(made):
    stocks = rnnlab.load("stocks")
    assert stocks.forecast("made:ACME").attrs["source"] == SOURCE
    report = stocks.backtest("made:ACME")
    assert {report.source, report.table.attrs["source"], report.json()["source"]} == {SOURCE}


def test_an_index_may_come_from_a_source_which_is_named(made, capsys):
    assert main(["forecast", "stocks", "--data", "made:ACME", "--market", "made:INDEX", "--horizon", "1"]) == 0
    assert f"INDEX: {SOURCE}" in capsys.readouterr().out


def test_a_training_names_the_source(made, tmp_path, capsys):
    assert main(["train", "forecast", "--data", "made:ACME", "--epochs", "1", "--out", str(tmp_path / "f")]) == 0
    assert SOURCE in (tmp_path / "f" / "config.json").read_text()


def test_how_a_file_is_read_is_no_question_to_a_source(made):
    with pytest.raises(DataError, match="made:ACME is not a file of yours; leave out --ticker, --dates and --encoding"):
        open_prices("made:ACME", PriceReading(ticker="ACME"))


def test_a_file_of_that_name_comes_first(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("made:ACME").write_bytes(csv(walk(300)))
    assert open_prices("made:ACME").origin is None


def test_a_name_that_happens_to_match_asks_nobody(monkeypatch):
    assert source_of("NVDA") is None
    with pytest.raises(DataError, match="NVDA"):
        open_prices("NVDA")
