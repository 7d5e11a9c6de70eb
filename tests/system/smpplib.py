# SPDX-License-Identifier: GPL-3.0-or-later
"""A shyraqd alone on SMPP links to raw SMSCs, with busprobe in the place of worker and dispatch.

It needs no database, ends only what it started and keeps nothing. Used by test_smpp_*.py, which
take their fixtures from here too.
"""
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from daemonlib import PERSON, SECRET_KEY, Probe, assert_clean
from rawsmsc import Smsc
from simlib import build_dir, child, wait_for

QUICK = {"reconnect": "100 ms", "reconnect_most": "1 s", "enquire": "1 s", "response_timeout": "2 s",
         "deliver_timeout": "1500 ms", "bind_timeout": "2 s", "throttle": "300 ms"}


def quick(more):
    """The short times of tests, but for what the test says itself."""
    return " ".join(f'{name} = "{value}";' for name, value in QUICK.items() if f"{name} =" not in more)


class Desk:
    """shyraqd with SMPP links, probes in the place of worker and dispatch."""

    def __init__(self, links):
        self.dir = pathlib.Path(child.folder("smpp."))
        self.probes = []
        self.process = None
        self.log = self.dir / "log"
        for name, value in (("log.key", SECRET_KEY), ("pw", "secret")):
            (self.dir / name).write_text(value + "\n")
            (self.dir / name).chmod(0o600)
        listed = ",\n".join(
            f'{{ type = "smpp"; name = "op{i + 1}"; number = "8500"; host = "127.0.0.1";'
            f' system_id = "shyraq"; password_file = "{self.dir}/pw"; {quick(more)} {more} }}'
            for i, more in enumerate(links))
        (self.dir / "conf").write_text(
            f'daemon: {{ name = "d1"; worker_endpoint = "ipc://{self.dir}/w.sock";\n'
            f' dispatch_endpoint = "ipc://{self.dir}/c.sock"; log_key_file = "{self.dir}/log.key";\n'
            f' state_dir = "{self.dir}/state"; stop_wait = "3 s"; }};\nlinks = (\n{listed}\n);\n')

    def start(self, **env):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [str(build_dir() / "shyraqd"), "-c", str(self.dir / "conf"), "-v"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **env},
                preexec_fn=child.dies_with_parent())
        return self

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def count(self, event):
        return self.text().count(f" {event} ")

    def wait_log(self, event, count=1, timeout=15.0):
        return wait_for(f"{event} in the log", lambda: self.count(event) >= count, timeout)

    def probe(self, role, at, name, credit=64, auto="done"):
        p = Probe(role, f"ipc://{self.dir}/{at}.sock", name)
        self.probes.append(p)
        p.wait("up")
        p.say("auto", outcome=auto)
        p.say("ready", credit=credit)
        return p

    def worker(self, name="w1", **more):
        return self.probe("worker", "w", name, **more)

    def dispatch(self, name="c1", **more):
        return self.probe("dispatch", "c", name, **more)

    def stop(self, timeout=20.0):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout)
        return self.process.returncode

    def close(self):
        for p in self.probes:
            p.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


@pytest.fixture
def make():
    desks, smscs = [], []

    def build(more="", smsc=None, start=True, n=1):
        made = [smsc or Smsc() for _ in range(n)] if smsc is None else [smsc]
        smscs.extend(made)
        desk = Desk([f"port = {s.port}; {more}" for s in made])
        desks.append(desk)
        if start:
            desk.start()
        return (desk, *made)

    yield build
    for desk in desks:
        text = desk.text()
        print(text)
        desk.close()
        assert_clean(text)
    for smsc in smscs:
        smsc.close()


@pytest.fixture
def pair(make):
    desk, smsc = make()
    return desk, smsc, smsc.bound()


def send(probe, row, text="Salom", to=PERSON, attempt=1, **more):
    probe.say("send", row=row, attempt=attempt, to=to, text=text, link="op1", **more)
