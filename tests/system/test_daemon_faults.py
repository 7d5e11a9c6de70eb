# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: faults of the modem, PIN and SIM.

No database.
"""
import contextlib
import os
import signal
import time

import pytest

from daemonlib import (  # noqa: F401
    PERSON, SHELTER, long_lived, make, send, shared, site, words)
from simlib import wait_for


# faults of the modem on the way in


@pytest.mark.parametrize("name,more", [
    ("hangup", {"ms": 1500}),
    ("reboot", {"ms": 500}),
    ("cnmi_lost", {}),
    pytest.param("garbage", {"count": 3, "ms": 200, "where": "line"}, marks=pytest.mark.long),
    pytest.param("garbage", {"count": 2, "where": "before"}, marks=pytest.mark.long),
    pytest.param("silent", {"ms": 3000}, marks=pytest.mark.long),
])
def test_link_comes_back(make, name, more):
    site = make(modem_more='poll = "1 s"; read_timeout = "4 s"; ask_timeout = "4 s";')
    worker = site.worker()
    site.sims[0].text(PERSON, "one")
    worker.wait("sms")
    site.empty()
    site.sims[0].fault(name, **more)
    site.sims[0].text(PERSON, "two")
    wait_for("the second text", lambda: [m for m in worker.all("sms") if words(m) == "two"], 40)
    site.sims[0].clear()
    site.empty(timeout=40)


def test_reopening_drops_deletes_and_reads_again(site):
    worker = site.worker(auto="none")
    site.sims[0].text(PERSON, "a")
    first = worker.wait("sms")
    site.sims[0].fault("hangup", ms=500)
    site.wait_log("modem.open", 2)
    worker.say("verdict", token=first["token"], outcome="done")
    second = worker.wait("sms", 2)[1]
    assert second["token"] != first["token"] and second["again"]
    assert second["age_ms"] >= first["age_ms"] + 400
    assert site.sims[0].status()["slots_used"] == 1
    worker.say("verdict", token=second["token"], outcome="done")
    site.empty()


def test_delete_that_fails_is_tried_again(shared):
    worker = shared.worker()
    shared.sims[0].fault("delete_fails", count=2)
    shared.sims[0].text(PERSON, "a")
    worker.wait("sms")
    shared.empty()
    assert len(worker.all("sms")) == 1


def test_silent_call_is_aborted(make):
    """Silent in the midst of a call of libgammu's, which would wait on for long; then for good."""
    site = make(modem_more='poll = "1 min"; ask_timeout = "2 s";')
    worker = site.worker(auto="none")
    site.sims[0].text(PERSON, "a")
    offer = worker.wait("sms")
    site.sims[0].fault("silent")
    worker.say("verdict", token=offer["token"], outcome="done")
    site.wait_log("modem.abort", timeout=6)
    site.wait_log("modem.lost")
    time.sleep(5)
    assert site.count("modem.open") == 1
    site.sims[0].clear()
    again = worker.wait("sms", 2, timeout=5)[1]
    worker.say("verdict", token=again["token"], outcome="done")
    site.empty()


def test_reboot_is_seen_before_the_poll(make):
    """It greets, and has forgotten what announces texts."""
    site = make(modem_more='poll = "2 min";')
    worker = site.worker()
    site.sims[0].fault("reboot", ms=500)
    site.wait_log("modem.anew", timeout=10)
    site.sims[0].text(PERSON, "a")
    worker.wait("sms", timeout=10)
    site.empty()


def test_slow_line_gets_more_time(make):
    """A reading that takes longer than its limit would never end: the next has twice as long."""
    site = make(start=False)
    site.write_config(modem_more='poll = "1 min"; read_timeout = "1 s";')
    for i in range(4):
        site.sims[0].text(f"+770100002{i:02d}", "x" * 100)
    site.sims[0].fault("slow", bps=700)
    site.start(links=False)
    worker = site.worker()
    assert len(worker.wait("sms", 4, timeout=40)) == 4
    assert 1 <= site.count("modem.abort") <= 3


def stuff(fd):
    """Until the device takes no more, also when it has put away what it took."""
    for _ in range(10):
        for size in (4096, 64, 1):
            with contextlib.suppress(BlockingIOError):
                while os.write(fd, b"x" * size):
                    pass
        time.sleep(0.05)


def test_thread_that_hangs_is_given_up(make):
    """A modem that takes no more bytes holds libgammu's thread where no abort reaches it."""
    site = make(sims=2, daemon_more='stop_wait = "3 s";',
                modem_more='poll = "1 min"; ask_timeout = "1 s";')
    worker = site.worker(auto="none")
    stuck = site.sims[0]
    stuck.text(PERSON, "a")
    offer = worker.wait("sms")
    stuck.process.send_signal(signal.SIGSTOP)
    tty = os.open(stuck.tty, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        stuff(tty)
        worker.say("verdict", token=offer["token"], outcome="done")
        send(worker, 1, to=SHELTER, link="m2")
        site.wait_log("modem.abandoned", timeout=12)
        assert worker.wait("result", row=1)["state"] == "accepted"
        assert site.process.wait(10) == 1, "it must end, to be started again"
    finally:
        os.close(tty)
        stuck.process.send_signal(signal.SIGCONT)
    site.start()
    worker = site.worker("w2")
    assert words(worker.wait("sms")) == "a"
    site.empty()


def test_full_sim(make):
    site = make(sim_opts={"slots": 5})
    for i in range(15):
        site.sims[0].text(f"+770100003{i:02d}", f"text {i}")
    worker = site.worker()
    assert len(worker.wait("sms", 15, timeout=30)) == 15
    site.empty()


# PIN and SIM


def pin_file(site, digits):
    path = site.dir / "pin"
    path.write_text(digits + "\n")
    return f'poll = "1 s"; pin_file = "{path}";'


def test_pin(make):
    site = make(start=False, sim_opts={"pin": "4321"})
    site.write_config(modem_more=pin_file(site, "4321"))
    site.start()
    site.worker()
    site.sims[0].text(PERSON, "a")
    site.empty()


def test_wrong_pin_is_tried_once(make):
    site = make(start=False, sim_opts={"pin": "4321"})
    site.write_config(modem_more=pin_file(site, "1111"))
    before = site.sims[0].status()["pin_tries"]
    site.start(links=False)
    site.wait_log("modem.shut")
    assert site.sims[0].status()["pin_tries"] == before - 1
    site.stop()
    site.start(links=False)
    site.wait_log("modem.shut", 2)
    time.sleep(1)
    assert site.sims[0].status()["pin_tries"] == before - 1


def test_another_sim_is_not_read(make):
    site = make(start=False)
    site.write_config(modem_more='imsi = "401019999900000";')
    site.start(links=False)
    site.sims[0].text(PERSON, "a")
    worker = site.worker()
    site.wait_log("modem.shut")
    time.sleep(1)
    assert not worker.all("sms") and site.sims[0].status()["slots_used"] == 1
