# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl for everybody: help, wrong usage, where the config is found, schema, completion, flows."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from ctllib import put_link, rows, run, run_json, still  # noqa: F401 (a fixture)
from sitelib import ROOT, SHELTER_A


# help, usage, where the config is found ------------------------------------------------------

def test_help_teaches(still):
    table = open(os.path.join(ROOT, "console", "ctl_table.c"), encoding="utf-8").read()
    assert set(rows(still)) == set(re.findall(r'^\t\{ "([a-z]+)", "([a-z-]*)"', table, re.M))
    assert len(rows(still)) >= 24
    for group, name in rows(still):
        words = [w for w in (group, name) if w]
        text = run(still, *words, "--help").stdout
        assert text.startswith(f"usage: shyraqctl {' '.join(words)}")
        assert "It needs " in text and max(len(line) for line in text.splitlines()) <= 82
        assert run(still, "help", *words).stdout == text
    assert "receiver import" in run(still, "receiver", "--help").stdout
    assert max(len(line) for line in run(still, "--help").stdout.splitlines()) <= 80


@pytest.mark.parametrize("args,said", [
    ((), "usage: shyraqctl"),
    (("frob",), "no command frob"),
    (("receiver",), "receiver wants one of these"),
    (("receiver", "frob"), "receiver has no command frob"),
    (("--frob", "status"), "unknown option --frob"),
    (("status", "--frob"), "unknown option --frob"),
    (("status", "now"), "too many words"),
    (("case", "show"), "something is missing"),
    (("case", "show", "x"), "x is no whole number"),
    (("queue", "retry", "0"), "0 is no whole number"),
    (("queue", "--failed", "--refused"), "--failed stands alone"),
    (("queue", "--failed=yes"), "takes no value"),
    (("receiver", "add", "--name"), "--name needs a value"),
    (("receiver", "add", "--name", "A", "--name", "B"), "--name is given twice"),
    (("receiver", "add", "--name", "A"), "receiver add needs"),
    (("receiver", "suspend", "a\nb"), "not the name"),
    (("receiver", "suspend", "A", "--contact", "x"), "x is no whole number"),
    (("receiver", "suspend", "A", "--contact", "-"), "on standard input"),
    (("case", "hold", "1"), "needs --reason"),
    (("case", "hold", "1", "--reason", "x"), "needs --reason"),
    (("audit", "verify", "--head", "12"), "--head: N:HASH"),
    (("keyholder", "add", "--name", "a"), "needs --name and --public"),
    (("keys", "init", "--keyholder", "../x"), "letters, digits"),
    (("keys", "init", "--keyholder", "master"), "none of the service's own names"),
    (("pause", "all", "m1"), "\"all\" stands alone"),
    (("pause", "danger", "m1"), "first the link"),
    (("modem", "ussd", "m1", "*1;"), "digits, * # and +"),
    (("modem", "ussd", "m1", "1" * 65), "1 to 64"),
    (("--login", "a'b", "status"), "not the name of a login"),
])
def test_wrong_usage(still, args, said):
    got = run(still, *args, code=2)
    assert said in got.stderr and got.stdout == ""
    if args:
        assert said in run_json(still, *args, code=2)["error"]


@pytest.mark.parametrize("option,value,said", [
    ("--kind", "hotel", "kind: allowed are shelter"),
    ("--lang", "de", "lang: allowed are kk"),
    ("--region", "kz", "regions: allowed are"),
    ("--region", "KZ-47/KZ", "regions: allowed are"),
    ("--number", "112", "number: not a number"),
    ("--number", "7.702E+10", "number: not a number"),
    ("--order", "first", "order: allowed is"),
    ("--name", "x" * 64, "name: longer"),
    ("--name", "two\nlines", "name: missing, or"),
])
def test_receiver_values(still, option, value, said):
    given = {"--name": "Shelter A", "--kind": "ngo", "--region": "KZ-47 KZ", "--lang": "ru",
             "--number": SHELTER_A, option: value}
    got = run(still, "receiver", "add", *[w for pair in given.items() for w in pair], code=2)
    assert said in got.stderr


def test_config_is_found(still, tmp_path):
    """-c, else $SHYRAQ_CONF, else ./var/shyraq.conf, else the site's; errors say which."""
    clean = {"SHYRAQ_CONF": ""}
    (tmp_path / "var").mkdir()
    for env, cwd in (({"SHYRAQ_CONF": still.conf}, "/"), (clean, tmp_path)):
        if cwd == tmp_path:
            shutil.copy(still.conf, tmp_path / "var" / "shyraq.conf")
        assert run_json(still, "receiver", "list", conf=False, env=env, cwd=cwd) == []
    got = run(still, "status", conf=False, cwd="/", env={"SHYRAQ_CONF": "/nowhere/x"}, code=1)
    assert "/nowhere/x" in got.stderr and "are tried" in got.stderr
    if not os.path.exists("/etc/shyraq/shyraq.conf"):
        got = run(still, "status", conf=False, cwd="/", env=clean, code=1)
        assert "/etc/shyraq/shyraq.conf" in got.stderr
    assert "/nowhere/y" in run_json(still, "-c", "/nowhere/y", "status", code=1)["error"]


# the schema ----------------------------------------------------------------------------------

def test_db(still):
    steps = run_json(still, "db", "status")
    assert [s["step"] for s in steps][:1] == ["001_schema"] and all(s["done"] for s in steps)
    assert run(still, "db", "status").stdout.count(" done\n") == len(steps)
    assert run_json(still, "db", "migrate") == {"steps_run": 0, "steps": len(steps)}
    assert "up to date: 0 of" in run(still, "db", "migrate").stdout

    last = steps[-1]["step"]
    still.sql(f"DELETE FROM schema_step WHERE name = '{last}'")
    got = run(still, "db", "status", code=1)
    assert re.search(rf"{last} +NOT DONE", got.stdout) and "run `shyraqctl db migrate`" in got.stderr
    assert run_json(still, "db", "status", code=1)[-1] == {"step": last, "done": False}

    still.sql(f"INSERT INTO schema_step VALUES ('{last}'), ('999_future')")
    assert "999_future" in run(still, "db", "migrate", code=1).stderr
    assert "newer" in run_json(still, "db", "migrate", code=1)["error"]


def test_database_away(still, tmp_path):
    conf = tmp_path / "away.conf"
    text = open(still.conf, encoding="utf-8").read()
    conf.write_text(text.replace(f"dbname={still.db} user=shyraq_owner",
                                 "dbname=nowhere user=shyraq_owner"))
    for args, code in ((("queue",), 1), (("status",), 2), (("db", "migrate"), 1)):
        got = run(still, "-c", str(conf), *args, conf=False, code=code)
        assert "not to be had" in got.stderr and str(conf) in got.stderr
    assert "not to be had" in run_json(still, "-c", str(conf), "status", conf=False,
                                       code=2)["error"]


# completion ----------------------------------------------------------------------------------

def complete(site, line):
    script = f"""
        PATH="{site.bin}:$PATH"
        . "{ROOT}/conf/completion/shyraqctl.bash"
        COMP_WORDS=({line})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _shyraqctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    got = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False,
                         timeout=30, env={**os.environ, **site.env, "SHYRAQ_CONF": site.conf})
    assert got.stderr == ""
    return set(got.stdout.split("\n")) - {""}


def test_completion(still):
    groups = {g for g, _ in rows(still)}
    assert complete(still, 'shyraqctl ""') - {"help"} == groups
    for group in groups:
        assert {n for g, n in rows(still) if g == group and n} <= complete(
            still, f'shyraqctl {group} ""') or group in ("pause", "resume", "status")
    for words in (("receiver", "add"), ("receiver", "import"), ("queue",), ("keys", "init"),
                  ("keyholder", "add"), ("modem", "drain"), ("receiver", "suspend"),
                  ("keys", "remake"), ("case", "hold"), ("audit", "verify"), ("job", "list"),
                  ("job", "answer"), ("policy", "check"), ("policy", "try")):
        taught = set(re.findall(r"--[a-z-]+", run(still, *words, "--help").stdout.split("\n\n")[0]))
        assert taught <= complete(still, f'shyraqctl {" ".join(words)} --')
    put_link(still, "m1")
    still.sql("INSERT INTO receiver (name, kind, lang, regions) "
              "VALUES ('Shelter A', 'ngo', 'ru', 'KZ'), ('Sun', 'ngo', 'ru', 'KZ')")
    assert complete(still, 'shyraqctl pause ""') == {
        "all", "ussd", "danger", "referral", "reply", "info", "campaign", "m1"}
    assert complete(still, 'shyraqctl modem ussd ""') == {"m1"}
    assert complete(still, "shyraqctl receiver suspend Sh") == {"Shelter\\ A"}
    still.sql("INSERT INTO contact (receiver_id, hash, number) "
              "SELECT id, decode(md5(name), 'hex'), 'x' FROM receiver")
    ids = set(still.sql("SELECT id FROM contact").split("\n"))
    assert complete(still, "shyraqctl receiver suspend Sun --contact \"\"") == ids | {"-"}
    assert complete(still, "shyraqctl keys retire \"\"") == {"desk"}
    still.sql("INSERT INTO casefile (id, class, lang, bearer) VALUES (7, 'other', 'ru', 0)")
    number = still.sql("SELECT number FROM casefile")
    assert complete(still, "shyraqctl case hold \"\"") == {number}
    assert complete(still, "shyraqctl case release \"\"") == set()
    still.sql("INSERT INTO legal_hold (case_id, reason) VALUES (7, 'court')")
    assert complete(still, "shyraqctl case release \"\"") == {number}
    assert complete(still, f"shyraqctl -c {still.conf} receiver add --kind sh") == {"shelter"}
    assert complete(still, "shyraqctl receiver add --lang k") == {"kk", "ky"}


# flows ---------------------------------------------------------------------------------------

def test_flow_check(still, tmp_path):
    whole = run_json(still, "flow", "check")
    assert whole["errors"] == 0 and whole["texts"] > 50
    said = run(still, "flow", "check").stdout
    assert re.search(rf"^0 errors, {whole['texts']} texts, no banned word in a cover text$", said, re.M)
    assert re.search(rf"^{whole['unsigned']} texts are drafts", said, re.M)
    assert {f.stem for f in pathlib.Path(ROOT, "conf", "flows").glob("*.conf")} <= set(
        re.findall(r"^([a-z]+), version \d+ ", said, re.M))
    folder = tmp_path / "conf"
    shutil.copytree(os.path.join(ROOT, "conf"), folder)
    (folder / "flows" / "help.conf").write_text("nonsense = ;\n")
    got = run(still, "flow", "check", str(folder), code=1)
    assert "help.conf:1" in got.stderr
    assert "help.conf:1" in run_json(still, "flow", "check", str(folder), code=1)["error"]
