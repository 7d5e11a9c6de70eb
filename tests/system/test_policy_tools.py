# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl policy check and policy try on the real binary and the shipped folder; no database.

It asks nobody and changes only copies of the folder.
Called by pytest; $BUILD names the build folder.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
CTL = (ROOT / os.environ.get("BUILD", "build")).resolve() / "shyraqctl"
CASE = ("--region", "KZ-47", "--class", "danger", "--at", "02:11")


@pytest.fixture(name="folder")
def folder_(tmp_path):
    copy = tmp_path / "conf"
    shutil.copytree(CONF, copy)
    return copy


def policy(*args, code=0):
    got = subprocess.run([str(CTL), "policy", *map(str, args)], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL, check=False, timeout=240, cwd="/",
                         env={**os.environ, "SHYRAQ_CONF": "/nowhere/shyraq.conf"})
    assert got.returncode == code, (args, got.returncode, got.stdout[-2000:], got.stderr)
    return got


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, (path.name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def trial(*args):
    """What `policy try` says: [(minutes after the beginning, what, whom, how)] and the rest."""
    said = json.loads(policy("try", *CASE, "--conf", CONF, "--json", *args).stdout)
    return [(row["minutes"], row["what"], row["whom"], row["how"])
            for row in said["timeline"]], said


def rows(timeline, what):
    return [(at, whom) for at, did, whom, _how in timeline if did == what]


# policy check -----------------------------------------------------------------------------------

def test_the_shipped_folder_is_proved():
    said = policy("check", CONF).stdout
    assert "0 errors: " in said
    for name in ("complaint", "danger", "abroad", "mobile_group", "child", "ngo_first"):
        # a policy that no case reaches is a mistake of its rank
        assert int(re.search(rf"(?m)^{name}\s+(\d+) cases", said)[1]) > 0
    texts, cards = re.search(r"(\d+) texts say every state .*; (\d+) embassy cards", said).groups()
    assert int(texts) > 0 and int(texts) % 14 == 0 and int(cards) > 0


@pytest.mark.parametrize("key", ["state.night", "state.nocountry", "end.complaint"])
def test_a_state_without_a_text_is_refused(folder, key):
    po = folder / "po" / "ky.po"
    text = po.read_text(encoding="utf-8")
    # the whole entry, in both registers
    kept = [part for part in text.split("\n\n") if f'msgid "{key}"\n' not in part]
    assert len(kept) < len(text.split("\n\n"))
    po.write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    got = policy("check", folder, code=1)
    assert key in got.stderr and "ky" in got.stderr and "0 errors" not in got.stdout


def test_a_country_without_an_embassy_card_is_refused(folder):
    cards = folder / "cards" / "embassies.csv"
    lines = cards.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("embassy,UZ,TR,")]
    assert len(kept) == len(lines) - 1
    cards.write_text("".join(kept), encoding="utf-8")
    assert "no card of UZ's embassy in TR" in policy("check", folder, code=1).stderr


@pytest.mark.parametrize("file, old, new, says", [
    # what one file says of itself
    ("ngo_first.conf", "remind = 10; next = 15; operator = 20", "remind = 15; next = 15; operator = 20",
     "remind < next"),
    ("mobile_group.conf", 'yes = "police"; ', "", "never asked without the person's yes"),
    ("child.conf", "rank = 300", "rank = 900", "another has the same"),
    # what only the cases show
    ("child.conf", 'kinds = ["child"]; text = "child"; }', 'kinds = ["social"]; lead = "yes"; }',
     "child receivers are not first"),
    ("danger.conf", "after = 2;", "after = 30;", "danger waits too long"),
])
def test_a_faulty_policy_is_refused(folder, file, old, new, says):
    change(folder / "policies" / file, old, new)
    got = policy("check", folder, code=1)
    assert says in got.stderr and "0 errors" not in got.stdout


# policy try -------------------------------------------------------------------------------------

def test_a_night_in_aktau_without_a_yes_to_police():
    timeline, said = trial("--who", "man")
    assert said["policy"] == "mobile_group" and not said["night"]
    assert rows(timeline, "ask")[:2] == [(0, "ngo A"), (0, "social G")]
    # reminder, next and operator on the clocks of danger
    assert rows(timeline, "remind")[:2] == [(10, "ngo A"), (10, "social G")]
    assert rows(timeline, "ask")[2] == (15, "shelter C")
    assert rows(timeline, "operator") == [(20, "on duty")]
    assert timeline[-1][1] == "rest" and "with the operator" in timeline[-1][3]
    assert not [row for row in timeline if "police" in row[2]]
    shown = policy("try", *CASE, "--conf", CONF).stdout
    assert shown.splitlines()[0].startswith("policy mobile_group (") and "UTC+5:00" in shown
    assert re.search(r"(?m)^02:11 +ask +ngo A ", shown)
    assert re.search(r"(?m)^02:31 +operator +on duty ", shown)
    assert "never asked: police, embassies, " in shown
    assert "state.nobody once it is with the operator" in shown


def test_with_a_yes_police_are_asked_and_get_no_place_before_an_organisation():
    timeline, _said = trial("--police", "yes")
    asked = [row for row in timeline if row[1] == "ask" and "police" in row[2]]
    assert [row[:3] for row in asked] == [(0, "ask", "police I"), (15, "ask", "police J")]
    assert all("place once an organisation has accepted" in row[3] for row in asked)
    assert "never asked: embassies, " in policy("try", *CASE, "--conf", CONF, "--police", "yes").stdout


def test_it_ends_when_somebody_takes_it():
    timeline, _said = trial("--takes", "8")
    assert (8, "ngo A") in rows(timeline, "takes it")
    assert not rows(timeline, "operator") and not rows(timeline, "remind")
    assert timeline[-1][:2] == (8, "rest") and "taken" in timeline[-1][3]


def test_a_no_to_organisations_leaves_nobody():
    said = json.loads(policy("try", "--region", "KZ-75", "--ngo", "no", "--conf", CONF, "--json").stdout)
    assert [row["what"] for row in said["timeline"]] == ["rest"]
    assert policy("try", "--region", "Atlantis", "--conf", CONF, code=1).stdout == ""


# scripts/talk -----------------------------------------------------------------------------------

def test_a_talk_is_shown_as_two_phones_in_uzbek(tmp_path):
    page = tmp_path / "talk.html"
    words = ("yordam bering", "Qayerdasiz?", "aytmayman")
    for options, marks in (((), ("the person's phone", "receivers' phones", "Shelter A:")),
                           (("--html", str(page)), ())):
        got = subprocess.run([str(ROOT / "scripts" / "talk"), "danger", "--lang", "uz", *options],
                             capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                             timeout=300, cwd=ROOT)
        assert got.returncode == 0, (got.stdout[-2000:], got.stderr[-2000:])
        assert "FAILED" not in got.stdout
        for mark in marks:
            assert mark in got.stdout
        shown = page.read_text(encoding="utf-8") if options else got.stdout
        assert all(word in shown for word in words), shown[:3000]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_talk_that_fails_says_so(tmp_path):
    talk = tmp_path / "wrong.talk"
    talk.write_text("# SPDX-License-Identifier: GPL-3.0-or-later\nbearer sms\n> yordam\n< state.sent\n",
                    encoding="utf-8")
    got = subprocess.run([str(ROOT / "scripts" / "talk"), str(talk), "--lang", "uz"],
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                         timeout=300, cwd=ROOT)
    assert got.returncode == 1 and "FAILED" in got.stdout and "state.sent was expected" in got.stdout


# exceptions by country ----------------------------------------------------------------------------

TALKS = ROOT / "tests" / "talk" / "exceptions"
KG = 'exceptions = ["child", "danger"];\nexceptions_in = { KG = ["child"]; };'


def with_a_table(folder):
    change(folder / "policies" / "ngo_first.conf", 'exceptions = ["child", "danger"];', KG)


def test_each_countrys_table_is_proved(folder):
    with_a_table(folder)
    for tool in ("flow", "policy"):
        got = subprocess.run([str(CTL), tool, "check", str(folder)], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, check=False, timeout=240, cwd="/",
                             env={**os.environ, "SHYRAQ_CONF": "/nowhere/shyraq.conf"})
        assert got.returncode == 0 and "0 errors" in got.stdout, got.stderr
    # the words of one country's table alone are too long: they are measured, too
    po = folder / "po" / "ru.po"
    text = po.read_text(encoding="utf-8")
    longer = "Если это ребёнок, то мы обязательно скажем об этом тем, кто помогает детям, " \
        "и скажем сразу, и ещё раз"
    po.write_text(text.replace("Если это ребёнок - скажем", longer), encoding="utf-8")
    got = subprocess.run([str(CTL), "flow", "check", str(folder)], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL, check=False, timeout=240, cwd="/",
                         env={**os.environ, "SHYRAQ_CONF": "/nowhere/shyraq.conf"})
    assert got.returncode == 1 and "parts" in got.stderr, got.stderr


def test_kyrgyzstan_differs_from_kazakhstan(folder):
    with_a_table(folder)
    talks = sorted(str(path) for path in TALKS.glob("*.talk"))
    got = subprocess.run([str(ROOT / "scripts" / "talk-tests"), "--conf", str(folder), *talks],
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                         timeout=300, cwd=ROOT)
    assert got.returncode == 0 and ", 0 failed" in got.stdout, got.stdout[-3000:]
    # with one table for all it is another conversation
    got = subprocess.run([str(ROOT / "scripts" / "talk-tests"), str(TALKS / "kg.talk")],
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                         timeout=300, cwd=ROOT)
    assert got.returncode != 0 and "Если это ребёнок" in got.stdout, got.stdout[-3000:]
