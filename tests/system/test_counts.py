# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of a run are those of its own tests: what a test starts counts with nobody.

It never looks into a real run. Called by pytest.
"""
import os
import subprocess
import sys

from sitelib import ROOT

INNER = """
import os, subprocess
def test_one():
    subprocess.run('echo 9 2 >>"${SHYRAQ_COUNTS:-/dev/null}"', shell=True, check=True)
def test_two():
    assert "SHYRAQ_COUNTS" not in os.environ
"""


def test_a_run_within_a_run(tmp_path):
    (tmp_path / "test_inner.py").write_text(INNER, encoding="utf-8")
    counts = tmp_path / "counts"
    got = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "desk.pytest_counts", "-p", "no:cacheprovider",
         str(tmp_path / "test_inner.py")], cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=60, env={**os.environ, "SHYRAQ_COUNTS": str(counts),
                         "PYTHONPATH": str(ROOT / "scripts")})
    assert got.returncode == 0, got.stdout
    assert counts.read_text(encoding="utf-8") == "2 0\n"
