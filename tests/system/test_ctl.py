# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl: every command for people and as JSON, bad input, and what each group role may do."""
import json
import os
import pty
import re
import shutil
import subprocess
import threading
import time

import pytest

from sitelib import (FIRST, PERSON, ROOT, SHELTER_A, SHELTER_B, Site, child, five_answers,
                     referral_of)

KEYS = ("person-lookup", "person-seal", "receiver-lookup", "receiver-seal", "place", "outbox",
        "code", "inbox")
HEAD = "name,kind,regions,lang,number,order,vetted\n"
LOGINS = {"op1": "shyraq_operator", "cw1": "shyraq_caseworker", "sup1": "shyraq_supervisor",
          "aud1": "shyraq_auditor", "out1": None}


def run(site, *args, code=0, env=None, cwd=None, conf=True):
    """The program as a person would start it; its exit status must be `code`."""
    argv = [os.path.join(site.bin, "shyraqctl")] + (["-c", site.conf] if conf else []) + list(args)
    got = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         check=False, timeout=60, cwd=cwd,
                         env={**os.environ, **site.env, **(env or {})})
    assert got.returncode == code, (args, got.returncode, got.stdout, got.stderr)
    for number in (PERSON, SHELTER_A, SHELTER_B):
        assert number[1:] not in got.stdout + got.stderr
    return got


def run_json(site, *args, code=0, **more):
    """One JSON value on stdout and nothing else."""
    return json.loads(run(site, *args, "--json", code=code, **more).stdout)


@pytest.fixture(scope="module")
def desk(base):
    """A running site that the tests of this file share; none of them breaks it."""
    site = Site(base)
    try:
        yield site.up()
        site.assert_no_leaks()
    finally:
        site.close()


@pytest.fixture
def still(make_site):
    """A site of which nothing runs but the database."""
    return make_site(start=False)


@pytest.fixture(scope="module")
def logins(base):
    for name, role in LOGINS.items():
        base.cluster.psql(f"CREATE ROLE {name} LOGIN" + (f" IN ROLE {role}" if role else ""))
    yield LOGINS
    for name in LOGINS:
        base.cluster.psql(f"DROP ROLE {name}")


def start(site, *names):
    for name in names:
        site.procs[name].start()
    for name in names:
        site.procs[name].wait_ready()


def csv(tmp_path, text, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


# help, usage, where the config is found ------------------------------------------------------

def rows(site):
    """(group, name) of every command, as --help lists them."""
    found = re.findall(r"^  ([a-z]+)(?: ([a-z-]+))?  +\S", run(site, "--help").stdout, re.M)
    return [(g, n) for g, n in found if g != "c"]


def test_help_teaches(still):
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
    ("--region", "KZ-47,KZ", "regions: allowed are"),
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


# keys ----------------------------------------------------------------------------------------

def keys_site(still, tmp_path):
    conf = tmp_path / "keys.conf"
    text = open(still.conf, encoding="utf-8").read()
    conf.write_text(text.replace(f'keys_dir = "{still.keys}"', f'keys_dir = "{tmp_path}/keys"'))
    return ["-c", str(conf)], tmp_path / "keys"


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


# receivers -----------------------------------------------------------------------------------

def receivers(site):
    return {r["name"]: r for r in run_json(site, "receiver", "list")}


def test_receiver_add(desk):
    assert receivers(desk)["Shelter A"]["phones"] == 1
    got = run(desk, "receiver", "add", "--name", "Центр С", "--kind", "shelter", "--region", "UZ",
              "--lang=uz", "--number", "+998901230001", "--order=-2")
    assert got.stdout == "stored\n"
    desk.remember("+998901230001", "")
    made = receivers(desk)["Центр С"]
    assert made["regions"] == "UZ" and made["order"] == -2 and not made["vetted"]
    assert re.search(r"Центр С +shelter +uz +UZ +yes +1 +no", run(desk, "receiver", "list").stdout)


def test_receiver_import(desk, tmp_path):
    numbers = ["+77020000201", "+77020000202", "+77020000203"]
    for number in numbers:
        desk.remember(number, "")
    before = receivers(desk)
    path = csv(tmp_path, HEAD + f"Приют М,ngo,KZ-47 KZ,ru,{numbers[0]},3,yes\n"
               f"Приют М,ngo,KZ-47 KZ,ru,{numbers[1]},3,yes\n"
               f'"Дом, N",shelter,*,kk,{numbers[2]},,\n')
    dry = run(desk, "receiver", "import", path)
    assert "3 rows are right" in dry.stdout and "nothing was written" in dry.stdout
    assert run_json(desk, "receiver", "import", path) == {
        "rows": 3, "known": 0, "errors": [], "written": False}
    assert receivers(desk) == before
    done = run_json(desk, "receiver", "import", path, "--yes")
    assert done["state"] == "done" and done["answer"] == "3 stored"
    made = receivers(desk)
    assert made["Приют М"]["phones"] == 2 and made["Приют М"]["vetted"]
    assert made["Дом, N"]["phones"] == 1 and not made["Дом, N"]["vetted"]
    assert run_json(desk, "receiver", "import", path)["known"] == 3


@pytest.mark.parametrize("text,line,said", [
    (HEAD + "A,ngos,KZ,ru,+77020000211,0,yes\n", 2, "kind: allowed"),
    (HEAD + "\n\nA,ngo,KZ,ru,77.02,0,yes\n", 4, "number: not a number"),
    (HEAD + '"A\nB",ngo,KZ,ru,+77020000211,0,yes\nC,ngo,KZ,de,+77020000212,0,yes\n', 4, "lang"),
    (HEAD + "A,ngo,KZ,ru,+77020000211,0\n", 2, "6 fields, 7 expected"),
    (HEAD + "A,ngo,KZ,ru,+77020000211,0,maybe\n", 2, "vetted: allowed"),
    (HEAD + "A,ngo,KZ,ru,+77020000211,0,yes\nB,ngo,KZ,ru,8 702 000 02 11,0,yes\n", 3,
     "the same as in line 2"),
    (HEAD + "A,ngo,KZ,ru,+77020000211,0,yes\nA,ngo,UZ,ru,+77020000212,0,yes\n", 3,
     "with other values"),
    (HEAD + 'A,ngo,KZ,ru,"+77020000211,0,yes\n', 2, "nothing closes"),
    (HEAD + 'A,n"go",KZ,ru,+77020000211,0,yes\n', 2, "quotation mark"),
    (HEAD.encode() + "Приют".encode("cp1251") + b",ngo,KZ,ru,+77020000211,0,yes\n", 2, "UTF-8"),
    (HEAD + "A\0,ngo,KZ,ru,+77020000211,0,yes\n", 2, "not UTF-8"),
    ("name,kind,regions,lang\nA,ngo,KZ,ru\n", 1, "number is missing"),
    ("name,kind,regions,lang,phone\nA,ngo,KZ,ru,1\n", 1, "column 5 is unknown"),
    ("A,ngo,KZ,ru,+77020000211,0,yes\n", 1, "column 1 is unknown"),
    (HEAD, 1, "no rows"),
    ("", 1, "no rows"),
    (HEAD + "".join(f"R{i},ngo,KZ,ru,+7702001{i:04d},0,yes\n" for i in range(501)), 502,
     "more than 500"),
    (b"x" * 1_100_000, 0, "over 1 MiB"),
], ids=range(18))
def test_import_mistakes(still, tmp_path, text, line, said):
    path = csv(tmp_path, text)
    got = run(still, "receiver", "import", path, "--yes", code=1)
    where = f"line {line}: " if line else "the file: "
    assert re.search(rf"^{where}.*{re.escape(said)}", got.stderr, re.M), got.stderr
    assert "nothing was written" in got.stderr and "770200" not in got.stderr
    told = run_json(still, "receiver", "import", path, code=1)
    assert not told["written"] and line in [e["line"] for e in told["errors"]]
    assert still.count("intake") == 0


def test_import_all_mistakes_at_once(still, tmp_path):
    """A spreadsheet's file: a byte order mark, semicolons, CR LF."""
    path = csv(tmp_path, "\ufeff" + ("name;kind;regions;lang;number\r\n"
               "A;ngo;KZ;ru;+77020000211\r\nB;ngo;;ru;+77020000212\r\n"
               "C;ngo;KZ;;+77020000213\r\nD;ngo;KZ;ru;\r\n"))
    told = run_json(still, "receiver", "import", path, code=1)
    assert [e["line"] for e in told["errors"]] == [3, 4, 5] and told["mistakes"] == 3
    assert "cannot" in run(still, "receiver", "import", str(tmp_path), code=1).stderr \
        or "directory" in run(still, "receiver", "import", str(tmp_path), code=1).stderr
    assert "No such file" in run(still, "receiver", "import", "/nowhere.csv", code=1).stderr


def test_import_all_or_none(make_site, tmp_path):
    """The database refuses the second of three: none is stored, who asked is told, the rest goes on."""
    site = make_site(start=False)
    site.sql("""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.name = 'Poison' THEN
                RAISE EXCEPTION 'poison' USING ERRCODE = '22023';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER poison BEFORE INSERT ON receiver FOR EACH ROW EXECUTE FUNCTION poison();
    """)
    start(site, "dispatch")
    rows_of = [f"{n},ngo,KZ,ru,+7702000022{i},0,yes\n"
               for i, n in enumerate(("First", "Poison", "Third"))]
    for i in range(3):
        site.remember(f"+7702000022{i}", "")
    path = csv(tmp_path, HEAD + "".join(rows_of))
    error = run_json(site, "receiver", "import", path, "--yes", code=1)["error"]
    assert "22023" in error and "nothing was kept" in error
    assert site.count("receiver") == 0 and site.count("contact") == 0
    assert site.sql("SELECT state, octet_length(box) FROM intake") == "refused|0"
    path = csv(tmp_path, HEAD + rows_of[0] + rows_of[2], "good.csv")
    assert run_json(site, "receiver", "import", path, "--yes")["answer"] == "2 stored"
    assert site.sql("SELECT string_agg(name, ' ' ORDER BY id) FROM receiver") == "First Third"


def test_nobody_opens_the_intake(still):
    """Without dispatch it is kept, and said so; a dispatch that comes stores it."""
    still.remember(SHELTER_A, "")
    got = run(still, "receiver", "add", "--name", "Shelter A", "--kind", "ngo", "--region",
              "KZ", "--lang", "ru", "--number", SHELTER_A, code=1)
    assert "no shyraq-dispatch leads" in got.stderr and "kept" in got.stderr
    start(still, "dispatch")
    still.wait_sql("SELECT name FROM receiver", "Shelter A")


def test_intake_of_another_key(make_site, tmp_path):
    site = make_site(start=False)
    start(site, "dispatch")
    conf, _ = keys_site(site, tmp_path)
    site.ctl("-c", conf[1], "keys", "init")
    got = run(site, *conf, "queue", "retry", "1", conf=False, code=1)
    assert "another intake.pub" in got.stderr


def test_suspend_moves_the_ladder(make_site):
    site = make_site()
    person, a, b = site.phone(PERSON), site.phone(SHELTER_A), site.phone(SHELTER_B)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    assert run(site, "receiver", "suspend", "Shelter A").stdout == "suspended\n"
    _, code_b = referral_of(b.expect("№")["text"])
    assert not receivers(site)["Shelter A"]["active"]
    a.text(f"1 {code}")                 # a phone in strange hands takes nothing
    site.wait_sql("SELECT count(*) FROM inbox", 7)
    assert site.sql("SELECT state FROM casefile ORDER BY id LIMIT 1") == "referred"
    b.text(f"1 {code_b}")
    b.expect(rf"№{case} .*\d\d:\d\d")
    assert run(site, "receiver", "suspend", "Shelter B").stdout.startswith(
        "suspended; it has taken 1")
    tasks = run_json(site, "task", "list")
    assert [(t["kind"], t["case"]) for t in tasks if t["kind"] == "receiver_suspended"] == \
        [("receiver_suspended", int(case))]
    assert run_json(site, "receiver", "resume", "Shelter A")["answer"] == "active again"
    assert receivers(site)["Shelter A"]["phones"] == 1
    got = run(site, "receiver", "suspend", "Nobody", code=1)
    assert "no receiver of this name" in got.stderr
    assert site.sql("SELECT what || ' ' || code FROM audit WHERE what LIKE 'receiver.%' "
                    "ORDER BY id DESC LIMIT 1") == "receiver.active shyraq_owner"


# what waits, what failed ---------------------------------------------------------------------

def test_queue_retry_of_a_text(make_site):
    site = make_site()
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.wait_quiet()
    site.sims["m1"].order("fault", name="cms", code=1, count=1)   # the network refuses for good
    site.advance(1.1)
    site.wait_sql("SELECT state FROM outbox WHERE contact_id IS NOT NULL", "refused")
    a.silence(0.5)
    failed = run_json(site, "queue", "--failed")
    assert [(f["receiver"], f["state"], f["error"]) for f in failed] == \
        [("Shelter A", "refused", 1)]
    assert "Shelter A" in run(site, "queue", "--failed").stdout
    text = str(failed[0]["id"])
    assert run(site, "queue", "retry", text).stdout == "due again\n"
    a.expect("№")                       # the same words, kept sealed meanwhile
    site.wait_sql(f"SELECT state IN ('sent', 'delivered') FROM outbox WHERE id = {text}", "t")
    assert "it has not failed" in run(site, "queue", "retry", text, code=1).stderr
    assert site.sql("SELECT text IS NULL FROM outbox WHERE contact_id IS NOT NULL") == "t"

    answer = site.sql("SELECT max(id) FROM outbox WHERE peer_id IS NOT NULL")
    site.sql(f"UPDATE outbox SET state = 'failed' WHERE id = {answer}")
    before = len(person.all())
    error = run_json(site, "queue", "retry", answer, code=1)["error"]
    assert "person" in error and "S1" in error
    assert site.sql(f"SELECT state FROM outbox WHERE id = {answer}") == "failed"
    assert len(person.all()) == before
    assert "no text and no message" in run(site, "queue", "retry", "999999999", code=1).stderr
    counts = {q["state"]: q["count"] for q in run_json(site, "queue")}
    assert counts["failed"] == 1 and re.search(r"^failed +1", run(site, "queue").stdout, re.M)


def test_queue_retry_to_a_suspended_receiver(make_site):
    site = make_site()
    site.sql("""INSERT INTO outbox (id, contact_id, key, text, priority, state)
                SELECT 77, id, 'ref.first', 'x', 2, 'failed' FROM contact LIMIT 1""")
    run(site, "receiver", "suspend", site.sql(
        "SELECT r.name FROM receiver r JOIN contact k ON k.receiver_id = r.id "
        "JOIN outbox o ON o.contact_id = k.id WHERE o.id = 77"))
    assert "suspended" in run(site, "queue", "retry", "77", code=1).stderr


def poison(site):
    site.sql("""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'poison' USING ERRCODE = '22023';
        END $$;
        CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON session
            FOR EACH ROW EXECUTE FUNCTION poison();
    """)


def test_queue_retry_of_a_message(make_site):
    """A message that was refused is read again once the cause is mended; nothing is answered."""
    site = make_site()
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    site.wait_quiet()
    poison(site)
    person.text("1")
    site.wait_sql("SELECT state FROM inbox ORDER BY id DESC LIMIT 1", "refused")
    listed = run_json(site, "queue", "--refused")
    assert len(listed) == 1 and listed[0]["state"] == "refused" and listed[0]["link"] == "m1"
    assert run_json(site, "queue", "--put-aside") == []
    message = str(listed[0]["id"])
    site.sql(f"UPDATE inbox SET peer_id = NULL WHERE id = {message}")
    assert "only shown" in run(site, "queue", "retry", message, code=1).stderr

    site.sql(f"UPDATE inbox SET peer_id = (SELECT id FROM peer) WHERE id = {message}")
    assert "22023" in run(site, "queue", "retry", message, code=1).stderr
    assert site.sql(f"SELECT state FROM inbox WHERE id = {message}") == "refused"
    site.sql("DROP TRIGGER poison ON session")
    assert "taken" in run(site, "queue", "retry", message).stdout
    assert site.sql(f"SELECT state, sealed IS NULL FROM inbox WHERE id = {message}") == "done|t"
    assert site.sql("SELECT code FROM case_answer WHERE slot = 'calm'") == "yes"
    assert run_json(site, "task", "list") == []
    person.silence(1)
    assert "it was not refused" in run(site, "queue", "retry", message, code=1).stderr
    person.ask("jetiboy", "Qayerdasiz|nima bo'ldi")     # the conversation goes on from there


def test_no_retry_behind_a_newer_message(make_site):
    site = make_site()
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    site.wait_quiet()
    poison(site)
    person.text("2")
    site.wait_sql("SELECT state FROM inbox ORDER BY id DESC LIMIT 1", "refused")
    site.sql("DROP TRIGGER poison ON session")
    person.ask("1", "Qayerdasiz")
    site.sql("UPDATE inbox SET peer_id = (SELECT id FROM peer) WHERE state = 'refused'")
    message = site.sql("SELECT id FROM inbox WHERE state = 'refused'")
    error = run_json(site, "queue", "retry", message, code=1)["error"]
    assert "written since" in error
    assert site.sql("SELECT code FROM case_answer WHERE slot = 'calm'") == "yes"


def test_put_aside_and_tasks(make_site):
    site = make_site()
    site.phone("+77010000061").text("yordam bering", alphabet="8bit")
    site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'aside'", 1)
    listed = run_json(site, "queue", "--put-aside")
    assert [m["error"] for m in listed] == ["data"] and "data" in run(
        site, "queue", "--put-aside").stdout
    assert run_json(site, "queue", "--refused") == []
    assert "only shown" in run(site, "queue", "retry", str(listed[0]["id"]), code=1).stderr
    tasks = run_json(site, "task", "list")
    mine = [t for t in tasks if t["message"] == listed[0]["id"]]
    assert len(mine) == 1 and mine[0]["kind"] == "aside"
    assert run(site, "task", "done", str(mine[0]["id"])).stdout == "done\n"
    assert mine[0] not in run_json(site, "task", "list")
    assert "no open task" in run(site, "task", "done", str(mine[0]["id"]), code=1).stderr


def test_case(make_site):
    site = make_site()
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    listed = run_json(site, "case", "list")
    assert [str(c["number"]) for c in listed] == [case] and listed[0]["state"] == "taken"
    whole = run_json(site, "case", "show", case)
    answers = {x["question"]: x["answer"] for x in whole["answers"]}
    assert answers["region"] == "KZ-47" and answers["ngo"] == "yes"
    assert whole["taken_by"] == "Shelter A" and whole["taken"] is not None
    assert [r["state"] for r in whole["referrals"]] == ["accepted"]
    assert [c["kind"] for c in whole["consents"]] == ["ngo"] and whole["tasks"] == []
    shown = run(site, "case", "show", f"№{case}").stdout
    assert "taken by" not in shown.splitlines()[0] and "by Shelter A" in shown
    for words in (FIRST, "jetiboy", code, PERSON[1:], SHELTER_A[1:]):
        assert words not in shown and words not in json.dumps(whole)
    assert "no case" in run(site, "case", "show", "99", code=1).stderr


# links ---------------------------------------------------------------------------------------

def put_link(site, name="m1", usable=True, state="ready", age=0, **more):
    values = {"link": f"'{name}'", "daemon": "'site1'", "state": f"'{state}'",
              "usable": str(usable).lower(), "signal": "80", "slots_all": "20",
              "number": "'+77000000001'",
              "told_at": f"shyraq_now() - interval '{age} s'",
              **{k: str(v) for k, v in more.items()}}
    site.sql(f"INSERT INTO link_state ({', '.join(values)}) VALUES ({', '.join(values.values())}) "
             f"ON CONFLICT (link) DO UPDATE SET {', '.join(f'{k} = excluded.{k}' for k in values)}")


def answer_orders(site, text="done", ok=True):
    """Stands for dispatch and daemon: answers the next order."""
    def answer():
        child.wait_for(lambda: site.sql(
            f"UPDATE link_order SET said_at = shyraq_now(), done_at = shyraq_now(), ok = {ok}, "
            f"answer = $x${text}$x$ WHERE done_at IS NULL RETURNING id"), 10, 0.02)
    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_modem_list(still):
    assert run_json(still, "modem", "list") == []
    assert "no daemon" in run(still, "modem", "list").stdout
    put_link(still, "m1", received=12, waiting=3)
    put_link(still, "m2", usable=False, state="no registration")
    put_link(still, "m3", age=100)
    listed = run_json(still, "modem", "list")
    assert [m["link"] for m in listed] == ["m1", "m2", "m3"] and listed[0]["received"] == 12
    shown = run(still, "modem", "list").stdout
    assert re.search(r"^m1 +ready +80% +12 +0 +3 +0/20", shown, re.M)
    assert "no registration" in shown and "silent" in shown


@pytest.mark.parametrize("args,row", [
    (("pause", "all"), "pause||0|"),
    (("pause", "campaign"), "pause||6|"),
    (("pause", "ussd"), "pause||1|"),
    (("pause", "m1"), "pause|m1|0|"),
    (("pause", "m1", "danger"), "pause|m1|2|"),
    (("resume", "info"), "resume||5|"),
    (("modem", "drain", "m1"), "drain|m1|0|"),
    (("modem", "drain", "m1", "--off"), "undrain|m1|0|"),
    (("modem", "ussd", "m1", "*100#"), "ussd|m1|0|*100#"),
])
def test_order_is_written_and_answered(still, args, row):
    put_link(still)
    for words, as_json in ((args, False), (args + ("--json",), True)):
        answering = answer_orders(still, "Баланс: 12 тг\n\x1b[31m")
        got = run(still, *words)
        answering.join()
        if as_json:
            told = json.loads(got.stdout)
            assert told["ok"] is True and told["answer"].startswith("Баланс: 12 тг")
        else:
            assert "Баланс: 12 тг" in got.stdout and "\x1b" not in got.stdout
        assert still.sql("SELECT kind, link, class, text FROM link_order "
                         "ORDER BY id DESC LIMIT 1") == row
    answering = answer_orders(still, "the modem is gone", ok=False)
    assert "not done: the modem is gone" in run(still, *args, code=1).stderr
    answering.join()


def test_order_that_nobody_takes(still):
    put_link(still)
    got = run(still, "pause", "all", code=1)
    assert "kept" in got.stderr and still.count("link_order") == 1
    still.sql("DELETE FROM link_order")
    got = run(still, "modem", "ussd", "m1", "*100#", code=1)
    assert "taken back" in got.stderr and still.count("link_order") == 0
    assert "no link m9; there are: m1" in run(still, "pause", "m9", code=2).stderr
    start(still, "dispatch")            # no daemon
    got = run(still, "pause", "campaign", code=1)
    assert "no daemon is up" in got.stderr
    assert still.sql("SELECT class, drain FROM link_pause") == "6|f"


def tells_links(site):
    return child.wait_for(lambda: run_json(site, "modem", "list"), 12, 0.25)


def test_pause_within_a_second(make_site):
    """Over the real daemon: what is paused is not sent, and goes when it is resumed."""
    site = make_site()
    assert tells_links(site)
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.wait_quiet()
    for args in (("pause", "referral"), ("resume", "referral"), ("pause", "m1", "referral")):
        begun = time.monotonic()
        assert run_json(site, *args)["ok"]
        assert time.monotonic() - begun < 1
    site.advance(1.1)
    a.silence(2)
    assert "held now: campaign, m1 referral" in run(site, "pause", "campaign").stdout
    assert "nothing is paused" in run(site, "resume", "all").stdout
    a.expect("№")


def test_drain_over_the_daemon(make_site):
    site = make_site(sims=2)
    assert tells_links(site)
    assert "held now: m1 (drained)" in run(site, "modem", "drain", "m1").stdout
    assert child.wait_for(lambda: run_json(site, "modem", "list")[0]["state"] == "drained", 5, 0.1)
    assert run_json(site, "modem", "drain", "m1", "--off")["ok"]
    assert child.wait_for(lambda: run_json(site, "modem", "list")[0]["usable"], 5, 0.1)


def test_ussd_over_the_daemon(make_site):
    site = make_site()
    assert tells_links(site)
    network = site.sim("m1")
    network.order("follow")

    def answer():
        for _ in range(20):
            event = network.event(10)
            if event is not None and event.get("event") == "ussd":
                network.order("ussd", text="Balance: 1234 KZT\n", mode=0)
                return
    answering = threading.Thread(target=answer)
    answering.start()
    try:
        assert "Balance: 1234 KZT" in run(site, "modem", "ussd", "m1", "*100#").stdout
    finally:
        answering.join()
        network.close()


# status --------------------------------------------------------------------------------------

def needs(site, code=1):
    return " | ".join(run_json(site, "status", code=code)["needs"])


def test_status(make_site):
    site = make_site(start=False)
    put_link(site)
    assert "no shyraq-dispatch leads" in needs(site) and "no shyraq-worker" in needs(site)
    start(site, "m1", "daemon", "worker1", "dispatch")
    assert child.wait_for(lambda: well(site), 30, 0.2), needs(site)
    whole = run_json(site, "status")
    assert whole["needs"] == [] and whole["links"][0]["state"] == "ready"
    assert whole["service"]["dispatch"] == "dispatch1" and whole["service"]["workers"] == 1
    shown = run(site, "status").stdout
    assert shown.startswith("Shyraq: all is well") and "worker1" in shown

    for sql, said in [
        ("INSERT INTO link_pause VALUES ('', 2, false, 'x')", "texts are held back"),
        ("INSERT INTO task (kind) VALUES ('danger')", "open tasks: 1"),
        ("INSERT INTO inbox (id, link, t0, state) VALUES (1, 'm1', shyraq_now(), 'aside')",
         "refused or put aside since yesterday: 1"),
        ("""INSERT INTO outbox (id, peer_id, key, priority, state, submit_by, settled_at)
            VALUES (1, 1, 'x', 3, 'expired', shyraq_now(), shyraq_now())""",
         "died of age in the last hour: 1"),
        ("""INSERT INTO link_state (link, daemon, state, usable, told_at)
            VALUES ('x9', 'far', 'SIM locked', false, shyraq_now())""", "link x9: SIM locked"),
        ("""INSERT INTO link_state (link, daemon, state, usable, told_at)
            VALUES ('x9', 'far', 'ready', true, shyraq_now() - interval '1 minute')""",
         "link x9: daemon silent"),
    ]:
        site.sql(sql)
        assert said in needs(site)
        assert re.search(rf"^! .*{said}", run(site, "status", code=1).stdout, re.M)
        site.sql("BEGIN; DELETE FROM link_pause; DELETE FROM task; DELETE FROM inbox; "
                 "DELETE FROM outbox; DELETE FROM link_state WHERE link = 'x9'; COMMIT")
        assert well(site)
    for name, said in (("worker1", "no shyraq-worker"), ("dispatch", "no shyraq-dispatch leads")):
        site.procs[name].stop()
        assert said in needs(site)


def well(site):
    got = subprocess.run([os.path.join(site.bin, "shyraqctl"), "-c", site.conf, "--json", "status"],
                         capture_output=True, text=True, check=False, timeout=30,
                         env={**os.environ, **site.env})
    return json.loads(got.stdout)["well"] and got.returncode == 0


def on_terminal(site, *args):
    """What a person sees on a terminal of 80 columns and 24 lines."""
    argv = [os.path.join(site.bin, "shyraqctl"), "-c", site.conf, *args]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(site.env)
        os.execv("/bin/sh", ["sh", "-c", 'stty cols 80 rows 24; exec "$@"', "sh", *argv])
    out = b""
    while True:
        try:
            chunk = os.read(fd, 65536)
        except OSError:
            break
        if not chunk:
            break
        out += chunk
    os.waitpid(pid, 0)
    os.close(fd)
    return out.decode().replace("\r\n", "\n").splitlines()


def test_screens_fit(still):
    for i in range(16):
        put_link(still, f"modem-number-{i}", usable=i % 3 > 0, state="no registration at all",
                 received=1234567, sent=7654321, last_in_at="shyraq_now() - interval '9 days'")
    still.sql("INSERT INTO task (kind) SELECT 'kind_of_task_' || i FROM generate_series(1, 9) i")
    still.sql("INSERT INTO link_pause SELECT 'modem-number-' || i, 0, false, 'x' "
              "FROM generate_series(1, 9) i")
    still.sql("INSERT INTO inbox (id, link, t0, state, error) "
              "VALUES (1, 'm1', shyraq_now(), 'aside', repeat('длинно ', 30))")
    still.sql("INSERT INTO receiver (name, kind, lang, regions) SELECT repeat('Приют ', 10) || i, "
              "'operator', 'ru', repeat('KZ-47 ', 20) FROM generate_series(1, 3) i")
    screen = on_terminal(still, "status")
    assert len(screen) <= 23, "\n".join(screen)
    for args in (("status",), ("modem", "list"), ("receiver", "list"), ("queue", "--put-aside"),
                 ("--help",)):
        for line in on_terminal(still, *args):
            assert len(line) <= 80, (args, line)


# who may what --------------------------------------------------------------------------------

LOOKS = [("db", "status"), ("receiver", "list"), ("queue",), ("queue", "--failed"),
         ("queue", "--refused"), ("case", "list"), ("task", "list"), ("modem", "list")]


def test_operator(make_site, logins, tmp_path):
    site = make_site(start=False)
    start(site, "dispatch")
    put_link(site)
    site.remember("+77020000301", "")
    path = csv(tmp_path, HEAD + "A,ngo,KZ,ru,+77020000301,0,yes\n")
    for login in ("op1", "cw1", "sup1"):
        me = ("--login", login)
        for args in LOOKS:
            run(site, *me, *args)
        assert json.loads(run(site, *me, "--json", "status", code=1).stdout)[
            "service"]["login"] == login
        run(site, *me, "receiver", "import", path, "--yes")
        run(site, *me, "receiver", "suspend", "A")
        run(site, *me, "receiver", "resume", "A")
        assert "no text and no" in run(site, *me, "queue", "retry", "5", code=1).stderr
        assert "no open task" in run(site, *me, "task", "done", "5", code=1).stderr
        assert "no daemon is up" in run(site, *me, "pause", "campaign", code=1).stderr
        assert site.sql("SELECT by FROM link_order ORDER BY id DESC LIMIT 1") == login
        assert site.sql("SELECT code FROM audit ORDER BY id DESC LIMIT 1") == login
        assert "shyraq_owner" in run(site, *me, "db", "migrate", code=1).stderr
    pub = os.path.join(site.keys, "desk.pub")
    for login, code in (("op1", 1), ("cw1", 1), ("sup1", 0)):
        got = run(site, "--login", login, "keyholder", "add", "--name", login, "--public", pub,
                  code=code)
        assert ("shyraq_supervisor" in got.stderr) == (code == 1)


def test_auditor_looks_and_writes_nothing(make_site, logins, tmp_path):
    site = make_site(start=False)
    start(site, "dispatch")
    put_link(site)
    me = ("--login", "aud1")
    for args in LOOKS:
        run(site, *me, *args)
    run(site, *me, "status", code=1)
    path = csv(tmp_path, HEAD + "A,ngo,KZ,ru,+77020000301,0,yes\n")
    for args in (("receiver", "import", path, "--yes"), ("receiver", "suspend", "A"),
                 ("queue", "retry", "5"), ("task", "done", "5"), ("pause", "all"),
                 ("modem", "ussd", "m1", "*100#"), ("modem", "drain", "m1")):
        got = run(site, *me, *args, code=1)
        assert "your login may not do this: it needs a login in shyraq_operator" in got.stderr
    assert site.count("intake") == 0 and site.count("link_order") == 0
    writes = site.sql("""SELECT count(*) FROM information_schema.role_column_grants
        WHERE grantee = 'shyraq_auditor' AND privilege_type <> 'SELECT'""")
    assert writes == "0"


def test_login_in_no_group(still, logins):
    for args in LOOKS[1:]:
        assert "needs a login in" in run(still, "--login", "out1", *args, code=1).stderr
    assert "not to be had" in run(still, "--login", "nobody_of_that_name", "queue", code=1).stderr


def test_people_see_no_words(still, logins):
    """No role of people reads a number, a text, a place or a narrative, not even sealed."""
    for login in ("op1", "cw1", "sup1", "aud1"):
        for what in ("number FROM peer", "hash FROM peer", "number FROM contact", "text FROM outbox",
                     "sealed FROM inbox", "sealed FROM narrative", "sealed FROM place",
                     "box FROM epoch_box", "box FROM intake", "slots FROM session",
                     "code FROM referral_ask"):
            got = subprocess.run(["psql", still.conninfo(login), "-c", f"SELECT {what}"],
                                 capture_output=True, text=True, check=False, timeout=30)
            assert "permission denied" in got.stderr, (login, what)


def ctl_statements():
    text = (ROOT / "sql/statements.sql").read_text(encoding="utf-8")
    found = re.findall(r"^-- name: (\w+) \(ctl\)\n((?:(?!^-- ).*\n)*)", text, re.M)
    return {name: re.sub(r"(?m)^--.*$", "", body).strip().rstrip(";") for name, body in found}


def may(site, role, revoke=None):
    """The statements of the command line that this role cannot plan; after one REVOKE, or as it is."""
    script = ["\\set ON_ERROR_STOP off", "BEGIN;", f"{revoke};" if revoke else "",
              f"SET LOCAL ROLE {role};"]
    for name, text in ctl_statements().items():
        count = max([int(n) for n in re.findall(r"\$(\d+)", text)], default=0)
        args = "(" + ", ".join(["NULL"] * count) + ")" if count else ""
        script += ["SAVEPOINT s;", f"PREPARE {name} AS {text};",
                   f"EXPLAIN EXECUTE {name}{args} \\g /dev/null", f"\\if :ERROR\n\\echo {name}\n\\endif",
                   "ROLLBACK TO s;"]
    got = subprocess.run(["psql", site.conninfo("postgres"), "-qAt"],
                         input="\n".join(script) + "\nROLLBACK;\n", capture_output=True, text=True,
                         check=False, timeout=60)
    return set(got.stdout.split())


def test_grants_fit_the_commands(still):
    """Each role can do its statements and no more, and without any one of its grants it cannot."""
    writes = {"INTAKE_PUT", "ORDER_PUT", "ORDER_WITHDRAW", "ORDER_STATE", "KEYHOLDER_PUT"}
    want = {"shyraq_operator": {"KEYHOLDER_PUT"}, "shyraq_auditor": writes,
            "shyraq_supervisor": set()}
    for role, cannot in want.items():
        assert may(still, role) == cannot, role
    for role in want:
        grants = still.sql(f"""
            SELECT format('REVOKE %s (%I) ON %I FROM %I', p.privilege_type, a.attname, c.relname,
                    '{role}')
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            CROSS JOIN LATERAL aclexplode(a.attacl) p
            WHERE p.grantee = '{role}'::regrole
            UNION ALL
            SELECT format('REVOKE %s ON %I FROM %I', p.privilege_type, c.relname, '{role}')
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) p
            WHERE p.grantee = '{role}'::regrole""").split("\n")
        assert len(grants) > 1
        for revoke in grants:
            assert may(still, role, revoke) > want[role], f"not needed: {revoke}"


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
                  ("keyholder", "add"), ("modem", "drain")):
        taught = set(re.findall(r"--[a-z-]+", run(still, *words, "--help").stdout.split("\n\n")[0]))
        assert taught <= complete(still, f'shyraqctl {" ".join(words)} --')
    put_link(still, "m1")
    still.sql("INSERT INTO receiver (name, kind, lang, regions) "
              "VALUES ('Shelter A', 'ngo', 'ru', 'KZ'), ('Sun', 'ngo', 'ru', 'KZ')")
    assert complete(still, 'shyraqctl pause ""') == {
        "all", "ussd", "danger", "referral", "reply", "info", "campaign", "m1"}
    assert complete(still, 'shyraqctl modem ussd ""') == {"m1"}
    assert complete(still, "shyraqctl receiver suspend Sh") == {"Shelter\\ A"}
    assert complete(still, f"shyraqctl -c {still.conf} receiver add --kind sh") == {"shelter"}
    assert complete(still, "shyraqctl receiver add --lang k") == {"kk", "ky"}


# flows ---------------------------------------------------------------------------------------

def test_flow_check(still, tmp_path):
    whole = run_json(still, "flow", "check")
    assert whole["errors"] == 0 and whole["texts"] > 50
    assert run(still, "flow", "check").stdout.startswith("0 errors")
    folder = tmp_path / "conf"
    shutil.copytree(os.path.join(ROOT, "conf"), folder)
    (folder / "flows" / "help.conf").write_text("nonsense = ;\n")
    got = run(still, "flow", "check", str(folder), code=1)
    assert "help.conf:1" in got.stderr
    assert "help.conf:1" in run_json(still, "flow", "check", str(folder), code=1)["error"]
