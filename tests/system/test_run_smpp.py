# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/run over SMPP: a simulated SMSC, somebody else's SMSC, and scripts/phone that dials."""
import re
import stat
import os
import signal
import subprocess

import pytest

from sitelib import FIRST, child
from smpp_peer import Server
from smsclib import SmscSim
from test_run import PHONE, RUN, Run, folder, left_behind  # noqa: F401, a fixture among them

PERSON = "+77010000001"


def phone(data, *lines, seconds=60):
    """What a handset shows that types these lines, each after the answer to the last."""
    proc = subprocess.Popen([PHONE, "--data", data, "--wait", "4", PERSON], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT,
                            preexec_fn=child.dies_with_parent(signal.SIGKILL))
    try:
        return proc.communicate("".join(line + "\n" for line in lines), seconds)[0]
    finally:
        proc.kill()


@pytest.mark.limit(150)
def test_simulated_smsc(folder):  # noqa: F811
    """A text and a menu from scripts/phone."""
    run = Run(folder(), "--smpp")
    run.wait_line(r"^ready: texts are taken on 8500", 100)
    shown = phone(run.data, FIRST)
    assert "◂ " in shown and "tinchmi" in shown
    shown = phone(run.data, "*8500#", "1", "/hang")
    assert "▣ 1 " in shown and "▣ (hangup)" in shown and "◂" not in shown, shown
    assert run.end(signal.SIGTERM) == 0, run.text()
    assert left_behind(run.data) == []


@pytest.mark.long
@pytest.mark.limit(300)
def test_sample_conversation(folder):  # noqa: F811
    run = Run(folder(), "--smpp")
    run.wait_line(r"^dial it: type \*8500#", 250)
    assert re.search(r"│ \d\d:\d\d +▸ 1 \d{3} │", run.text()), run.text()
    assert run.end(signal.SIGTERM) == 0, run.text()


@pytest.mark.limit(150)
def test_somebody_elses_smsc(folder):  # noqa: F811
    away, data = folder(), folder()
    with SmscSim.start(dir=away, accounts=["them:pa55:7000"]) as smsc:
        run = Run(data, "--smpp-connect", f"127.0.0.1:{smsc.port},them,pa55",
                  "--smpp-number", "7000")
        run.wait_line(r"^logs in", 100)
        assert "the sample conversation is not played" in run.text()
        assert smsc.wait_bound()[0]["system_id"] == "them"
        smsc.text("+77010050001", FIRST)
        assert "tinchmi" in smsc.wait_texts("+77010050001")[0]
        password = os.path.join(data, "state", "smpp.password")
        assert stat.S_IMODE(os.stat(password).st_mode) == 0o600
        with open(os.path.join(data, "shyraq.conf"), encoding="utf-8") as f:
            assert "pa55" not in f.read()
        assert run.end(signal.SIGTERM) == 0, run.text()
    assert left_behind(data) == []


def test_dial_needs_a_gateway(make_site):
    """Over simulated modems there is nothing to dial, and nothing is texted instead."""
    site = make_site(receivers=False)
    assert "nothing here to dial" in phone(site.data, "*8500#")
    assert site.sims["m1"].order("status")["counters"]["delivered"] == 0


@pytest.mark.parametrize("args", [["--smpp-connect", "nowhere"], ["--smpp", "--conf", RUN],
                                  ["--smpp-connect", "h:0,a,b"],
                                  ["--smpp", "--smpp-connect", "h:1,a,b"]])
def test_bad_arguments(folder, args):  # noqa: F811
    got = subprocess.run([RUN, "--data", folder(), *args], capture_output=True, text=True,
                         timeout=60, check=False)
    assert got.returncode == 2 and "--smpp" in got.stderr


def test_server_is_left_alone_by_a_wrong_password(folder):  # noqa: F811
    """A refused bind: the run says so in its log, and ends in order."""
    with Server(60) as server:
        run = Run(folder(), "--smpp-connect", f"127.0.0.1:{server.port},a,wrong")
        server.bound(status=0x0e)[0].close()
        run.wait_line(r"^logs in", 60)
        assert run.end(signal.SIGTERM) == 0, run.text()
