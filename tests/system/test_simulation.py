# SPDX-License-Identifier: GPL-3.0-or-later
"""A month of cases on an accelerated clock, dispatch killed at random (tests/simulate).

Three hundred cases here; SHYRAQ_SIMULATE=10000 runs so many besides. It looks at the ends and at the
faults that the simulation itself finds. Called by pytest.
"""
import json
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MANY = int(os.environ.get("SHYRAQ_SIMULATE") or 0)


def simulate(cases, limit, *options):
    got = subprocess.run([os.path.join(ROOT, "scripts", "simulate"), "--json", "--cases",
                          str(cases), *options], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=limit, check=False)
    faults = [line for line in got.stderr.splitlines() if line.startswith("WRONG")]
    assert not faults, "\n".join(faults[:20])
    assert got.returncode == 0, got.stderr[-2000:]
    return json.loads(got.stdout)


def check(total, cases):
    ends = total["ends"]
    # who comes back after a long silence has a second case
    assert total["persons"] == cases <= sum(ends.values()) == total["cases"]
    assert ends["NO END"] == 0 and total["wrong"] == 0
    # something of everything was there to be seen
    assert ends["closed with a reason"] + ends["met"] > cases // 2
    assert min(ends["with an operator"], ends["the person said no"]) > 0
    assert min(len(v) for v in total["accepted"].values()) > 0
    assert total["kills"] > cases // 50 and total["twins"] > cases


@pytest.mark.limit(300)
def test_a_month_of_three_hundred():
    check(simulate(300, 280, "--kill", "0.05"), 300)


@pytest.mark.skipif(MANY == 0, reason="SHYRAQ_SIMULATE=10000 runs it, ten minutes")
@pytest.mark.limit(7200)
def test_a_month_of_many():
    check(simulate(MANY, 7000), MANY)
