# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may what: people are logins in group roles, and each has the grants of its commands alone."""
import json
import os
import re
import subprocess

from ctllib import (HEAD, csv, logins, put_link, run, run_json, start, still)  # noqa: F401
from sitelib import ROOT


LOOKS = [("db", "status"), ("receiver", "list"), ("queue",), ("queue", "--failed"),
         ("queue", "--refused"), ("case", "list"), ("case", "holds"), ("task", "list"), ("modem", "list")]


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
    supervises = {"KEYHOLDER_PUT", "KEYHOLDER_RETIRE", "HOLD_PUT", "HOLD_OFF", "CHILD_SET",
                  "CASE_LAW_ERASED"}
    writes = {"INTAKE_PUT", "ORDER_PUT", "ORDER_WITHDRAW", "ORDER_STATE", "DUTY_PUT", "DUTY_END",
              "DUTY_DROP", "OPERATION_PUT", "OPERATION_END"} | supervises
    desk = {"DESK_ME", "DESK_LIST", "DESK_WORDS", "DESK_SAID", "JOB_SEALED"}
    audit = {"AUDIT_READ", "AUDIT_LOOSE"}
    want = {"shyraq_operator": supervises | audit | desk, "shyraq_auditor": writes | desk,
            "shyraq_supervisor": desk, "shyraq_caseworker": supervises | audit}
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


def asks(site, login, sql):
    got = subprocess.run(["psql", site.conninfo(login), "-qAtc", sql], capture_output=True, text=True,
                         check=False, timeout=30)
    return got.stdout.strip(), got.stderr


def test_a_childs_case_is_restricted(make_site, logins):
    """S15: number, class and state are everybody's; what is in it only theirs whom a supervisor let in."""
    site = make_site(start=False)
    site.sql("""
        INSERT INTO casefile (id, class, lang, bearer, opened_at) VALUES
            (9001, 'held', 'ru', 0, shyraq_now()), (9002, 'held', 'ru', 0, shyraq_now()),
            (9003, 'held', 'ru', 0, shyraq_now());
        INSERT INTO case_answer (case_id, slot, code, at) VALUES (9001, 'who', 'child', shyraq_now()),
            (9001, 'region', 'KZ-47', shyraq_now()), (9002, 'who', 'man', shyraq_now()),
            (9003, 'child', 'yes', shyraq_now());
        INSERT INTO consent (case_id, kind, yes, wording, at) VALUES
            (9001, 'ngo', true, 'w', shyraq_now()), (9002, 'ngo', true, 'w', shyraq_now());
        INSERT INTO desk_case (case_id, asked_at) VALUES (9001, shyraq_now()), (9002, shyraq_now());
    """)
    number = {n: site.sql(f"SELECT number FROM casefile WHERE id = {n}") for n in (9001, 9002, 9003)}

    def seen(login):
        shown = run_json(site, "--login", login, "case", "show", number[9001])
        listed = {c["id"]: c["answers"] for c in run_json(site, "--login", login, "case", "list")}
        assert shown["class"] == "held" and shown["state"] == "open"
        assert listed[9002] == "who=man"
        assert run_json(site, "--login", login, "case", "show", number[9002])["may_see"]
        if not shown["may_see"]:
            assert listed[9001] == listed[9003] == "restricted"
            assert shown["answers"] == shown["consents"] == shown["referrals"] == []
            assert "restricted" in run(site, "--login", login, "case", "show", number[9001]).stdout
        else:
            assert "who=child" in listed[9001] and listed[9003] == "child=yes"
            assert len(shown["answers"]) == 2 and len(shown["consents"]) == 1
        for table in ("case_answer", "consent"):        # by hand no more than by the commands
            rows, _ = asks(site, login, f"SELECT count(*) FROM {table} WHERE case_id = 9001")
            assert (rows != "0") == shown["may_see"], (login, table)
        return shown["may_see"]

    assert [seen(who) for who in ("op1", "cw1", "aud1", "sup1")] == [False, False, False, True]
    desk = "SELECT answers FROM desk_list ORDER BY id"
    assert asks(site, "cw1", desk)[0].split("\n") == ["restricted", "who=man"]
    for who in ("op1", "cw1", "aud1"):
        assert "shyraq_supervisor" in run(site, "--login", who, "child", "grant", who, code=1).stderr
    assert "GRANT" not in asks(site, "op1", "GRANT shyraq_child TO op1")[0]
    for nobody in ("out1", "nobody_of_that_name", "shyraq_worker"):
        assert "no login of people" in run(site, "--login", "sup1", "child", "grant", nobody,
                                           code=1).stderr
    run(site, "--login", "sup1", "child", "grant", "cw1")
    assert seen("cw1") and not seen("op1")
    assert "who=child" in asks(site, "cw1", desk)[0]
    names = {r["login"]: r["supervisor"] for r in run_json(site, "--login", "op1", "child", "list")}
    assert names == {"cw1": False, "sup1": True}
    run(site, "--login", "sup1", "child", "revoke", "cw1")
    assert not seen("cw1")

    # who opened it, and who let whom in
    said = site.sql("SELECT what || ' ' || code FROM audit WHERE what LIKE 'child.%' ORDER BY id").split("\n")
    assert said.count("child.read sup1") == 1 and "child.read cw1" in said
    assert "child.refused op1" in said and "child.granted sup1" in said and "child.revoked sup1" in said
    assert site.sql("SELECT count(*) FROM audit WHERE case_id = 9002") == "0"


def test_words_of_a_child(still, logins):
    """The function that hands out sealed words keeps to it too, whoever holds a key."""
    key = "11" * 32
    still.sql(f"""
        INSERT INTO keyholder (name, public_key) VALUES ('k1', '\\x{key}');
        INSERT INTO epoch (id, at) VALUES (1, shyraq_now());
        INSERT INTO casefile (id, class, lang, bearer, opened_at)
            VALUES (9001, 'held', 'ru', 0, shyraq_now());
        INSERT INTO case_answer (case_id, slot, code, at) VALUES (9001, 'who', 'child', shyraq_now());
        INSERT INTO narrative (case_id, epoch_id, sealed, at) VALUES (9001, 1, 'x', shyraq_now());
    """)
    words = f"SELECT count(*) FROM shyraq_words(9001, '\\x{key}', 0)"
    assert asks(still, "cw1", words)[0] == "0"
    run(still, "--login", "sup1", "child", "grant", "cw1")
    assert asks(still, "cw1", words)[0] == "1"
    run(still, "--login", "sup1", "child", "revoke", "cw1")
    assert asks(still, "cw1", words)[0] == "0"
