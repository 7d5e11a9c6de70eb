# SPDX-License-Identifier: GPL-3.0-or-later
"""Unknown, missing and mistyped names in the config: refused, saying file, line and name."""
import os
import re
import subprocess

import pytest

from sitelib import ROOT

PROGRAMS = {"daemon": "shyraqd", "worker": "shyraq-worker", "dispatch": "shyraq-dispatch"}


@pytest.fixture(scope="module")
def plain(base):
    """A site that is made, not started: its config is a good one."""
    from sitelib import Site
    site = Site(base).make()
    yield site
    site.close()


def start(site, section, text):
    """Exit status and stderr of the section's program with this config."""
    path = os.path.join(site.data, "changed.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    got = subprocess.run([site.program(PROGRAMS[section]), "-c", path], capture_output=True,
                         text=True, timeout=10, check=False, stdin=subprocess.DEVNULL,
                         env={**os.environ, **site.env})
    return got.returncode, got.stderr


def good(site):
    with open(site.conf, encoding="utf-8") as f:
        return f.read()


def line_of(text, pattern):
    return text[:re.search(pattern, text).start()].count("\n") + 1


def refused(got, line, name, allowed):
    status, said = got
    assert status not in (0, None) and status > 0, said
    assert re.search(rf"changed\.conf:{line}: {name}: .*{allowed}", said), said


@pytest.mark.parametrize("section", PROGRAMS)
def test_unknown_name(plain, section):
    text = re.sub(rf"(?m)^{section}: {{$", f"{section}: {{\n    colour = 3;", good(plain))
    refused(start(plain, section, text), line_of(text, "colour"), "colour",
            "unknown name; allowed: .*name")


@pytest.mark.parametrize("section", PROGRAMS)
def test_missing_name(plain, section):
    kept = []
    inside = False
    for line in good(plain).splitlines():
        inside = inside and line != "};"
        if line == f"{section}: {{":
            inside = True
        if not (inside and re.match(r"\s*name =", line)):
            kept.append(line)
    text = "\n".join(kept) + "\n"
    refused(start(plain, section, text), line_of(text, rf"(?m)^{section}: "), "name", "missing")


@pytest.mark.parametrize("section", PROGRAMS)
def test_mistyped_value(plain, section):
    text = re.sub(rf'(?ms)^({section}: {{.*?\n\s*)name = "[^"]*";', r"\1name = 7;", good(plain))
    refused(start(plain, section, text), line_of(text, "name = 7"), "name", "allowed: a text")


@pytest.mark.parametrize("section", PROGRAMS)
def test_unknown_section(plain, section):
    text = good(plain) + "workerr: { };\n"
    refused(start(plain, section, text), line_of(text, "workerr"), "workerr", "allowed: .*worker")


def test_modem_poll_out_of_range(plain):
    text = good(plain).replace('poll = "2 s"', 'poll = "1 ms"')
    refused(start(plain, "daemon", text), line_of(text, '"1 ms"'), "poll", "allowed")


@pytest.mark.parametrize("section", PROGRAMS)
def test_not_a_config(plain, section):
    status, said = start(plain, section, good(plain) + "daemon = {{{\n")
    assert status > 0 and re.search(r"changed\.conf:\d+:", said), said


@pytest.mark.parametrize("section", PROGRAMS)
def test_no_file_and_bad_usage(plain, section):
    program = plain.program(PROGRAMS[section])
    for argv in ([program, "-c", "/nonexistent"], [program], [program, "--no-such-option"]):
        got = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
        assert got.returncode > 0 and got.stderr.strip(), argv


@pytest.mark.parametrize("section", PROGRAMS)
def test_help_and_version(plain, section):
    for option in ("--help", "--version"):
        got = subprocess.run([plain.program(PROGRAMS[section]), option], capture_output=True,
                             text=True, timeout=10, check=False)
        assert got.returncode == 0 and got.stdout.strip()


@pytest.mark.parametrize("section", PROGRAMS)
def test_sample_config_is_known(plain, section):
    """conf/shyraq.conf: nothing in it is unknown, missing or mistyped (its keys are not there)."""
    got = subprocess.run([plain.program(PROGRAMS[section]), "-c",
                          str(ROOT / "conf" / "shyraq.conf")], capture_output=True, text=True,
                         timeout=10, check=False)
    assert got.returncode > 0
    assert not re.search(r"shyraq\.conf:\d+:", got.stderr), got.stderr
