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
    supervises = {"KEYHOLDER_PUT", "KEYHOLDER_RETIRE", "HOLD_PUT", "HOLD_OFF"}
    writes = {"INTAKE_PUT", "ORDER_PUT", "ORDER_WITHDRAW", "ORDER_STATE", "DUTY_PUT", "DUTY_END",
              "DUTY_DROP"} | supervises
    desk = {"DESK_ME", "DESK_LIST", "DESK_WORDS", "DESK_SAID"}
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
