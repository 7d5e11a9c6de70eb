# SPDX-License-Identifier: GPL-3.0-or-later
"""Two counters that are never one, special operations, and receivers that are asked for a time alone."""
import os
import pty
import re
import subprocess

import pytest

from ctllib import csv, desk, logins, receivers, run, run_json  # noqa: F401
from test_receivers import referred
from test_stats import cases


def said(site, what, code, n, month="2026-10", outcome="safe_place"):
    """n cases of which this was said in that month."""
    cases(site, n, outcome, month)
    site.sql("INSERT INTO assertion (case_id, what, code, at) "
             f"SELECT id, '{what}', '{code}', '{month}-20 12:00Z' FROM casefile ORDER BY id DESC LIMIT {n}")


def figures(site, *args, login="op1"):
    return {(r["month"], r["what"], r["code"]): (r["cases"], r["persons"])
            for r in run_json(site, "--login", login, "case", "figures", *args)}


def on_terminal(site, *args):
    """What a person sees: stdout is a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen([os.path.join(site.bin, "shyraqctl"), "-c", site.conf, *args], stdout=slave,
                          stdin=subprocess.DEVNULL, env={**os.environ, **site.env}) as child:
        os.close(slave)
        out = b""
        while True:
            try:
                more = os.read(master, 65536)
            except OSError:
                break
            if not more:
                break
            out += more
        assert child.wait(30) == 0
    os.close(master)
    return out.decode()


@pytest.fixture
def told(make_site, logins):  # noqa: F811
    site = make_site(start=False)
    said(site, "legal", "reported", 12)
    said(site, "legal", "court", 4)
    said(site, "legal", "sentence", 9, outcome="test")
    said(site, "legal", "reported", 6, month="2026-08")
    said(site, "outcome", "safe_place", 6)
    said(site, "service", "rehabilitation", 5)
    said(site, "identified", "Police", 7)
    said(site, "not_identified", "NGO", 5)
    return site


def test_figures(told):
    assert figures(told) == {
        ("2026-08", "law", "reported"): (6, None), ("2026-10", "law", "reported"): (12, None),
        ("2026-10", "law", "court"): (None, None),
        ("2026-10", "helped", "safe_place"): (6, 6), ("2026-10", "helped", "any"): (6, 6),
        ("2026-10", "service", "rehabilitation"): (5, 5),
        ("2026-10", "identified", "Police"): (7, None), ("2026-10", "not_identified", "NGO"): (5, None)}
    assert set(figures(told, "--to", "2026-09")) == {("2026-08", "law", "reported")}
    assert len(figures(told, "--from", "2026-10", "--to", "2026-10", login="aud1")) == 7
    text = run(told, "--login", "aud1", "case", "figures").stdout
    assert re.search(r"^month +reported +registered .* acquitted$", text, re.M)
    assert re.search(r"^2026-10 +12 +- +- +- +<5 +- +-$", text, re.M), text
    assert re.search(r"^2026-10 safe_place +6 +6$", text, re.M)
    assert re.search(r"^2026-10 Police +7 +- +-$", text, re.M)
    assert re.search(r"^2026-10 NGO +- +5 +-$", text, re.M)
    assert "█" not in text and max(map(len, text.splitlines())) <= 80
    for args in (["--from", "2026-13"], ["--to", "x"], ["--from", "2026-10", "--to", "2026-09"]):
        run(told, "case", "figures", *args, code=2)
    assert "needs a login" in run(told, "--login", "out1", "case", "figures", code=1).stderr


def test_a_person_would_rather_look(told):
    text = on_terminal(told, "case", "figures")
    assert re.search(r"^2026-10 +12█", text, re.M) and re.search(r"^2026-08 +6▄", text, re.M), text
    assert re.search(r"^2026-10 safe_place +6 +6 +█{22}\s*$", text, re.M)
    assert max(map(len, text.splitlines())) <= 80


def test_nobody_reads_under_five(told):
    """The tables below the figures are nobody's."""
    for table in ("figure", "figure_case", "operation_case"):
        with pytest.raises(Exception, match="permission denied"):
            told.sql(f"SET ROLE shyraq_supervisor; SELECT count(*) FROM {table}")
    with pytest.raises(Exception, match="permission denied"):
        told.sql("SET ROLE shyraq_supervisor; SELECT cases FROM operation")


def test_a_court_speaks_after_years(told):
    got = run(told, "--login", "sup1", "case", "law", "court", code=2).stderr
    assert "case assert NUMBER legal court" in got and "--erased" in got
    run(told, "--login", "sup1", "case", "law", "prison", "--erased", code=2)
    run(told, "--login", "sup1", "case", "law", "court", "--erased", "--month", "2026-1", code=2)
    run(told, "--login", "sup1", "case", "law", "court", "--erased", "--month", "2999-01", code=2)
    assert "shyraq_supervisor" in run(told, "--login", "op1", "case", "law", "court", "--erased",
                                      code=1).stderr
    assert figures(told)[("2026-10", "law", "court")] == (None, None)
    run(told, "--login", "sup1", "case", "law", "court", "--erased", "--month", "2026-10")
    assert figures(told)[("2026-10", "law", "court")] == (5, None)
    assert told.sql("SELECT code FROM audit WHERE what = 'figure.law'") == "sup1 court 2026-10"


def test_asserted_through_dispatch(site):
    """A case that is there takes it; of one that is not the answer says what to do."""
    person, a, case, code = referred(site)
    a.text(f"1 {code}")
    a.expect(rf"№{case} ваше")
    run(site, "case", "assert", case, "service", "rehabilitation")
    run(site, "case", "assert", case, "service", "reported", code=2)
    run(site, "case", "assert", case, "kindness", "reported", code=2)
    for _ in range(2):
        run(site, "case", "assert", case, "legal", "registered")
    assert site.sql("SELECT what || ' ' || code FROM figure_case ORDER BY 1") == \
        "law registered\nservice rehabilitation"
    assert "case law CODE --erased" in run(site, "case", "assert", "99999", "legal", "court", code=1).stderr
    assert "--erased" not in run(site, "case", "assert", "99999", "service", "long_stay", code=1).stderr
    person.silence(0.5)


def test_operation(make_site, logins):  # noqa: F811
    site = make_site(start=False)
    begin = ["--login", "op1", "operation", "begin"]
    run(site, *begin, "Stop 12", "--from", "now", "--to", "+48h", "--regions", "KZ-47, KZ-61")
    assert "is there" in run(site, *begin, "Stop 12", "--from", "now", "--to", "+1h", code=1).stderr
    run(site, *begin, "Past", "--from", "2026-01-01", "--to", "2026-01-14")
    for args in (["X", "--from", "now"], ["X", "--from", "now", "--to", "2026-02-30"],
                 ["X", "--from", "2026-02-02", "--to", "2026-02-01"],
                 ["X", "--from", "now", "--to", "+48h", "--regions", "KZ-99"],
                 ["X", "--from", "2026-01-01", "--to", "2028-01-01"],
                 ["a\nb", "--from", "now", "--to", "+1h"]):
        run(site, *begin, *args, code=2)
    assert "shyraq_operator" in run(site, "--login", "aud1", "operation", "begin", "X", "--from", "now",
                                    "--to", "+1h", code=1).stderr
    cases(site, 7, "")
    site.sql("UPDATE casefile SET opened_at = shyraq_now(); INSERT INTO case_answer (case_id, slot, code) "
             "SELECT id, 'region', 'KZ-61' FROM casefile ORDER BY id LIMIT 6")
    rows = {r["name"]: r for r in run_json(site, "--login", "aud1", "operation", "list")}
    now = rows["Stop 12"]
    assert (now["state"], now["regions"], now["cases"], now["accepted"], now["met"], now["by"]) == \
        ("on", "KZ-47 KZ-61", "6", "<5", "<5", "op1")
    past = rows["Past"]
    assert (past["state"], past["regions"], past["cases"]) == ("over", "*", "<5")
    # a day is Kazakhstan's, to its end
    assert past["from"] == 1767207600000 and past["to"] - past["from"] == 14 * 86400000
    run(site, *begin, "Later", "--from", "+24h", "--to", "+1h")
    assert "taken away" in run(site, "--login", "op1", "operation", "end", "Later").stdout
    assert "ended" in run(site, "--login", "op1", "operation", "end", "Stop 12").stdout
    assert "on or to come" in run(site, "--login", "op1", "operation", "end", "Stop 12", code=1).stderr
    text = run(site, "--login", "op1", "operation", "list").stdout
    assert "Stop 12" in text and "Later" not in text
    assert site.sql("SELECT what, code FROM audit WHERE what LIKE 'operation.%' ORDER BY id") == \
        "\n".join(f"operation.{x}|op1" for x in ("begun", "begun", "begun", "dropped", "ended"))


def test_for_a_time_alone(desk, tmp_path):  # noqa: F811
    for i in range(2):
        desk.remember(f"+7702000040{i}", "")
    path = csv(tmp_path, "name,kind,regions,lang,number,vetted,services,until\n"
               "Op N,ngo,KZ-61,ru,+77020000400,yes,bed long_stay legal_status,2026-12-31\n"
               "Op M,ngo,KZ-61,ru,+77020000401,yes,safe_return rehabilitation,\n")
    run(desk, "receiver", "import", path, "--yes")
    known = receivers(desk)
    # 24:00 of that day in UTC+5
    assert (known["Op N"]["until"], known["Op N"]["ended"]) == (1798743600000, False)
    assert known["Op N"]["services"] == "bed long_stay legal_status" and known["Op M"]["until"] is None
    assert all(not c["fields"] for c in run_json(desk, "receiver", "import", path)["changes"])
    shown = run(desk, "receiver", "show", "Op N").stdout
    assert re.search(r"^until +2026-12-31$", shown, re.M)
    assert re.search(r"^services +bed long_stay legal_status$", shown, re.M)
    assert "Op N: until 2026-12-31\n" in run(desk, "receiver", "list").stdout
    for value in ("2026-02-30", "tomorrow", "+8h", "now", "2026-12-31 18:00"):
        assert "until: allowed" in run(desk, "receiver", "set", "Op N", f"until={value}", code=2).stderr
    run(desk, "receiver", "set", "Op N", "until=2025-12-31 18:00+06")
    assert receivers(desk)["Op N"]["ended"] and receivers(desk)["Op N"]["active"]
    assert "Op N: until 2025-12-31 12:00Z, ended: nobody asks it" in run(desk, "receiver", "list").stdout
    assert "(ended: nobody asks it)" in run(desk, "receiver", "show", "Op N").stdout
    assert "2025-12-31 12:00Z" in run(desk, "receiver", "export").stdout
    run(desk, "receiver", "set", "Op N", "until=no")
    assert receivers(desk)["Op N"]["until"] is None
