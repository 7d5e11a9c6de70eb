# SPDX-License-Identifier: GPL-3.0-or-later
"""What a daemon may use: descriptors, which libgammu's select() counts to 1023 only, and memory.

No database.
"""
import contextlib
import os
import resource
import socket

import pytest

from daemonlib import PERSON, make, words  # noqa: F401
from simlib import wait_for

DESCRIPTORS, BUS = 1024, 512


def descriptors(site):
    return [int(name) for name in os.listdir(f"/proc/{site.process.pid}/fd")]


def resident(site):
    """Kilobytes in memory."""
    with open(f"/proc/{site.process.pid}/status", encoding="utf-8") as f:
        return int(next(line for line in f if line.startswith("VmRSS")).split()[1])


@contextlib.contextmanager
def more_files(n):
    """This process, and so a daemon that it starts, may have n descriptors."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (n, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def works(site, worker, text):
    site.sims[0].text(PERSON, text)
    wait_for(text, lambda: [m for m in worker.all("sms") if words(m) == text], 30)
    site.empty()


def crowd(path, strangers):
    """Some more connections of nobody; true when more were made than the daemon has descriptors."""
    for _ in range(50):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.setblocking(False)
        try:
            s.connect(path)
        except BlockingIOError:         # its queue is full: it must accept first
            s.close()
            break
        strangers.append(s)
    return len(strangers) > DESCRIPTORS + 200


@pytest.mark.limit(120)
def test_no_descriptor_beyond_select(make):
    """Strangers take all that they are let have, and a modem that hangs up then comes back."""
    with more_files(4096):
        site = make()
        worker = site.worker()
        works(site, worker, "one")
        with open(f"/proc/{site.process.pid}/limits", encoding="utf-8") as f:
            row = next(line for line in f if line.startswith("Max open files"))
        assert row.split()[3:5] == [str(DESCRIPTORS)] * 2
        path, strangers = site.worker_at.removeprefix("ipc://"), []
        try:
            wait_for("a crowd", lambda: crowd(path, strangers), 20)
            wait_for("a full bus", lambda: len(descriptors(site)) >= BUS, 10)
            assert len(descriptors(site)) < BUS + 16
            site.sims[0].fault("hangup", ms=500)
            site.wait_log("modem.lost")
            works(site, worker, "two")
            assert max(descriptors(site)) < BUS + 16
        finally:
            for s in strangers:
                s.close()
        wait_for("an empty bus", lambda: len(descriptors(site)) < 64, 10)
        site.worker("w2")
        assert site.stop() == 0


def test_memory_of_reopened_modems(make):
    """Four modems: within 64 MB, and no more when each was opened a few times."""
    site = make(sims=4)
    before = resident(site)
    for n in range(2, 4):
        for sim in site.sims:
            sim.fault("hangup", ms=300)
        site.wait_log("modem.open", 4 * n)
        site.wait_log("modem.registered", 4 * n)
    assert resident(site) <= before + 4 * 1024 < 64 * 1024
