"""Nobody is told on: no command looks up or reaches anything but this machine, or leaves an id in the home folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from authors import story

ROOT = Path(__file__).parents[1]
# Notes every address that a process connects to and every name that it looks up, whatever language asks.
WATCH = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void note(const char *what) {
    FILE *log = fopen(getenv("WATCHED"), "a");
    if (log) { fprintf(log, "%s\n", what); fclose(log); }
}

int connect(int handle, const struct sockaddr *to, socklen_t size) {
    char text[INET6_ADDRSTRLEN] = "";
    if (to->sa_family == AF_INET) inet_ntop(AF_INET, &((struct sockaddr_in *)to)->sin_addr, text, sizeof text);
    if (to->sa_family == AF_INET6) inet_ntop(AF_INET6, &((struct sockaddr_in6 *)to)->sin6_addr, text, sizeof text);
    if (text[0]) note(text);
    int (*own)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    return own(handle, to, size);
}

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found) {
    if (host) note(host);
    int (*own)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    own = dlsym(RTLD_NEXT, "getaddrinfo");
    return own(host, port, hints, found);
}
"""
COMMANDS = """
import sys
sys.path.insert(0, "tests")
from rnnlab.__main__ import main
run = lambda *words: main([str(word) for word in words])
assert run("data") == 0
assert run("forecast", "stocks", "--data", "AAPL") == 0
assert run("backtest", "stocks", "--data", "AAPL", "--start", "2017-06-01") == 0
assert run("train", "forecast", "--data", "AAPL", "--epochs", 1, "--out", "f") == 0
assert run("train", "text", "--data", "tale.txt", "--hidden", 8, "--epochs", 1, "--out", "w") == 0
assert run("write", "w", "--length", 20) == 0
assert run("evaluate", "w", "--data", "tale.txt") == 0
assert run("models") == 0
from rnnlab.ui import app
page = app.build()
from gradio_client import Client
client = Client(app.launch(page, wait=False), verbose=False)
assert client.predict(data="AAPL", model="stocks", horizon=2, api_name="/forecast")["rows"]
page.close()
"""
LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler to watch a process's sockets")
def test_a_run_of_each_command_reaches_nothing_but_this_machine_and_leaves_no_id(tmp_path):
    (tmp_path / "watch.c").write_text(WATCH)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "watch.so", "watch.c", "-ldl"], cwd=tmp_path, check=True)
    (tmp_path / "tale.txt").write_text(story())
    home = tmp_path / "home"
    home.mkdir()
    given = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name and "ANALYTICS" not in name}
    given |= {"HOME": str(home), "RNNLAB_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    given |= {"LD_PRELOAD": str(tmp_path / "watch.so"), "WATCHED": str(tmp_path / "log")}
    given.pop("XDG_CACHE_HOME", None)
    subprocess.run([sys.executable, "-c", COMMANDS], cwd=tmp_path, env=given, check=True, capture_output=True)
    log = tmp_path / "log"
    assert set(log.read_text().split()) <= LOOPBACK
    assert [str(path) for path in home.rglob("*onnx*")] == []
