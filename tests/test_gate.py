"""The gate around the page: a real page on loopback, asked over raw HTTP as anybody may ask it."""

import asyncio
import os
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from authors import story
from gradio_client import Client

from rnnlab.ui import app
from rnnlab.ui.gate import admission, bodies, listeners, uploads
from rnnlab.widgets.clients import client_of, is_foreign

FOREIGN = "from its own address and from programs, not from other sites' pages"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(listeners, "GRACE", 5.0)
        patch.setattr(listeners, "EVERY", 0.1)
        patch.setattr(listeners, "ABSENT", 3)
        patch.setattr(listeners, "FORGET", 5.0)
        demo = app.build()
        address = app.launch(demo, wait=False)
        with httpx.Client(base_url=f"{address}gradio_api/", timeout=60) as asking:
            yield demo, address, asking
        demo.close()


def until(true, seconds=300.0):
    """Wait until something is so; a busy machine takes its time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never was"
        time.sleep(0.05)


def uploaded(asking: httpx.Client) -> dict:
    [path] = asking.post("upload", files={"files": ("tale.txt", story().encode())}).json()
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def train(asking: httpx.Client, file: dict) -> httpx.Response:
    return asking.post("call/train_text", json={"data": [file, "lstm", 64, 1, 500, 0, "char"]})


def write(asking: httpx.Client, length: int) -> httpx.Response:
    return asking.post("call/v2/write", json={"prompt": "", "model": "shakespeare", "length": length})


def events(demo) -> int:
    return len(demo._queue.event_ids_to_events)


def test_what_nobody_listens_to_is_dropped_and_one_client_cannot_fill_the_queue(page):
    demo, address, asking = page
    file = uploaded(asking)
    answers = [train(asking, file) for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429, 429]
    assert answers[-1].json()["detail"].startswith("You have 2 trainings waiting or running")
    *_, text = Client(address, verbose=False).submit("To be", "shakespeare", 20, api_name="/write")
    assert text["characters"] == 20
    until(lambda: events(demo) == 0)
    late = asking.get(f"call/train_text/{answers[1].json()['event_id']}").text
    assert "Nobody listened to this request" in late


def test_each_kind_of_work_has_room_of_its_own(page, monkeypatch):
    demo, _, asking = page
    monkeypatch.setitem(admission.ROOMS, "train", admission.Room(1, 9, "trainings"))
    file = uploaded(asking)
    assert train(asking, file).status_code == 200
    full = train(asking, file)
    assert (full.status_code, full.json()["detail"]) == (
        429, "The page is busy: 1 trainings are waiting or running; try again in a minute."
    )  # fmt: skip
    assert asking.post("call/models", json={"data": ["", "", "", "newest", False]}).status_code == 200
    until(lambda: events(demo) == 0)


def test_what_has_a_listener_goes_before_what_has_none(page):
    demo, _, asking = page
    queue = demo._queue
    unheard = [write(asking, 3000) for _ in range(12)]
    assert {one.status_code for one in unheard} == {200}
    began = time.monotonic()
    heard = write(asking, 5).json()["event_id"]
    assert "complete" in asking.get(f"call/write/{heard}").text
    waited = time.monotonic() - began
    until(lambda: events(demo) == 0)
    assert waited < 60
    assert not [line.queue for line in queue.event_queue_per_concurrency_id.values() if line.queue]


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:1"},
])  # fmt: skip
def test_another_sites_page_may_ask_for_nothing(page, headers):
    _, _, asking = page
    refused = asking.post("call/models", json={"data": ["", "", "", "newest", False]}, headers=headers)
    assert (refused.status_code, FOREIGN in refused.json()["detail"]) == (403, True)
    seen = asking.get("info", headers=headers)
    assert "access-control-allow-origin" not in seen.headers
    assert "access-control-allow-credentials" not in seen.headers


def test_the_pages_own_requests_pass(page):
    _, address, asking = page
    own = {"Origin": address.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert asking.post("call/models", json={"data": ["", "", "", "newest", False]}, headers=own).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_kept(page):
    _, _, asking = page
    words = "A request may have 2 MB here; give a shorter text, or upload it as a file."
    for content in (b"x" * 2_000_001, (b"x" * 100_000 for _ in range(30))):  # told beforehand, and not
        refused = asking.post("call/write", content=content)
        assert (refused.status_code, refused.json()["detail"]) == (413, words)


def test_a_client_has_so_many_uploads_under_way_and_no_more_until_one_ends(tmp_path):
    kept = uploads.Uploads(tmp_path)
    with kept.under_way_by("anna"), kept.under_way_by("anna"):
        with kept.under_way_by("anna"):
            assert kept.busy("anna").startswith("You are uploading 3 files already")
            assert kept.busy("boris") == ""
        assert kept.busy("anna") == ""
        with ExitStack() as others:
            for number in range(6):
                others.enter_context(kept.under_way_by(f"visitor {number}"))
            assert kept.busy("boris").startswith("8 files are being uploaded to this page, the most at a time")
    assert kept.under_way == {}


def test_uploads_that_stand_still_keep_their_own_client_out_until_they_end(page):
    _, address, asking = page
    place, sent = urlsplit(address), {"files": ("a.txt", b"x" * 1000)}
    head = "POST /gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"
    head += "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    with ExitStack() as stalled:

        def is_kept_out() -> bool:
            one = socket.create_connection((place.hostname, place.port))
            stalled.enter_context(one).sendall(head.encode())
            return asking.post("upload", files=sent).status_code == 429

        until(is_kept_out)
    until(lambda: asking.post("upload", files=sent).status_code == 200)


@pytest.mark.parametrize("after", [[], [{"type": "http.request", "body": b"x", "more_body": True}]])
def test_a_body_that_stands_still_ends_as_if_its_sender_had_left(after):
    async def ends() -> str:
        async def receive():
            return after.pop() if after else await asyncio.Event().wait()

        give = bodies.kept_coming(receive, 0.05)
        while (message := await give())["type"] == "http.request":
            continue
        return message["type"]

    assert asyncio.run(ends()) == "http.disconnect"


def test_uploads_are_bounded_for_each_client_and_for_all(page, monkeypatch):
    _, _, asking = page
    files = {"files": ("a.txt", b"x" * 1000)}
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 500)
    assert "You have uploaded" in asking.post("upload", files=files).json()["detail"]
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 10**9)
    monkeypatch.setattr(uploads, "MOST", 10)
    assert "no room for more files" in asking.post("upload", files=files).json()["detail"]
    monkeypatch.setattr(uploads, "LARGEST", 100)
    assert asking.post("upload", files=files).status_code == 413
    unsized = asking.post("upload", content=(part for part in [b"x"]), headers={"Content-Type": "multipart/form-data"})
    assert "must state its length" in unsized.json()["detail"]


def test_old_files_are_swept_from_the_folder_whoever_left_them_there(tmp_path):
    old, new, kept, cut = (tmp_path / name for name in ("a/old.csv", "b/new.csv", "c/first.csv", "tmpcut"))
    for path in (old, new, kept, cut):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    aged(old, uploads.KEPT + 9)
    aged(kept, uploads.KEPT + 9)
    aged(cut, uploads.CUT + 9)
    for folder in tmp_path.iterdir():
        aged(folder, 100) if folder.is_dir() else None
    uploads.sweep(tmp_path, {str(kept)})
    assert [path.exists() for path in (old, new, kept, cut)] == [False, True, True, False]
    aged(old.parent, 100)
    uploads.sweep(tmp_path, {str(kept)})
    assert not old.parent.exists()


def aged(path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_sessions_that_have_left_are_forgotten_and_open_pages_are_not(page):
    demo, _, asking = page
    number = next(key for key, one in demo.fns.items() if one.api_name == "models")
    with ExitStack() as open_pages:
        here = open_pages.enter_context(asking.stream("GET", "heartbeat/here"))
        assert here.status_code == 200
        for session in ["here", *(f"gone{i}" for i in range(9))]:
            body = {"fn_index": number, "session_hash": session, "data": ["", "", "", "newest", False]}
            assert asking.post("queue/join", json=body).status_code == 200
            assert "process_completed" in asking.get("queue/data", params={"session_hash": session}).text
        until(lambda: len(demo.state_holder.session_data) <= 4)
        assert "here" in demo.state_holder.session_data
    until(lambda: not demo._queue.pending_messages_per_session)


def test_in_a_space_the_client_is_who_the_proxy_speaks_for(monkeypatch):
    forwarded = {"x-forwarded-for": "6.6.6.6, 93.184.216.34, 10.0.0.7"}
    assert client_of("10.16.3.80", forwarded) == "10.16.3.80"
    monkeypatch.setenv("SPACE_ID", "anna/rnnlab")
    assert client_of("10.16.3.80", forwarded) == "93.184.216.34"
    assert client_of("10.16.3.80", {"x-forwarded-for": "not an address"}) == "10.16.3.80"
    assert client_of(None, {}) == "unknown"


def test_a_program_is_never_foreign_and_a_named_site_is_let_in(monkeypatch):
    assert not is_foreign({"host": "anna-rnnlab.hf.space"})
    assert not is_foreign({"host": "anna-rnnlab.hf.space", "origin": "https://anna-rnnlab.hf.space"})
    site = {"host": "anna-rnnlab.hf.space", "origin": "https://anna.example"}
    assert is_foreign(site)
    monkeypatch.setenv("RNNLAB_ORIGINS", "https://anna.example/, https://b.example")
    assert not is_foreign(site)
    assert is_foreign(site | {"origin": "https://[broken"})
