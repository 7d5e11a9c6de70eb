# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: what is known of receivers, groups, shifts, the sample registry, and production."""
import csv as table
import io
import re
import shutil

import pytest

from ctllib import csv, desk, receivers, run, run_json, start  # noqa: F401
from sitelib import ROOT, child

SAMPLES = str(ROOT / "conf" / "samples" / "receivers.csv")
FULL = ("name;kind;regions;lang;number;order;vetted;group;langs;takes;services;of;hours;beds;role;"
        "shift;sample\r\n")
FOLLOWS = {"long_stay", "legal_status", "safe_return", "rehabilitation"}     # what follows on a case
KINDS = {"shelter", "ngo", "police", "social", "embassy", "child", "legal", "health", "labour",
         "operator"}


def sample_rows():
    with open(SAMPLES, encoding="utf-8") as f:
        return list(table.DictReader(f))


def remember_all(site, rows):
    for row in rows:
        site.remember(row["number"], "")


def show(site, name):
    return run_json(site, "receiver", "show", name)


def test_full_file(desk, tmp_path):
    """A spreadsheet's: BOM, CR LF, semicolons, a quoted one; every column comes back."""
    for i in range(4):
        desk.remember(f"+7702000030{i}", "")
    path = csv(tmp_path, "\ufeff" + FULL +
               "Group N;ngo;KZ-61 KZ;kk;+77020000300;5;да;Group 61;kk, ru;woman woman_children;"
               "bed advice;;\"09:00-18:00 mon-fri; 10:00-14:00 sat\";4;head;08:00-20:00;no\r\n"
               "Group N;ngo;KZ-61 KZ;kk;+77020000301;5;да;Group 61;kk, ru;woman woman_children;"
               "bed advice;;\"09:00-18:00 mon-fri; 10:00-14:00 sat\";4;duty;20:00-08:00;no\r\n"
               "Embassy U;embassy;KZ;uz;+77020000302;;yes;;uz ru;;;UZ;;;;;\r\n"
               "Group S;social;KZ-61;kk;+77020000303;;yes;Group 61;;;;;;;;;\r\n")
    told = run_json(desk, "receiver", "import", path)
    assert [c["name"] for c in told["changes"]] == ["Group N", "Embassy U", "Group S"]
    assert told["warnings"] == ["group Group 61 lacks: police"]
    got = run(desk, "receiver", "import", path)
    assert re.search(r"^Group N +new: ngo, KZ-61 KZ, kk; 2 phones$", got.stdout, re.M)
    assert "warning: group Group 61 lacks: police" in got.stderr
    assert "Group N" not in receivers(desk)
    run(desk, "receiver", "import", path, "--yes")
    one = show(desk, "Group N")
    want = {"kind": "ngo", "regions": "KZ-61 KZ", "lang": "kk", "order": 5, "vetted": True,
            "group": "Group 61", "langs": "kk ru", "takes": "woman woman_children",
            "services": "bed advice", "of": "", "hours": "09:00-18:00 mon-fri; 10:00-14:00 sat",
            "beds": 4, "sample": False, "away_until": None}
    assert {k: one[k] for k in want} == want
    assert [(c["role"], c["shift"]) for c in one["contacts"]] == [
        ("head", "08:00-20:00"), ("duty", "20:00-08:00")]
    said = run(desk, "receiver", "show", "Group N").stdout
    assert len(re.findall(r"^phone .* \(on now\)$", said, re.M)) == 1
    assert len(re.findall(r"^phone .* \(off now\)$", said, re.M)) == 1
    assert show(desk, "Embassy U")["of"] == "UZ"
    # the same again changes nothing; other values are named; a column that is not there is left
    again = run_json(desk, "receiver", "import", path)
    assert again["known"] == 4 and all(not c["fields"] for c in again["changes"])
    path = csv(tmp_path, "name,kind,regions,lang,number,vetted\n"
               "Group N,ngo,KZ-61,kk,+77020000300,no\n")
    assert run_json(desk, "receiver", "import", path)["changes"] == [
        {"name": "Group N", "new": False, "phones": 1,
         "fields": {"regions": ["KZ-61 KZ", "KZ-61"], "vetted": ["yes", "no"]}}]
    assert re.search(r"^Group N +regions KZ-61 KZ -> KZ-61, vetted yes -> no; 1 phone$",
                     run(desk, "receiver", "import", path).stdout, re.M)
    run(desk, "receiver", "import", path, "--yes")
    one = show(desk, "Group N")
    assert not one["vetted"] and one["regions"] == "KZ-61" and one["hours"] == want["hours"]
    assert one["order"] == 5 and one["group"] == "Group 61" and len(one["contacts"]) == 2
    assert one["contacts"][0]["shift"] == "08:00-20:00"


@pytest.mark.parametrize("column,value,said", [
    ("regions", "KZ-99", "KZ-99 is no region"),
    ("regions", "KZ;XX", "XX is no region"),
    ("lang", "kz", "lang: allowed"),
    ("langs", "kk fr", "langs: allowed"),
    ("takes", "woman dog", "takes: allowed are man woman woman_children child"),
    ("services", "bed food", "services: allowed are bed doctor advice papers way wages"),
    ("of", "UZ", "of: for an embassy alone"),
    ("kind", "embassy", "of: an embassy needs"),
    ("hours", "9-18", "hours: allowed is 09:00-18:00"),
    ("shift", "20:00-08:00 mo-su", "shift: allowed"),
    ("beds", "1000", "beds: allowed are 0 to 999"),
    ("beds", "two", "beds: allowed"),
    ("role", "call 87020000001", "role: allowed"),
    ("group", "A\nB", "group: the field goes over several lines"),
    ("vetted", "perhaps", "vetted: allowed"),
    ("sample", "maybe", "sample: allowed"),
    ("order", "1.5", "order: allowed"),
], ids=lambda v: None)
def test_values(desk, tmp_path, column, value, said):
    """Each wrong value is told by line with what is allowed, and nothing of the file is kept."""
    row = {"name": "Wrong", "kind": "ngo", "regions": "KZ", "lang": "ru", "number": "+77020000311"}
    good = {**row, "name": "Right", "number": "+77020000312"}
    row[column] = value
    out = io.StringIO()
    writer = table.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerows([good, row])
    before = receivers(desk)
    told = run_json(desk, "receiver", "import", csv(tmp_path, out.getvalue()), "--yes", code=1)
    assert [e["line"] for e in told["errors"]] == [3] and said in told["errors"][0]["error"]
    assert receivers(desk) == before


def test_lists_are_those_of_the_flows(desk, tmp_path):
    """takes and services are the answers to who and need that conf/flows has."""
    asked = {"who": set(), "need": set()}
    for path in (ROOT / "conf" / "flows").glob("*.conf"):
        text = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))
        step_of = r'\{ name = "[^"]+"; ask = "(?:choice|several)".*?\n\s*\);.*?\},'
        for step in re.findall(step_of, text, re.S):
            slot = re.search(r'slot = "(\w+)"', step)
            if slot and slot[1] in asked:
                asked[slot[1]] |= set(re.findall(r'\bcode = "(\w+)"', step))
    assert asked["who"] and asked["need"]
    for column, slot in (("takes", "who"), ("services", "need")):
        path = csv(tmp_path, f"name,kind,regions,lang,number,{column}\n"
                   "A,ngo,KZ,ru,+77020000313,nonsense\n")
        told = run_json(desk, "receiver", "import", path, code=1)["errors"][0]["error"]
        assert set(told.split("allowed are ")[1].split()) - FOLLOWS == asked[slot] - {"none"}


def test_set(desk):
    desk.remember("+77020000320", "")
    run(desk, "receiver", "add", "--name", "Дом Т", "--kind", "shelter", "--region", "KZ-47",
        "--lang", "kk", "--number", "+77020000320", "--vetted", "--takes", "man", "--beds", "2")
    one = show(desk, "Дом Т")
    assert one["takes"] == "man" and one["beds"] == 2
    assert run(desk, "receiver", "set", "Дом Т", "beds=7", "takes=", "group=G", "order=-1",
               "hours=08:00-20:00 mon-sat", "vetted=no").stdout == "changed\n"
    one = show(desk, "Дом Т")
    assert (one["beds"], one["takes"], one["group"], one["order"], one["vetted"]) == (
        7, "", "G", -1, False)
    assert one["kind"] == "shelter" and one["regions"] == "KZ-47" and one["phones"] == 1
    assert re.search(r"Дом Т +shelter +KZ-47 +yes +1 +no +G +7",
                     run(desk, "receiver", "list").stdout)
    # free places are dated: older than a day they are not known
    desk.sql("UPDATE receiver SET beds_at = shyraq_now() - interval '25 hours' WHERE name = 'Дом Т'")
    assert show(desk, "Дом Т")["beds"] is None
    assert "beds       not known" in run(desk, "receiver", "show", "Дом Т").stdout
    run(desk, "receiver", "set", "Дом Т", "away=3d", "beds=", "group=")
    one = show(desk, "Дом Т")
    days = int(desk.sql("SELECT extract(epoch FROM away_until - shyraq_now()) FROM receiver "
                        "WHERE name = 'Дом Т'").split(".")[0]) / 86400
    assert 2.9 < days <= 3 and one["beds"] is None and one["group"] == ""
    run(desk, "receiver", "set", "Дом Т", "away=no")
    assert show(desk, "Дом Т")["away_until"] is None
    phone = str(one["contacts"][0]["id"])
    run(desk, "receiver", "set", "Дом Т", "role=head", "shift=20:00-08:00", "--contact", phone)
    assert show(desk, "Дом Т")["contacts"][0]["shift"] == "20:00-08:00"
    for words, code, said in (
            (("Дом Т", "number=+77020000321"), 2, "allowed are NAME=VALUE"),
            (("Дом Т", "beds"), 2, "allowed are NAME=VALUE"),
            (("Дом Т", "away=soon"), 2, "away: allowed are 3d"),
            (("Дом Т", "shift=20:00-08:00"), 2, "of one phone"),
            (("Дом Т", "beds=1", "--contact", phone), 2, "of one phone"),
            (("Дом Т", "role=x", "--contact", "99999"), 1, "has this phone"),
            (("Nobody", "beds=1"), 1, "no receiver of this name")):
        assert said in run(desk, "receiver", "set", *words, code=code).stderr
    assert "no receiver of this name" in run(desk, "receiver", "show", "Nobody", code=1).stderr
    assert desk.sql("SELECT count(*) FROM audit WHERE what = 'receiver.changed'") == "4"


def test_the_sample_registry(make_site, tmp_path):
    """It goes in whole, has what the founding texts name, and comes back but for its numbers."""
    site = make_site(start=False)
    rows = sample_rows()
    remember_all(site, rows)
    start(site, "dispatch")
    told = run_json(site, "receiver", "import", SAMPLES)
    assert told["warnings"] == [] and told["rows"] == len(rows)
    run(site, "receiver", "import", SAMPLES, "--yes")
    known = receivers(site)
    assert {r["kind"] for r in known.values()} == KINDS
    assert all(r["sample"] and r["name"].startswith("Sample") for r in known.values())
    assert len({r["number"] for r in rows}) == len(rows)
    for region in ("KZ-47", "KZ-61", "KZ-35"):
        group = [r for r in known.values() if r["group"] and region in r["regions"].split()]
        assert {r["kind"] for r in group} == {"ngo", "police", "social"}, region
        assert len({r["group"] for r in group}) == 1 and all(r["vetted"] for r in group)
    for country in ("KZ", "KG", "UZ", "TJ", "TM"):
        for kind in ("ngo", "shelter", "child", "legal", "health", "labour", "operator"):
            assert any(r["kind"] == kind and country in r["regions"].split()
                       for r in known.values()), (country, kind)
        assert any(r["of"] == country for r in known.values()), country
    out = run(site, "receiver", "export").stdout
    assert all(row["number"][1:] not in out for row in rows)
    got = list(table.DictReader(io.StringIO(out)))
    for row, was in zip(got, sorted(rows, key=lambda r: [r["name"] for r in rows].index(r["name"]))):
        row["number"] = was["number"]
    back = io.StringIO()
    writer = table.DictWriter(back, list(got[0]))
    writer.writeheader()
    writer.writerows(got)
    again = run_json(site, "receiver", "import", csv(tmp_path, back.getvalue()))
    assert again["known"] == len(rows)
    assert all(not c["fields"] or set(c["fields"]) == {"beds"} for c in again["changes"])


def production(site, tmp_path):
    """A copy of conf that says production, without texts' signatures being looked at: ctl alone."""
    folder = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", folder)
    service = folder / "service.conf"
    service.write_text(service.read_text(encoding="utf-8").replace('"sample"', '"production"'),
                       encoding="utf-8")
    conf = tmp_path / "production.conf"
    with open(site.conf, encoding="utf-8") as f:
        conf.write_text(f.read().replace(f'conf_dir = "{ROOT}/conf"', f'conf_dir = "{folder}"'))
    return folder, str(conf)


def test_production_refuses_samples_at_the_console(make_site, tmp_path):
    site = make_site(start=False)
    _, conf = production(site, tmp_path)
    got = run(site, "-c", conf, "receiver", "import", SAMPLES, "--yes", conf=False, code=1)
    assert "line 2: sample: conf/service.conf says production" in got.stderr
    got = run(site, "-c", conf, "receiver", "add", "--name", "S", "--kind", "ngo", "--region", "KZ",
              "--lang", "ru", "--number", "+77020000331", "--sample", conf=False, code=2)
    assert "says production" in got.stderr
    assert site.count("intake") == 0


def sign_all(site, folder):
    """Every text of the copy gets a signature, as production wants them."""
    for path in sorted((folder / "po").glob("*.po")):
        out = folder.parent / f"{path.stem}.csv"
        words = ("flow", "sheet", "--lang", path.stem, "--conf", str(folder))
        run(site, *words, "--csv", str(out))
        with open(out, encoding="utf-8-sig", newline="") as f:
            rows = [r | {"sign": "x"} for r in table.DictReader(f)]
        with open(out, "w", encoding="utf-8", newline="") as f:
            writer = table.DictWriter(f, ("key", "register", "text", "sign"), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        run(site, *words, "--import", str(out), "--sign", "AB; An Organisation; 2026-12-01; 1")


@pytest.mark.limit(240)
def test_production_suspends_samples(make_site, tmp_path):
    """What was tried out before is never asked once the service is in production, and stays so."""
    site = make_site(start=False)
    for number in ("+77020000341", "+77020000342", "+77020000343"):
        site.remember(number, "")
    dispatch = site.procs["dispatch"]
    start(site, "dispatch")
    path = csv(tmp_path, "name,kind,regions,lang,number,vetted,sample\n"
               "Sample S,ngo,KZ,ru,+77020000341,yes,yes\nReal R,ngo,KZ,ru,+77020000342,yes,no\n")
    run(site, "receiver", "import", path, "--yes")
    assert receivers(site)["Sample S"]["active"]
    dispatch.stop()
    folder, conf = production(site, tmp_path)
    sign_all(site, folder)
    dispatch.argv[-1] = conf
    start(site, "dispatch")
    assert child.wait_for(lambda: not receivers(site)["Sample S"]["active"], 10, 0.1)
    known = receivers(site)
    assert known["Sample S"]["phones"] == 0
    assert known["Real R"]["active"] and known["Real R"]["phones"] == 1
    assert "samples.suspended receivers=1" in dispatch.log_text()
    assert site.sql("SELECT count(*) FROM audit WHERE what = 'receiver.sample'") == "1"
    # a console of the old kind does not get round it
    for words in (("receiver", "resume", "Sample S"),
                  ("receiver", "add", "--name", "S2", "--kind", "ngo", "--region", "KZ", "--lang", "ru",
                   "--number", "+77020000343", "--sample"),
                  ("receiver", "set", "Real R", "sample=yes")):
        assert "refused in production" in run(site, *words, code=1).stderr
    for words in (("receiver", "set", "Sample S", "sample=no"),
                  ("receiver", "import", csv(tmp_path, "name,kind,regions,lang,number\n"
                                             "Good G,ngo,KZ,ru,+77020000344\n"
                                             "Sample S,ngo,KZ,ru,+77020000343\n"), "--yes")):
        assert "of a sample receiver" in run(site, *words, code=1).stderr
    assert set(receivers(site)) == {"Sample S", "Real R"}
    assert receivers(site)["Sample S"] == known["Sample S"]
    assert receivers(site)["Real R"] == known["Real R"]
