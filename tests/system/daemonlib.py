# SPDX-License-Identifier: GPL-3.0-or-later
"""A shyraqd alone, on simulated modems, with busprobe in the place of worker and dispatch.

It needs no database, ends only what it started and keeps nothing. Used by test_daemon_*.py and
test_ussd_probe.py, which take their fixtures from here too.
"""
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import struct
import subprocess
import threading
import time

import pytest

from modemlib import ModemSim
from simlib import build_dir, child, hang_up, wait_for

SECRET_KEY = "5a" * 32


class Probe:
    """busprobe as a subprocess: what the daemon said, in order, and orders to say."""

    def __init__(self, role, endpoint, name):
        self.process = subprocess.Popen(
            [str(build_dir() / "busprobe"), role, endpoint, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.heard = []
        self.queue = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.queue.put((time.monotonic(), json.loads(line)))

    def say(self, op, **fields):
        self.process.stdin.write(json.dumps({"op": op, **fields}) + "\n")
        self.process.stdin.flush()

    def drain(self):
        while not self.queue.empty():
            at, m = self.queue.get()
            self.heard.append({**m, "at": at})
        return self.heard

    def all(self, kind, **fields):
        return [m for m in self.drain()
                if m["type"] == kind and all(m.get(k) == v for k, v in fields.items())]

    def wait(self, kind, count=1, timeout=15.0, **fields):
        """The first `count` messages of this kind (one: itself)."""
        def found():
            hits = self.all(kind, **fields)
            return hits[:count] if len(hits) >= count else None
        hits = wait_for(f"{kind} {fields}", found, timeout)
        return hits[0] if count == 1 else hits

    def close(self):
        hang_up(self.process)

    def kill(self):
        self.process.kill()
        self.process.wait()


def words(m):
    """The text of a message that the probe printed."""
    return bytes.fromhex(m["text"]).decode("utf-8")


class Site:
    """shyraqd with n modems."""

    def __init__(self, sims=1, daemon_more="", modem_more='poll = "1 s";', sim_opts=None, env=None):
        self.dir = pathlib.Path(child.folder("shyraqd."))
        self.clock = self.dir / "clock"
        self.set_clock(0, 0)
        self.env = {"SHYRAQ_CLOCK_FILE": str(self.clock), **(env or {})}
        self.sims = [ModemSim.start(dir=self.dir, name=f"m{i + 1}", number=f"+7701000990{i}",
                                    imsi=f"4010112345{i:05d}", clock=self.clock,
                                    **(sim_opts or {}))
                     for i in range(sims)]
        self.worker_at = f"ipc://{self.dir}/w.sock"
        self.dispatch_at = f"ipc://{self.dir}/c.sock"
        self.probes = []
        self.process = None
        self.log = self.dir / "daemon.log"
        key = self.dir / "log.key"
        key.write_text(SECRET_KEY + "\n")
        key.chmod(0o600)
        self.write_config(daemon_more, modem_more)

    def write_config(self, daemon_more="", modem_more=""):
        modems = ",\n".join(
            f'{{ name = "m{i + 1}"; device = "{s.tty}"; number = "+7701000990{i}"; {modem_more} }}'
            for i, s in enumerate(self.sims))
        (self.dir / "conf").write_text(
            f'daemon: {{ name = "d1"; worker_endpoint = "{self.worker_at}";\n'
            f' dispatch_endpoint = "{self.dispatch_at}"; log_key_file = "{self.dir}/log.key";\n'
            f' state_dir = "{self.dir}/state"; {daemon_more} }};\n'
            f"modems = (\n{modems}\n);\n")

    def set_clock(self, all_ms, wall_ms=0):
        with open(self.clock, "r+b" if self.clock.exists() else "wb") as f:
            f.write(struct.pack("<qq", all_ms, wall_ms))

    def start(self, links=True, **env):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [str(build_dir() / "shyraqd"), "-c", str(self.dir / "conf"), "-v"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**os.environ, **self.env, **env}, preexec_fn=child.dies_with_parent())
        if links:
            self.wait_log("modem.registered", len(self.sims))
        return self

    def count(self, event):
        return self.log.read_text(errors="replace").count(f" {event} ") if self.log.exists() else 0

    def wait_log(self, event, count=1, timeout=30.0):
        return wait_for(f"{event} in the log", lambda: self.count(event) >= count, timeout)

    def worker(self, name="w1", credit=64, auto="done"):
        return self._probe("worker", self.worker_at, name, credit, auto)

    def dispatch(self, name="c1", credit=64, auto="done"):
        return self._probe("dispatch", self.dispatch_at, name, credit, auto)

    def _probe(self, role, endpoint, name, credit, auto):
        p = Probe(role, endpoint, name)
        self.probes.append(p)
        p.wait("up")
        p.say("auto", outcome=auto)
        if credit:
            p.say("ready", credit=credit)
        return p

    def stop(self, timeout=30.0):
        """In order; the exit status."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout)
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()

    def empty(self, sim=0, timeout=15.0):
        """Waits until the SIM holds nothing."""
        return self.sims[sim].wait_status(lambda s: s["slots_used"] == 0, timeout)

    def goes_on(self, sim=0, commands=12):
        """Waits until that modem was asked so much more: by then what the daemon would do, it has done."""
        def asked(status):
            return status["counters"]["commands"]
        until = asked(self.sims[sim].status()) + commands
        self.sims[sim].wait_status(lambda s: asked(s) >= until, 30)

    def settle(self):
        """After a test that shares the site: no probe, no fault, nothing in the SIMs."""
        for p in self.probes:
            p.close()
        self.probes.clear()
        for sim in self.sims:
            sim.clear()
        if any(sim.status()["slots_used"] for sim in self.sims):
            self.worker("sweeper")
            for i in range(len(self.sims)):
                self.empty(i)
            self.probes.pop().close()

    def close(self):
        for p in self.probes:
            p.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for s in self.sims:
            s.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


PERSON, OTHER, SHELTER = "+77010000001", "+77010000002", "+77020000001"
ANSWER = {"person": True, "submit_ms": 90_000, "window_ms": 900_000}


def assert_clean(log):
    assert not re.search(r"\+?770[12]\d{7}", log), "a number in the log"
    assert "Sanitizer" not in log and "runtime error" not in log


@pytest.fixture
def make():
    sites = []

    def build(start=True, **options):
        site = Site(**options)
        sites.append(site)
        return site.start() if start else site

    yield build
    for site in sites:
        text = site.log.read_text(errors="replace") if site.log.exists() else ""
        print(text)
        site.close()
        assert_clean(text)


@pytest.fixture
def site(make):
    return make()


@pytest.fixture(scope="module")
def long_lived():
    site = Site().start()
    yield site
    text = site.log.read_text(errors="replace")
    site.close()
    assert_clean(text)


@pytest.fixture
def shared(long_lived):
    """For tests that leave nothing behind: one daemon for all of them."""
    yield long_lived
    long_lived.settle()


@pytest.fixture
def rows(long_lived):
    """Numbers of rows that no test before has used."""
    long_lived.rows = getattr(long_lived, "rows", 1000) + 10
    return long_lived.rows


def send(probe, row, text="Salom", to=PERSON, attempt=1, **more):
    """A row to submit, by m1 if no other link is named."""
    probe.say("send", row=row, attempt=attempt, to=to, text=text, **{"link": "m1", **more})
