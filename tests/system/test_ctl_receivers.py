# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl receiver: added, imported, suspended, whole or one phone of several."""
import re

import pytest

from ctllib import (HEAD, csv, desk, keys_site, receivers, run, run_json,  # noqa: F401
                    start, still)
from sitelib import PERSON, SHELTER_A, SHELTER_B, five_answers, referral_of

SECOND = "+77020000009"                # another phone of Shelter A


def test_receiver_add(desk):
    assert receivers(desk)["Shelter A"]["phones"] == 1
    got = run(desk, "receiver", "add", "--name", "Центр С", "--kind", "shelter", "--region", "UZ",
              "--lang=uz", "--number", "+998901230001", "--order=-2")
    assert got.stdout == "stored\n"
    desk.remember("+998901230001", "")
    made = receivers(desk)["Центр С"]
    assert made["regions"] == "UZ" and made["order"] == -2 and not made["vetted"]
    assert re.search(r"Центр С +shelter +UZ +yes +1 +no", run(desk, "receiver", "list").stdout)


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
    told = run_json(desk, "receiver", "import", path)
    assert (told["rows"], told["known"], told["errors"], told["written"]) == (3, 0, [], False)
    assert [(c["name"], c["new"], c["phones"]) for c in told["changes"]] == [
        ("Приют М", True, 2), ("Дом, N", True, 1)]
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
    (HEAD + "A,ngo,KZ,ru,+77020000211,0,maybe\n", 2, "vetted: allowed are yes and no"),
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


def contacts(site, name):
    return receivers(site)[name]["contacts"]


def refer(site):
    """A referral that has left; its case number and Shelter A's first phone's code."""
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    return referral_of(a.expect("№")["text"])


def test_one_phone_alone(make_site):
    """Its codes are dead, the other phone goes on; its receiver's return does not bring it back."""
    site = make_site()
    site.add_receiver("Shelter A", SECOND)
    lost, kept = contacts(site, "Shelter A")
    case, code = refer(site)
    second = site.phone(SECOND)
    _, other = referral_of(second.expect("№")["text"])
    assert f"phones of Shelter A: {lost['id']} {kept['id']}" in run(site, "receiver", "list").stdout
    got = run(site, "receiver", "suspend", "Shelter A", "--contact", str(lost["id"]))
    assert got.stdout.startswith(f"phone {lost['id']} suspended; 1 other in use; 1 cases")
    assert contacts(site, "Shelter A") == [
        {**lost, "active": False, "suspended": True}, kept]
    assert f"{lost['id']} (suspended)" in run(site, "receiver", "list").stdout
    assert receivers(site)["Shelter A"]["phones"] == 1 and receivers(site)["Shelter A"]["active"]
    assert [(t["kind"], t["case"]) for t in run_json(site, "task", "list")] == [
        ("contact_suspended", int(case))]
    before = site.count("inbox")
    site.phone(SHELTER_A).text(f"1 {code}")         # a phone in strange hands takes nothing
    site.wait_sql("SELECT count(*) FROM inbox", before + 1)
    assert site.sql("SELECT state FROM casefile ORDER BY id LIMIT 1") == "referred"
    site.phone(SHELTER_B).silence(1)                # the receiver was not left
    second.text(f"1 {other}")
    second.expect(rf"№{case} .*\d\d:\d\d")
    assert "already" in run(site, "receiver", "suspend", "Shelter A", "--contact",
                            str(lost["id"]), code=1).stderr
    run(site, "receiver", "suspend", "Shelter A")
    run(site, "receiver", "resume", "Shelter A")
    assert [c["active"] for c in contacts(site, "Shelter A")] == [False, True]
    site.add_receiver("Shelter A", SHELTER_A)       # a list that names it again
    site.wait_sql("SELECT count(*) FROM intake WHERE state = 'new'", 0)
    assert [c["active"] for c in contacts(site, "Shelter A")] == [False, True]
    got = run(site, "receiver", "resume", "Shelter A", "--contact", str(lost["id"]))
    assert "in use again" in got.stdout
    assert [c["active"] for c in contacts(site, "Shelter A")] == [True, True]
    assert site.sql(f"SELECT count(*) FROM referral_ask WHERE contact_id = {lost['id']}") == "0"
    assert site.sql(f"SELECT what, code FROM audit WHERE contact_id = {lost['id']} "
                    "AND what LIKE 'contact.%' ORDER BY id") == \
        "contact.suspended|shyraq_owner\ncontact.active|shyraq_owner"


def test_the_last_phone_moves_the_ladder(make_site):
    """Its number comes over standard input and stands in no argument list and no log."""
    site = make_site()
    case, _ = refer(site)
    b = site.phone(SHELTER_B)
    b.silence(0.5)
    got = site.ctl("receiver", "suspend", "Shelter A", "--contact", "-", text=SHELTER_A + "\n")
    assert "0 other in use; 1 cases" in got
    _, code = referral_of(b.expect("№")["text"])
    b.text(f"1 {code}")
    b.expect(rf"№{case} .*\d\d:\d\d")
    site.ctl("receiver", "suspend", "Shelter B", "--contact", "-", text=SHELTER_B + "\n")
    assert [(t["kind"], t["case"]) for t in run_json(site, "task", "list")] == [
        ("contact_suspended", int(case))] * 2       # it was taken with this phone


def test_contact_that_is_none(desk):
    mine = receivers(desk)
    other = str(mine["Shelter B"]["contacts"][0]["id"])
    for words in (("Shelter A", "--contact", other), ("Shelter A", "--contact", "99999"),
                  ("Nobody", "--contact", other)):
        got = run(desk, "receiver", "suspend", *words, code=1)
        assert "no receiver of this name has this phone" in got.stderr
    got = run(desk, "receiver", "resume", "Shelter B", "--contact", other, code=1)
    assert "not suspended by itself" in got.stderr
    assert receivers(desk) == mine


def test_add_by_standard_input(desk):
    number = "+77020000777"
    desk.remember(number, "")
    got = desk.ctl("receiver", "add", "--name", "Quiet", "--kind", "ngo", "--region", "KZ", "--lang",
                   "ru", "--number", "-", text=number + "\n")
    assert got == "stored\n" and receivers(desk)["Quiet"]["phones"] == 1
    got = run(desk, "receiver", "add", "--name", "Quiet", "--kind", "ngo", "--region", "KZ",
              "--lang", "ru", "--number", "-", code=2)
    assert "number: not a number" in got.stderr
