# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: several modems, receipts, the life of a SIM.

No database.
"""
import time

import pytest

from daemonlib import (  # noqa: F401
    ANSWER, OTHER, PERSON, SHELTER, ModemSim, make, send, site, words)
from simlib import wait_for

RECEIVERS = [f"+770200001{i:02d}" for i in range(6)]


def sent_to(site, number):
    """From which modems the number was written to, in order."""
    return [f"m{i + 1}" for i, sim in enumerate(site.sims) for e in sim.sent() if e["to"] == number]


def accepted(worker, row, timeout=15):
    got = worker.wait("result", row=row, timeout=timeout)
    assert got["state"] == "accepted", got
    return got["link"]


def test_receivers_are_spread_and_keep_their_sender(make):
    site = make(sims=3)
    worker = site.worker()
    row, first = 0, {}
    for number in RECEIVERS:
        row += 1
        send(worker, row, to=number, link="")
        first[number] = accepted(worker, row)
    assert sorted(first.values()) == ["m1", "m1", "m2", "m2", "m3", "m3"]
    for number in reversed(RECEIVERS):
        row += 1
        send(worker, row, to=number, link="")
    for i, number in enumerate(reversed(RECEIVERS)):
        assert accepted(worker, len(RECEIVERS) + 1 + i) == first[number]


def test_sender_moves_when_its_link_is_down(make):
    site = make(sims=2)
    worker = site.worker()
    send(worker, 1, to=SHELTER, link="")
    before = accepted(worker, 1)
    sim = site.sims[int(before[1]) - 1]
    sim.fault("registration", state=3)
    site.wait_log("modem.unregistered")
    send(worker, 2, to=SHELTER, link="")
    after = accepted(worker, 2)
    assert after != before
    sim.clear()
    site.wait_log("modem.registered", 3)
    send(worker, 3, to=SHELTER, link="")
    assert accepted(worker, 3) == after, "moved again without need"


def test_prefixes(make):
    site = make(sims=2, start=False)
    text = (site.dir / "conf").read_text()
    (site.dir / "conf").write_text(text.replace('name = "m2";', 'name = "m2"; prefixes = "+99890 +7702";'))
    site.start()
    worker = site.worker()
    for row, (number, link) in enumerate((("+998900000001", "m2"), ("+996500000001", "m1"),
                                          (SHELTER, "m2")), 1):
        send(worker, row, to=number, link="")
        assert accepted(worker, row) == link


def test_rate_of_a_modem(make):
    site = make(modem_more='poll = "1 s"; parts_per_minute = 20;')
    worker = site.worker()
    began = time.monotonic()
    for row in (1, 2, 3):
        send(worker, row, to=SHELTER)
    for row in (1, 2, 3):
        accepted(worker, row)
    assert time.monotonic() - began > 5.5


def test_one_modem_does_not_hold_another(make):
    site = make(sims=2, modem_more='poll = "1 s"; submit_timeout = "6 s";')
    worker = site.worker()
    site.sims[0].fault("no_result", count=1)
    send(worker, 1, to=SHELTER, link="m1")
    began = time.monotonic()
    for row in (2, 3):
        send(worker, row, to=OTHER, link="m2")
        assert accepted(worker, row) == "m2"
    assert time.monotonic() - began < 5
    assert worker.wait("result", row=1)["state"] == "uncertain"


# receipts


def test_early_receipt_waits_for_its_result(site):
    """A receipt that is there before the result is committed would match nothing."""
    worker = site.worker(auto="none")
    site.sims[0].receipts("auto", 0)
    send(worker, 1, "Ы" * 130, to=SHELTER, receipt=True)
    got = worker.wait("result")
    site.wait_log("modem.receipt", 2)
    time.sleep(0.5)
    assert not worker.all("receipt")
    worker.say("verdict", token=got["token"], outcome="done")
    receipts = worker.wait("receipt", 2)
    assert sorted(m["ref"] for m in receipts) == sorted(got["refs"])
    assert site.sims[0].status()["slots_used"] == 2
    for m in receipts:
        worker.say("verdict", token=m["token"], outcome="done")
    site.empty()


def test_late_receipt(site):
    """After the daemon was started anew, too: the SIM keeps it."""
    worker = site.worker()
    site.sims[0].receipts("manual")
    send(worker, 1, to=SHELTER, receipt=True)
    ref = worker.wait("result")["refs"][0]
    site.stop()
    site.sims[0].receipt(ref=ref, state="delivered")
    site.start()
    worker.wait("up", 2)
    worker.say("ready", credit=64)
    got = worker.wait("receipt")
    assert (got["ref"], got["to"], got["delivered"], got["final"]) == (ref, SHELTER, True, True)
    site.empty()


# the life of a SIM


def test_text_that_nobody_announced(site):
    """The poll is a net under +CMTI."""
    worker = site.worker()
    site.sims[0].fault("unannounced", count=1)
    site.sims[0].text(PERSON, "a")
    assert words(worker.wait("sms", timeout=5)) == "a"
    site.empty()


def test_nothing_is_submitted_after_a_reboot_before_it_is_opened_anew(make):
    """In the mode after a reboot, AT+CMGS would mean something else."""
    site = make(modem_more='poll = "60 s";')
    worker = site.worker()
    site.sims[0].fault("reboot", ms=100)
    time.sleep(1)
    send(worker, 1, **ANSWER)
    assert accepted(worker, 1, 30) == "m1"
    assert site.count("modem.open") == 2 and site.count("modem.anew") == 1
    assert site.sims[0].status()["counters"]["refused"] == 0
    assert len(site.sims[0].sent()) == 1


def test_changed_sim(make):
    site = make()
    dispatch, worker = site.dispatch(), site.worker()
    old = site.sims[0]
    old.stop()
    site.sims[0] = ModemSim.start(dir=site.dir, name="m1", number="+77010009900",
                                  imsi="401019999900000", clock=site.clock)
    site.sims[0].text(PERSON, "a")
    site.wait_log("modem.shut")
    wait_for("the state", lambda: dispatch.all("link") and
             dispatch.all("link")[-1]["state"] == "another-sim")
    send(worker, 1, person=True, submit_ms=1000, window_ms=900_000)
    assert worker.wait("result", row=1)["state"] == "expired"
    assert not worker.all("sms") and site.sims[0].status()["slots_used"] == 1
    assert site.sims[0].sent() == []


def test_registration_lost_and_back(site):
    worker = site.worker()
    for state in (0, 2, 3):
        site.sims[0].fault("registration", state=state)
        site.wait_log("modem.unregistered", 1)
        site.sims[0].text(PERSON, f"state {state}")
        site.sims[0].clear()
        wait_for("the text", lambda s=state: [m for m in worker.all("sms")
                                              if words(m) == f"state {s}"])
    send(worker, 1, **ANSWER)
    accepted(worker, 1)


@pytest.mark.parametrize("dummies", [False, True])
def test_memory_full_and_drained(make, dummies):
    """Old texts that fill the SIM are read and deleted like others; what waits comes then."""
    site = make(sim_opts={"slots": 6}, start=False)
    site.sims[0].fault("memory_full", dummies=dummies)
    site.sims[0].text(PERSON, "behind them")
    site.start()
    worker = site.worker()
    if not dummies:
        time.sleep(1)
        assert not worker.all("sms")
        site.sims[0].clear()
    wait_for("the text", lambda: [m for m in worker.all("sms") if words(m) == "behind them"], 30)
    site.empty()
