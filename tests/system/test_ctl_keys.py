# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl keys: made once, made again, checked; who holds keys for words, and who no more."""
import os
import shutil
import subprocess
import threading

import pytest

from ctllib import (KEYS, keys_site, logins, run, run_json, start, still)  # noqa: F401
from sitelib import FIRST, PERSON, child


def test_keys(still, tmp_path):
    conf, folder = keys_site(still, tmp_path)
    assert "is no folder" in run(still, *conf, "keys", "status", conf=False, code=1).stderr
    run(still, *conf, "keys", "init", "--keyholder", "aigul", conf=False)
    assert "there already" in run(still, *conf, "keys", "init", conf=False, code=1).stderr
    got = run(still, *conf, "keys", "status", conf=False).stdout
    assert got.count("fits master.key") == len(KEYS) and got.count("belongs to its .key") == 2
    for path in folder.iterdir():
        assert path.read_text().strip() not in got
    whole = run_json(still, *conf, "keys", "status", conf=False)
    assert whole["wrong"] == 0
    assert {f["file"] for f in whole["files"]} == {p.name for p in folder.iterdir()}

    (folder / "master.key").unlink()                    # as on a host of the service
    assert run_json(still, *conf, "keys", "status", conf=False)["wrong"] == 0
    for name in (*KEYS, "log", "intake"):               # as on an operator's machine
        (folder / f"{name}.key").unlink()
    (folder / "aigul.key").unlink()
    assert run_json(still, *conf, "keys", "status", conf=False)["wrong"] == 0


@pytest.mark.parametrize("spoil,file,note", [
    (lambda d: shutil.copy(d / "code.key", d / "place.key"), "place.key", "does not fit"),
    (lambda d: (d / "inbox.key").chmod(0o640), "inbox.key", "open to others"),
    (lambda d: (d / "outbox.key").write_text("ab" * 31 + "\n"), "outbox.key", "64 hex"),
    (lambda d: (d / "person-seal.key").unlink(), "person-seal.key", "not here"),
    (lambda d: (d / "intake.pub").unlink(), "intake.pub", "not here"),
    (lambda d: shutil.copy(d / "code.key", d / "intake.pub"), "intake.pub", "does not belong"),
    (lambda d: ((d / "log.key").unlink(), (d / "log.key").symlink_to("code.key")),
     "log.key", ""),
])
def test_keys_wrong(still, tmp_path, spoil, file, note):
    conf, folder = keys_site(still, tmp_path)
    run(still, *conf, "keys", "init", conf=False)
    spoil(folder)
    whole = run_json(still, *conf, "keys", "status", conf=False, code=1)
    wrong = [f for f in whole["files"] if not f["ok"]]
    assert [f["file"] for f in wrong] == [file] and note in wrong[0]["note"]
    assert "WRONG" in run(still, *conf, "keys", "status", conf=False, code=1).stdout


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("left", ["person-lookup.key", "inbox.key", "log.key", "intake.key",
                                  "intake.pub", "master.key"])
def test_no_second_master(still, tmp_path, left):
    """The master was moved away, as it should be: what is left of the first keys refuses a second."""
    conf, folder = keys_site(still, tmp_path)
    run(still, *conf, "keys", "init", conf=False)
    for path in folder.iterdir():
        if path.name != left:
            path.unlink()
    before = contents(folder)
    got = run(still, *conf, "keys", "init", conf=False, code=1)
    assert f"{left} is there already" in got.stderr and "keys remake" in got.stderr
    assert contents(folder) == before


def test_another_holder_in_the_same_folder_is_no_hindrance(still, tmp_path):
    conf, folder = keys_site(still, tmp_path)
    folder.mkdir(mode=0o700)
    (folder / "aigul.pub").write_text("ab" * 32 + "\n")
    run(still, *conf, "keys", "init", conf=False)


def test_keys_remake(still, tmp_path):
    conf, folder = keys_site(still, tmp_path)
    run(still, *conf, "keys", "init", conf=False)
    before = contents(folder)
    for name in ("place", "person-seal"):
        (folder / f"{name}.key").unlink()
    safe = tmp_path / "safe.key"
    shutil.move(folder / "master.key", safe)
    got = run(still, *conf, "keys", "remake", conf=False, code=1)
    assert "master.key is no key file" in got.stderr and "--master" in got.stderr
    got = run(still, *conf, "keys", "remake", "--master", str(safe), conf=False)
    assert got.stdout.count("made again") == 3 and got.stdout.count("fits master.key") == 6
    assert "2 of 8 made again" in got.stdout
    del before["master.key"]
    assert contents(folder) == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    told = run_json(still, *conf, "keys", "remake", "--master", str(safe), conf=False)
    assert [f["note"] for f in told["files"]] == ["fits master.key"] * len(KEYS)


@pytest.mark.parametrize("spoil", [
    lambda d: shutil.copy(d / "code.key", d / "place.key"),
    lambda d: (d / "place.key").chmod(0o644),
    lambda d: (d / "place.key").write_text("x\n"),
])
def test_keys_remake_changes_nothing_that_is_there(still, tmp_path, spoil):
    conf, folder = keys_site(still, tmp_path)
    run(still, *conf, "keys", "init", conf=False)
    spoil(folder)
    (folder / "inbox.key").unlink()
    before = contents(folder)
    got = run(still, *conf, "keys", "remake", conf=False, code=1)
    assert "Nothing was written" in got.stderr and "place.key" in got.stdout
    assert contents(folder) == before


def add_holder(site, tmp_path, name, **more):
    path = tmp_path / f"{name}.pub"
    if not path.exists():
        shutil.copy(os.path.join(site.keys, "desk.pub"), path)
        path.chmod(0o600)
    return run(site, "keyholder", "add", "--name", name, "--public", str(path), **more)


def holders(site):
    return {h["name"]: h for h in run_json(site, "keys", "status")["holders"]}


def test_retire(make_site, logins, tmp_path):  # noqa: F811
    """Words after it are sealed to those who stay; the last one stays."""
    site = make_site()
    got = run(site, "keys", "retire", "desk", code=1)
    assert "last key holder" in got.stderr and holders(site)["desk"]["active"]
    add_holder(site, tmp_path, "aigul")
    assert "there already" in add_holder(site, tmp_path, "aigul", code=1).stderr
    assert "no key holder nobody" in run(site, "keys", "retire", "nobody", code=1).stderr
    got = run(site, "--login", "op1", "keys", "retire", "desk", code=1)
    assert "shyraq_supervisor" in got.stderr
    run(site, "--login", "sup1", "keys", "retire", "desk")
    assert "retired already" in run(site, "keys", "retire", "desk", code=1).stderr
    assert "last key holder" in run(site, "keys", "retire", "aigul", code=1).stderr
    told = holders(site)
    assert not told["desk"]["active"] and told["desk"]["retired"] and told["aigul"]["active"]
    shown = run(site, "--login", "op1", "keys", "status").stdout
    assert [line.split()[:2] for line in shown.splitlines()[-2:]] == [["desk", "no"], ["aigul", "yes"]]
    assert "there already" in add_holder(site, tmp_path, "desk", code=1).stderr
    site.phone(PERSON).ask(FIRST, "tinchmi")
    assert site.sql("SELECT DISTINCT k.name FROM epoch_box b "
                    "JOIN keyholder k ON k.id = b.keyholder_id") == "aigul"
    assert site.sql("SELECT what || ' ' || code FROM audit WHERE what LIKE 'key.%' ORDER BY id "
                    "OFFSET 1") == "key.added shyraq_owner\nkey.retired sup1"


def test_two_cannot_retire_the_last_two(still, tmp_path):  # noqa: F811
    """One retires `desk` and has not committed yet; who retires `aigul` just then waits, and sees it."""
    add_holder(still, tmp_path, "aigul")
    first = subprocess.Popen(["psql", still.conninfo("shyraq_owner"), "-qAt"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    try:
        first.stdin.write("BEGIN; UPDATE keyholder SET active = false WHERE name = 'desk';\n"
                          "SELECT 'held';\n")
        first.stdin.flush()
        assert first.stdout.readline() == "held\n"
        got = []
        second = threading.Thread(
            target=lambda: got.append(still.ctl("keys", "retire", "aigul", check=False)))
        second.start()
        second.join(0.3)
        assert got == []
        first.stdin.write("COMMIT;\n")
        first.stdin.close()
        second.join(10)
        assert got[0].returncode == 1 and "last key holder" in got[0].stderr
    finally:
        first.stdin.close()
        first.wait(10)
        first.stdout.close()
    assert still.sql("SELECT name FROM keyholder WHERE active") == "aigul"


def test_no_keyholder_yet(make_site, tmp_path):
    """Words that nobody could ever read are kept aside, and who wrote them is answered all the same."""
    site = make_site()
    site.sql("DELETE FROM keyholder")
    person = site.phone(PERSON)
    person.text(FIRST)
    person.expect("tinchmi")
    log = site.procs["worker1"].log_text
    assert "epoch.no_keyholder" in log() and "shyraqctl keyholder add" in log()
    assert site.count("casefile") == 1 and site.count("narrative") == 0
    row = site.sql("SELECT id FROM inbox WHERE state = 'aside' AND error = 'no key holder'")
    assert "keyholder add" in run(site, "queue", "retry", row, code=1).stderr
    add_holder(site, tmp_path, "aigul")
    person.text("1")
    person.expect("Qayerdasiz")
    run(site, "queue", "retry", row)
    assert site.wait_quiet() and site.count("narrative") == 1
    assert site.count("inbox WHERE state = 'aside'") == 0
    assert site.count("task WHERE kind = 'aside' AND done_at IS NULL") == 0