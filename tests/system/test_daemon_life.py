# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: stop, clock, many modems.

No database.
"""
import re
import time

from daemonlib import (  # noqa: F401
    ANSWER, PERSON, SHELTER, make, send, site, words)
from simlib import wait_for


# stop, clock, many


def test_orderly_stop_hands_back(site):
    worker = site.worker()
    send(worker, 1, "Ы" * 130, to=SHELTER)
    for row in (2, 3, 4):
        send(worker, row, to=SHELTER)
    wait_for("submit", lambda: site.sims[0].sent())
    assert site.stop() == 0
    got = {m["row"]: m["state"] for m in worker.wait("result", 4)}
    assert got == {1: "accepted", 2: "dropped", 3: "dropped", 4: "dropped"}
    assert len(site.sims[0].sent()) == 2


def test_stop_is_bounded(make):
    site = make(daemon_more='stop_wait = "2 s";')
    worker = site.worker(auto="none")
    site.sims[0].text(PERSON, "a")
    worker.wait("sms")
    began = time.monotonic()
    assert site.stop() == 0
    assert 1.5 < time.monotonic() - began < 8
    assert site.sims[0].status()["slots_used"] == 1


def test_clock_jump_holds_persons(make):
    site = make(daemon_more='clock_hold = "4 s";')
    worker = site.worker()
    site.set_clock(0, 30_000)
    site.wait_log("clock.jump")
    send(worker, 1, **ANSWER)
    send(worker, 2, to=SHELTER)
    assert worker.wait("result", row=2)["state"] == "accepted"
    assert not worker.all("result", row=1)
    site.wait_log("clock.accepted")
    assert worker.wait("result", row=1)["state"] == "accepted"


def test_sixteen_modems(make):
    site = make(sims=16, modem_more='poll = "20 s";')
    worker, second = site.worker("w1", 256), site.worker("w2", 256)
    for i, sim in enumerate(site.sims):
        for j in range(10):
            sim.text(f"+7701{i:03d}{j:04d}", f"modem {i} text {j}")
    wait_for("all", lambda: len(worker.all("sms")) + len(second.all("sms")) >= 160, 30)
    got = worker.all("sms") + second.all("sms")
    assert len(got) == 160
    for m in got:
        i, j = re.fullmatch(r"modem (\d+) text (\d+)", words(m)).groups()
        assert m["link"] == f"m{int(i) + 1}" and m["from"] == f"+7701{int(i):03d}{int(j):04d}"
    for i in range(16):
        site.empty(i)
        send(worker, 100 + i, f"out {i}", link=f"m{i + 1}", to=SHELTER)
    wait_for("results",
             lambda: len(worker.all("result")) + len(second.all("result")) == 16, 20)
    assert all([s["text"] for s in sim.sent()] == [f"out {i}"] for i, sim in enumerate(site.sims))
    assert site.stop() == 0
