# SPDX-License-Identifier: GPL-3.0-or-later
"""A value of `rules` in the config is the one that the turn keeps to: talks under other values.

It sends nothing: the talks run on a throwaway database.
Called by pytest; $BUILD names the build folder.
"""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["BUILD"] = str((ROOT / os.environ.get("BUILD", "build")).resolve())
sys.path[:0] = [str(ROOT / "tests" / "talk"), str(ROOT / "scripts")]

from talklib import Talks, counts, finish   # noqa: E402


class Ruled(Talks):
    """The sample's config with other rules."""

    rules = ""

    def _config(self):
        path = super()._config()
        text = pathlib.Path(path).read_text(encoding="utf-8")
        if "rules: {" in text:
            text = text.replace("rules: {", "rules: { " + self.rules, 1)
        else:
            text += f"\nrules: {{ {self.rules} }};\n"
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path


@pytest.fixture(name="talks", scope="module")
def talks_():
    subprocess.run([str(ROOT / "scripts" / "build"), "talk-program"], check=True, timeout=600,
                   stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=ROOT)
    with Ruled() as talks:
        yield talks


@pytest.mark.parametrize("talk, rules, says", [
    ("redial-an-hour", 'redial = "1 h";', "go.on came"),
    ("two-wrong-codes", 'answer_tries = 2; answer_tries_in = "10 min";', "wrong_codes"),
])
def test_a_changed_value_is_used(talks, talk, rules, says):
    path = str(ROOT / "tests" / "talk" / "rules" / f"{talk}.talk")
    talks.rules = rules
    out = finish(talks.start([path]))
    assert counts(out) == (1, 0), out
    # under the defaults it is another conversation
    talks.rules = ""
    out = finish(talks.start([path]))
    assert counts(out) == (0, 1) and re.search(says, out), out
