# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin: one line a test with its time, and "passed failed" appended to $SHYRAQ_COUNTS.

It never changes a result, and no process that a test starts counts with us. Called by scripts/test.
"""
import os
import time


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.begun = {}


_counts = Counts()
_path = os.environ.pop("SHYRAQ_COUNTS", None)  # a test may run talks that are meant to fail


def pytest_runtest_logstart(nodeid):
    _counts.begun[nodeid] = time.monotonic()


def pytest_runtest_logreport(report):
    if report.failed:
        _counts.failed += 1
    elif report.passed and report.when == "call":
        _counts.passed += 1


def pytest_runtest_logfinish(nodeid):
    print(f" {nodeid.split('/')[-1]} {time.monotonic() - _counts.begun[nodeid]:.1f} s", flush=True)


def pytest_sessionfinish(session, exitstatus):
    _counts.failed += int(exitstatus not in (0, 1, 5) and _counts.failed == 0)
    if _path:
        with open(_path, "a", encoding="utf-8") as f:
            f.write(f"{_counts.passed} {_counts.failed}\n")
