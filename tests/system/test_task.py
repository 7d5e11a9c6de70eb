# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks for people: one person has each, it ends with a coded outcome, and the audit names who."""
import subprocess

from ctllib import logins, run, run_json, start  # noqa: F401
from sitelib import PERSON


def put(site, kind, case="NULL", minutes=0):
    return site.sql(f"INSERT INTO task (kind, case_id, at) VALUES ('{kind}', {case}, "
                    f"shyraq_now() - interval '{minutes} min') RETURNING id").split("\n")[0]


def a_case(site):
    site.sql("INSERT INTO casefile (id, class, lang, bearer) VALUES (900001, 'danger', 'ru', 0)")
    return site.sql("SELECT number FROM casefile WHERE id = 900001")


def listed(site, *args, login="op1"):
    return [str(t["id"]) for t in run_json(site, "--login", login, "task", "list", *args)]


def audited(site):
    return site.sql("SELECT what || ' ' || code FROM audit WHERE what LIKE 'task.%' ORDER BY id"
                    ).split("\n")


def test_take_and_done(make_site, logins):
    site = make_site(start=False)
    start(site, "dispatch")
    number = a_case(site)
    danger, robot = put(site, "danger", "900001", 7), put(site, "robot")
    assert listed(site) == [danger, robot]
    assert listed(site, "--kind", "robot") == [robot]
    assert listed(site, "--case", number) == [danger]
    assert listed(site, "--older", "5") == [danger]
    assert listed(site, "--mine") == []

    assert run(site, "--login", "op1", "task", "take", danger).stdout == "yours\n"
    got = run(site, "--login", "sup1", "task", "take", danger, code=1)
    assert "op1 has it for 0 min" in got.stderr
    assert "op1 has it" in run(site, "--login", "sup1", "task", "done", danger, code=1).stderr
    assert listed(site, "--mine") == [danger] and listed(site, "--mine", login="sup1") == []
    row = run_json(site, "--login", "aud1", "task", "list", "--kind", "danger")[0]
    assert row["by"] == "op1" and row["taken"] > 0

    # put back, taken again; over from a colleague only by naming them
    run(site, "--login", "op1", "task", "take", danger, "--back")
    assert "nobody has it" in run(site, "--login", "op1", "task", "take", danger, "--back",
                                  code=1).stderr
    run(site, "--login", "op1", "task", "take", danger)
    assert "not that login" in run(site, "--login", "sup1", "task", "take", danger, "--from", "cw1",
                                   code=1).stderr
    run(site, "--login", "sup1", "task", "take", danger, "--from", "op1")

    shown = run_json(site, "--login", "op1", "task", "show", danger)
    assert shown["case"] == int(number) and shown["by"] == "sup1" and shown["done"] is None
    assert "false_danger" in shown["outcomes"].split()
    assert "ends as" in run(site, "--login", "op1", "task", "show", danger).stdout

    got = run(site, "--login", "sup1", "task", "done", danger, "--outcome", "machine", code=1)
    assert "false_danger" in got.stderr                     # the list of its own kind
    run(site, "--login", "sup1", "task", "done", danger, "--outcome", "false_danger")
    run(site, "--login", "op1", "task", "done", robot)
    assert listed(site) == []
    done = {str(t["id"]): t["outcome"] for t in run_json(site, "--login", "op1", "task", "list", "--all")}
    assert done == {danger: "false_danger", robot: "done"}
    assert site.sql(f"SELECT done_by FROM task WHERE id = {danger}") == "sup1"
    assert "no open task" in run(site, "--login", "op1", "task", "take", danger, code=1).stderr
    assert "no task has" in run(site, "--login", "op1", "task", "show", "99999", code=1).stderr
    assert audited(site) == ["task.taken op1", "task.back op1", "task.taken op1",
                             "task.taken_over sup1", "task.done sup1", "task.done op1"]


def test_who_may(make_site, logins):
    site = make_site(start=False)
    start(site, "dispatch")
    task = put(site, "robot")
    for args in (("take", task), ("done", task)):
        got = run(site, "--login", "aud1", "task", *args, code=1)
        assert "shyraq_operator" in got.stderr
    run(site, "--login", "aud1", "task", "show", task)
    assert "needs a login" in run(site, "--login", "out1", "task", "list", code=1).stderr
    for args in (("take", "x"), ("take", task, "--back", "--from", "op1"), ("list", "--case", "x")):
        run(site, "--login", "op1", "task", *args, code=2)
    assert site.sql("SELECT count(*) FROM audit WHERE what LIKE 'task.%'") == "0"


def test_past_the_operator(make_site, logins):
    """A complaint is a supervisor's: others see that there is something, not what, nor in which case."""
    site = make_site(start=False)
    start(site, "dispatch")
    number = a_case(site)
    site.sql("INSERT INTO case_answer (case_id, slot, code) VALUES (900001, 'about_whom', 'operator'), "
             "(900001, 'who', 'man')")
    complaint, closed = put(site, "complaint", "900001"), put(site, "police_closed", "900001")
    robot = put(site, "robot")
    for login in ("op1", "cw1"):
        rows = run_json(site, "--login", login, "task", "list")
        assert [(str(t["id"]), t["kind"], t["case"]) for t in rows] == [
            (complaint, "restricted", None), (closed, "restricted", None), (robot, "robot", None)]
        assert listed(site, "--case", number, login=login) == []
        assert listed(site, "--kind", "complaint", login=login) == []
        shown = run_json(site, "--login", login, "task", "show", complaint)
        assert shown["kind"] == "restricted" and shown["case"] is None and shown["class"] is None
        whole = run(site, "--login", login, "--json", "case", "show", number).stdout
        assert "complaint" not in whole and "about_whom" not in whole and "man" in whole
        assert "complaint" not in run(site, "--login", login, "--json", "status", code=1).stdout
        for args in (("take", complaint), ("done", complaint), ("done", closed, "--outcome", "appealed")):
            got = run(site, "--login", login, "task", *args, code=1)
            assert "a supervisor's" in got.stderr and "complaint" not in got.stderr
        got = subprocess.run(["psql", site.conninfo(login), "-c", "SELECT kind FROM task"],
                             capture_output=True, text=True, check=False, timeout=30)
        assert "permission denied" in got.stderr
    for login in ("sup1", "aud1"):
        assert listed(site, "--case", number, login=login) == [complaint, closed]
        assert "about_whom" in run(site, "--login", login, "--json", "case", "show", number).stdout
    run(site, "--login", "sup1", "task", "take", complaint)
    assert run_json(site, "--login", "op1", "task", "list")[0]["by"] == "sup1"
    run(site, "--login", "sup1", "task", "done", complaint, "--outcome", "upheld")
    assert [t["outcome"] for t in run_json(site, "--login", "op1", "task", "list", "--all")
            if str(t["id"]) == complaint] == [""]
    assert audited(site) == ["task.taken sup1", "task.done sup1"]


def test_a_written_answer(make_site, logins):
    site = make_site()
    person = site.phone(PERSON)
    person.ask("TEKSHIRISH", "[Pp]asport|hujjat")
    for key in ("1", "2", "2", "Inchxon zavodi", "8"):
        person.ask(key, ".")
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'job_check'", 1)
    task = listed(site)[0]
    other = put(site, "robot")
    assert "task answer" in run(site, "--login", "op1", "task", "show", task).stdout
    got = run(site, "--login", "op1", "task", "answer", other, "--text", "salom", code=1)
    assert "no written answer" in got.stderr
    got = run(site, "--login", "op1", "task", "answer", task, "--text", "xavfsiz", code=1)
    assert "safe" in got.stderr
    run(site, "--login", "op1", "task", "answer", task, "--text", "pul bermang")
    assert "pul bermang" in person.expect("pul")["text"]
    assert listed(site) == [other]
    assert "done already" in run(site, "--login", "op1", "task", "answer", task, "--text", "a",
                                 code=1).stderr
