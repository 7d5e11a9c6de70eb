# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-modemsim against real libgammu: each fault shows, and ends when it should.

Never needs a database or any other process of the service.
"""
import os
import time

import pytest

from gammulib import ERR_NONE, ERR_TIMEOUT, PEER, line, make_probe, probe  # noqa: F401
from modemlib import make_sim, sim  # noqa: F401
from simlib import wait_for


def test_fault_cms(sim, probe):
    sim.fault("cms", code=38, count=1)
    facts = probe.send(PEER, "x")
    assert facts.of("result")[0]["status"] == "38"
    assert sim.sent() == [] and sim.status()["counters"]["refused"] == 1
    probe.send(PEER, "again")
    assert sim.sent()[0]["text"] == "again"


def test_fault_no_result_is_an_uncertain_send(sim, make_probe):
    probe = make_probe(sim, PROBE_RESULT_MS="1500")
    sim.fault("no_result", count=1)
    assert probe.send(PEER, "x", run=probe.run).error == ERR_TIMEOUT
    assert sim.sent()[0]["text"] == "x"


def test_fault_late_result(sim, probe):
    sim.fault("late_result", ms=1200, count=1)
    facts = probe.send(PEER, "x")
    assert facts.of("result")[0]["status"] == "0" and facts.ms > 1200


def test_fault_silent_and_back(sim, probe):
    """A silent modem blocks the call; only an abort from another thread ends it."""
    sim.fault("silent", ms=1000)
    assert "silent" in sim.status()["faults"]
    probe.ok("abort 1500")
    facts = probe.run("memory")
    assert facts.error == "ABORTED" and 1400 < facts.ms < 2500
    assert sim.status()["faults"] == []
    probe.stop()


def test_fault_silent_swallows_what_it_hears(sim, line):
    sim.fault("silent")
    os.write(line.fd, b"AT+CMGD=1,4\r")
    time.sleep(0.2)
    sim.clear()
    assert line.at("AT") == "OK"
    assert sim.status()["counters"]["commands"] == 1


def test_fault_hangup_and_back(sim, probe):
    probe.ok("memory")
    sim.fault("hangup", ms=300)
    assert not sim.tty.exists()
    assert probe.run("memory").error == "DEVICEWRITEERROR"
    probe.run("close")
    wait_for("the line", sim.tty.exists)
    sim.text(PEER, "kept")
    assert probe.ok("open").ms < 1000
    assert [g["text"] for g in probe.ok("read").of("sms")] == ["kept"]


@pytest.mark.parametrize("name", ["hangup", "reboot"])
def test_fault_in_the_middle_of_a_submit(sim, make_probe, name):
    probe = make_probe(sim, PROBE_RESULT_MS="700")
    sim.fault(name, when="submit", ms=100)
    assert probe.send(PEER, "taken", run=probe.run).error == ERR_TIMEOUT
    assert [s["text"] for s in sim.sent()] == ["taken"]


def test_fault_reboot(sim, probe):
    probe.ok("listen")
    sim.fault("reboot", ms=200)
    assert sim.status()["cnmi"] == [0, 0, 0, 0, 0]
    sim.text(PEER, "after")
    assert sim.status()["queued"] == 1
    sim.wait_status(lambda s: "reboot" not in s["faults"] and s["queued"] == 0)
    assert probe.ok("wait 300").of("incoming") == []
    probe.run("close")
    probe.ok("open")
    probe.ok("listen")
    assert sim.status()["cnmi"] == [2, 1, 0, 2, 0]
    assert [g["text"] for g in probe.ok("read").of("sms")] == ["after"]


def test_fault_registration(sim, probe):
    probe.ok("network")  # leaves AT+CREG=2 behind
    sim.fault("registration", state=2)
    sim.text(PEER, "waits")
    assert sim.status()["queued"] == 1 and not sim.status()["registered"]
    assert probe.send(PEER, "x").of("result")[0]["status"] == "331"
    assert probe.ok("network").of("network")[0]["state"] != "1"
    sim.fault("registration", state=5)
    sim.wait_status(lambda s: s["queued"] == 0)
    probe.send(PEER, "y")
    assert [s["text"] for s in sim.sent()] == ["y"]
    sim.fault("registration", state=3)
    sim.clear()
    assert sim.status()["registration"] == 1 and sim.status()["faults"] == []


def test_fault_garbage_line_costs_the_next_command_its_time(sim, make_probe):
    probe = make_probe(sim)
    sim.fault("garbage", where="line", count=1, text="%NOISE: 1")
    sim.wait_status(lambda s: s["faults"] == [])
    probe.ok("abort 1500")
    assert probe.run("smsc").error == "ABORTED"
    probe.stop()
    probe = make_probe(sim)
    probe.ok("smsc")


@pytest.mark.long
@pytest.mark.parametrize("name,order,seconds", [("garbage", "smsc", 39), ("silent", "smsc", 39),
                                                ("silent", "identity", 39)])
def test_how_long_libgammu_waits(sim, probe, name, order, seconds):
    sim.fault(name, where="line", count=1, text="%NOISE: 1")
    time.sleep(0.2)
    facts = probe.run(order, timeout=90)
    assert facts.error == ERR_TIMEOUT and abs(facts.ms - seconds * 1000) < 3000


@pytest.mark.parametrize("where", ["before", "inside"])
def test_fault_garbage_in_answers(sim, make_probe, where):
    probe = make_probe(sim)
    probe.ok("memory")
    sim.fault("garbage", where=where, count=2)
    probe.ok("abort 1000")
    for order in ("memory", "smsc", "memory", "read"):
        probe.run(order)
    assert "garbage" not in sim.status()["faults"]
    probe.stop()
    make_probe(sim).ok("memory")


def test_fault_slow_line(make_sim, make_probe):
    sim = make_sim()
    probe = make_probe(sim)
    for i in range(10):
        sim.text(PEER, "ж" * 60)
    assert probe.ok("read").ms < 500
    sim.fault("slow", bps=2000)
    assert probe.ok("read").ms > 1000
    sim.clear()
    assert probe.ok("read").ms < 500


def test_a_slow_line_hears_slowly(sim, line):
    line.at("ATE0")
    sim.fault("slow", bps=1000)
    began = time.monotonic()
    os.write(line.fd, b"AT" + b" " * 500 + b"\r")
    line.read((b"ERROR\r\n",))
    assert 0.4 < time.monotonic() - began < 1.5


def test_baud_option(make_sim, make_probe):
    sim = make_sim(baud=9600)
    probe = make_probe(sim, opened=False)
    assert probe.ok("open").ms > 300


def test_fault_delete_fails(sim, probe):
    sim.text(PEER, "stays")
    sim.fault("delete_fails", count=1)
    assert probe.run("delete 1").error != ERR_NONE
    assert sim.status()["slots_used"] == 1
    probe.ok("delete 1")
    assert sim.status()["slots_used"] == 0


def test_fault_unannounced(sim, probe):
    probe.ok("listen")
    sim.fault("unannounced", count=1)
    assert "unannounced" in sim.status()["faults"]
    sim.text(PEER, "unheard")
    assert probe.ok("wait 200").of("incoming") == []
    sim.text(PEER, "heard")
    assert len(probe.ok("wait 300").of("incoming")) == 1
    assert sorted(g["text"] for g in probe.ok("read").of("sms")) == ["heard", "unheard"]


def test_fault_cnmi_lost(sim, probe):
    probe.ok("listen")
    sim.fault("cnmi_lost")
    sim.text(PEER, "unheard")
    assert probe.ok("wait 200").of("incoming") == []
    assert [g["text"] for g in probe.ok("read").of("sms")] == ["unheard"]
