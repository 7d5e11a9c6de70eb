# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench of USSD steps runs, over SMPP and HTTP, and says what it measured.

It judges no figure: a second on a busy machine says nothing. Called by pytest.
"""
import json
import os
import subprocess

import pytest

from sitelib import ROOT


@pytest.mark.limit(120)
def test_a_second_of_each(base):
    got = subprocess.run(
        ["/usr/bin/python3", ROOT / "tests/bench/ussd.py", "--build", os.path.abspath(base.build),
         "--people", "5", "--seconds", "1", "--think", "0.05", "--json"],
        capture_output=True, text=True, check=False, timeout=110, stdin=subprocess.DEVNULL)
    assert got.returncode == 0, got.stderr[-2000:]
    said = json.loads(got.stdout)
    assert said["commit_ms"] > 0
    assert [run["name"].split(",")[0] for run in said["runs"]] == 3 * ["SMPP"] + 3 * ["HTTP"]
    for run in said["runs"]:
        assert run["steps"] > 0 and 0 < run["p50_ms"] <= run["p99_ms"], run
    assert "p99 ms" in got.stderr  # the table for people
