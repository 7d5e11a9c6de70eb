# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator at three in the morning sees: danger that nobody took, a process that hangs,
who wrote too late; and the console's own words.
It kills and stops processes of its own site alone.
"""
import re
import signal
import subprocess

from ctllib import logins, needs, put_link, run, run_json, start, still, well  # noqa: F401
from sitelib import FIRST, PERSON, ROOT, child

DANGER = "помогите убивают"


def test_danger_that_nobody_has_is_told(make_site, logins):
    site = make_site(receivers=False)
    site.phone(PERSON).text(DANGER)
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'danger'", 1)
    number = site.sql("SELECT number FROM casefile")
    task = site.sql("SELECT id FROM task WHERE kind = 'danger'")
    run(site, "--login", "op1", "task", "take", task)
    # how it ends is asked while nobody has the person
    got = run(site, "--login", "op1", "task", "done", task, code=1)
    assert "nobody has its case" in got.stderr and "passed_on" in got.stderr
    run(site, "--login", "op1", "task", "done", task, "--outcome", "in_touch")
    site.sql("UPDATE task SET done_at = shyraq_now() WHERE done_at IS NULL")
    shown = run(site, "status", code=1).stdout
    assert re.search(rf"^! danger that nobody has taken: 1, the oldest for .*: №{number}$", shown, re.M)
    assert run_json(site, "status", code=1)["cases"]["danger_numbers"] == f"№{number}"
    site.sql("UPDATE casefile SET state = 'taken', taken_at = shyraq_now()")
    assert "danger" not in needs(site, code=run_status(site))


def run_status(site):
    return 0 if well(site) else 1


def silent(site, said, seconds):
    return child.wait_for(lambda: not well(site) and said in needs(site), seconds, 0.5)


def test_hung_processes_are_told(make_site):
    site = make_site(start=False)
    put_link(site)
    start(site, "m1", "daemon", "worker1", "dispatch")
    site.wait_sql("SELECT count(*) FROM beat", 2)
    assert child.wait_for(lambda: well(site), 30, 0.2), needs(site)
    for name, shown, means in (("worker1", "worker1", "nobody is answered"),
                               ("dispatch", "dispatch1", "nothing that is due happens")):
        site.procs[name].proc.send_signal(signal.SIGSTOP)
        try:
            assert silent(site, f"{shown} hangs, silent for ", 15), needs(site)
            assert re.search(rf"^! {shown} hangs, silent for \d+ s: {means}$",
                             run(site, "status", code=1).stdout, re.M)
        finally:
            site.procs[name].proc.send_signal(signal.SIGCONT)
        assert child.wait_for(lambda: well(site), 30, 0.2), needs(site)
    # one that died is told as gone; one that ended in order is not
    site.procs["worker1"].kill()
    assert silent(site, "worker1 is gone without a word", 15), needs(site)
    start(site, "worker1")
    assert child.wait_for(lambda: well(site), 30, 0.2), needs(site)
    site.procs["worker1"].stop()
    assert "gone without" not in needs(site) and site.count("beat") == 1
    # a worker that no daemon speaks to
    start(site, "worker1")
    site.procs["daemon"].stop()
    assert silent(site, "worker1 hears no shyraqd", 15), needs(site)


def test_read_too_late_is_told(make_site):
    """S1: nobody is answered late; the operator hears of it, and the case bears a mark."""
    site = make_site(own_cluster=True, receivers=False)
    site.cluster.stop()
    texts = {PERSON: DANGER, "+77010000002": FIRST, "+77010000003": FIRST}
    for number, words in texts.items():
        site.phone(number).text(words)
    assert child.wait_for(lambda: site.sims["m1"].order("status")["slots_used"] == 3, 10)
    site.advance_away(3)
    site.cluster.start()
    site.sync_clock()
    site.wait_sql("SELECT count(*) FROM casefile", 3, 30)
    site.phone(PERSON).silence(1)
    site.advance(1.1)
    site.wait_sql("SELECT count(*) FROM casefile WHERE late_at IS NOT NULL", 3)
    # pressing cases one by one, all others in one
    site.wait_sql("SELECT string_agg(COALESCE(c.class, '-'), ' ' ORDER BY COALESCE(c.class, '-')) "
                  "FROM task t LEFT JOIN casefile c ON c.id = t.case_id WHERE t.kind = 'late'",
                  site.sql("SELECT string_agg(x, ' ' ORDER BY x) FROM (SELECT class AS x FROM casefile "
                           "WHERE class <> 'other' UNION ALL SELECT '-' WHERE EXISTS "
                           "(SELECT FROM casefile WHERE class = 'other')) y"))
    before = site.count("task WHERE kind = 'late'")
    assert "read too late to be answered in the last 6 h: 3" in needs(site)
    assert re.search(r"^Messages .* 3 too late$", run(site, "status", code=1).stdout, re.M)
    number = site.sql("SELECT number FROM casefile WHERE class = 'danger'")
    assert re.search(r"^  late +\S+ \S+: .*too late", run(site, "case", "show", number).stdout, re.M)
    assert all(row["late"] > 0 for row in run_json(site, "case", "list"))
    # who writes again in time is answered, and marked no more; no task comes twice
    site.phone(PERSON).ask("?", ".")
    site.advance(1.1)
    site.wait_sql("SELECT count(*) FROM casefile WHERE late_at IS NULL", 1)
    assert site.count("task WHERE kind = 'late'") == before


# the console, word by word --------------------------------------------------------------------

def a_case(site, number_id=900001, state="taken"):
    site.sql("INSERT INTO casefile (id, class, lang, bearer, state) "
             f"VALUES ({number_id}, 'danger', 'ru', 0, '{state}')")
    return site.sql(f"SELECT number FROM casefile WHERE id = {number_id}")


def test_who_met_them_and_when(still):
    number = a_case(still, state="met")
    still.sql("INSERT INTO receiver (name, kind, lang, regions) "
              "VALUES ('Shelter A', 'shelter', 'ru', 'KZ')")
    still.sql("INSERT INTO referral (case_id, receiver_id, state, asked_at, answered_at, met_at) "
              "SELECT 900001, id, 'accepted', shyraq_now() - interval '2 h', "
              "shyraq_now() - interval '1 h', shyraq_now() FROM receiver")
    still.sql("UPDATE casefile SET taken_at = shyraq_now() - interval '1 h', met_at = shyraq_now(), "
              "taken_by = (SELECT id FROM referral)")
    shown = run(still, "case", "show", number).stdout
    assert re.search(r"^  met +\d{4}-\d\d-\d\d \d\d:\d\dZ by Shelter A$", shown, re.M), shown
    assert run_json(still, "case", "show", number)["met_by"] == "Shelter A"
    history = run_json(still, "case", "history", number)
    assert [(h["what"], h["code"], h["by"]) for h in history] == [
        ("referral", what, "Shelter A") for what in ("asked", "accepted", "met")]


def test_a_case_by_the_id_of_a_log(still):
    number = a_case(still)
    assert f"case {number}:" in run(still, "case", "show", "case=900001").stdout
    assert "no case has the id 5 of a log" in run(still, "case", "show", "case=5", code=1).stderr
    still.sql("UPDATE casefile SET hidden_at = shyraq_now()")
    for args in (("show", number), ("links", number), ("history", number), ("links", "999")):
        assert "or it was erased" in run(still, "case", *args, code=1).stderr


def test_urgent_kinds_come_first(still):
    put_link(still)
    still.sql("INSERT INTO task (kind) SELECT 'kind_of_task_' || i FROM generate_series(1, 9) i, "
              "generate_series(1, 3)")
    still.sql("INSERT INTO task (kind, at) VALUES ('not_found', shyraq_now() - interval '5 min')")
    shown = run(still, "status", code=1).stdout
    assert re.search(r"^Tasks     1 not_found \(5 min\), 3 kind_of_task_1 ", shown, re.M), shown
    assert re.search(r" \d more kinds$", shown, re.M), shown
    assert re.search(r"^id +kind +case +message +age ", run(still, "task", "list").stdout)
    assert "at" in run_json(still, "task", "list")[0]


def test_what_is_not_there_is_said(still):
    got = run(still, "task", "list", "--kind", "bogus", code=2)
    assert "bogus" in got.stderr
    assert "--aside " in run(still, "queue", "--help").stdout
    assert "UTC" in run(still, "--help").stdout


def test_a_login_that_is_wrong(still, tmp_path):
    got = run(still, "--login", "nosuch", "status", code=2)
    assert "does not let you in" in got.stderr and "nosuch" in got.stderr and "--login" in got.stderr
    assert "<3>" not in got.stderr and got.stderr.count("\n") == 1
    got = run(still, "-c", str(tmp_path / "none"), "status", conf=False, code=1)
    assert got.stderr.startswith(f"shyraqctl: {tmp_path}/none: cannot be read: ")


def test_every_mistake_of_a_row(still, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("name,kind,regions,lang,number\nA,nokind,XX-1,zz,12\n")
    said = run(still, "receiver", "import", str(bad), code=1).stderr
    for column in ("kind", "region", "lang", "number"):
        assert re.search(rf"^line 2: {column}", said, re.M), said
    assert "4 mistakes" in said
    bad.write_text("name,kind,regions,lang,number,phone\n")
    assert 'column 6 is unknown: "phone"' in run(still, "receiver", "import", str(bad), code=1).stderr
    bad.write_text("name,kind,regions,lang,number,+77020000009\n")
    said = run(still, "receiver", "import", str(bad), code=1).stderr
    assert "column 6 is unknown" in said and "7702000" not in said


def test_a_talk_that_is_not_there():
    got = subprocess.run([str(ROOT / "scripts" / "talk"), "nosuch"], capture_output=True, text=True,
                         check=False, timeout=120)
    assert got.returncode == 2 and "no talk nosuch" in got.stderr and "Traceback" not in got.stderr
