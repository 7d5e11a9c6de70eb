# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain over the audit: made by dispatch, checked by anybody, and what breaks it is named."""
import re

import pytest

from ctllib import logins, put_link, run, run_json, start, still  # noqa: F401 (fixtures)
from sitelib import FIRST, PERSON, SHELTER_A, child, five_answers, referral_of


def note(site, n, what="test"):
    """Rows as any process writes them."""
    site.sql(f"INSERT INTO audit (what, case_id, code) SELECT '{what}', i, 'x' "
             f"FROM generate_series(1, {n}) i")


def chained(site, seconds=15):
    """Until each row has its link."""
    assert child.wait_for(lambda: site.count("audit") == site.count("audit_chain"), seconds, 0.1)


def behind_its_back(site, sql):
    """As who owns the machine could: no constraint, no trigger."""
    site.sql(f"SET session_replication_role = replica; {sql}")


@pytest.fixture
def chain(still):  # noqa: F811
    """Forty rows, chained; nobody runs any more."""
    start(still, "dispatch")
    note(still, 20)
    chained(still)
    note(still, 20)
    chained(still)
    still.procs["dispatch"].stop()
    return still


def test_whole(chain, logins):  # noqa: F811
    told = run_json(chain, "audit", "verify")
    rows = chain.count("audit")
    assert told["whole"] and told["rows"] == rows and told["unchained"] == 0
    assert told["broken"] is None and told["head_met"] is None
    shown = run(chain, "--login", "aud1", "audit", "verify").stdout
    head = re.search(rf"^head ({rows}:[0-9a-f]{{64}})$", shown, re.M)[1]
    assert head.endswith(told["head"])
    assert chain.sql("SELECT bool_and(a.id = c.audit_id) FROM "
                     "(SELECT row_number() OVER (ORDER BY id) n, id FROM audit) a "
                     "JOIN audit_chain c USING (n)") == "t"
    run(chain, "--login", "sup1", "audit", "verify", "--head", head)
    for login in ("op1", "cw1", "out1"):
        got = run(chain, "--login", login, "audit", "verify", code=1)
        assert "shyraq_auditor" in got.stderr
    start(chain, "dispatch")            # it goes on from where it stands
    note(chain, 3)
    chained(chain)
    told = run_json(chain, "audit", "verify", "--head", head)
    assert told["whole"] and told["rows"] == rows + 3 and told["head_met"]


@pytest.mark.parametrize("sql,why", [
    ("UPDATE audit SET code = 'y' WHERE id = {id}", "changed"),
    ("UPDATE audit SET case_id = NULL WHERE id = {id}", "changed"),
    ("UPDATE audit SET subject = 1 WHERE id = {id}", "changed"),
    ("UPDATE audit SET contact_id = case_id, case_id = NULL WHERE id = {id}", "changed"),
    ("UPDATE audit SET at = at + interval '1 microsecond' WHERE id = {id}", "changed"),
    ("UPDATE audit SET what = what || ' ' WHERE id = {id}", "changed"),
    ("UPDATE audit_chain SET hash = decode(repeat('ab', 32), 'hex') WHERE audit_id = {id}", "changed"),
    ("DELETE FROM audit WHERE id = {id}", "the row is gone"),
    ("DELETE FROM audit_chain WHERE audit_id = {id} - 1", "missing"),
])
def test_broken(chain, sql, why):
    row = int(chain.sql("SELECT max(id) - 7 FROM audit"))
    behind_its_back(chain, sql.format(id=row))
    told = run_json(chain, "audit", "verify", code=1)
    assert not told["whole"] and told["broken"] == row and why in told["why"]
    got = run(chain, "audit", "verify", code=1)
    assert f"breaks at row {row} of the audit" in got.stderr and why in got.stderr


def test_cut_or_made_anew(chain):
    """Its end cut off is still a chain: a head that was kept elsewhere tells."""
    rows = chain.count("audit")
    head = f"{rows}:{run_json(chain, 'audit', 'verify')['head']}"
    behind_its_back(chain, "DELETE FROM audit_chain WHERE n > 10; DELETE FROM audit a WHERE NOT EXISTS "
                    "(SELECT FROM audit_chain c WHERE c.audit_id = a.id)")
    assert run_json(chain, "audit", "verify")["whole"]
    got = run(chain, "audit", "verify", "--head", head, code=1)
    assert f"has not the head {rows}" in got.stderr
    behind_its_back(chain, "DELETE FROM audit_chain; UPDATE audit SET code = 'y'")
    start(chain, "dispatch")
    chained(chain)
    first = "1:" + "0" * 64
    assert run_json(chain, "audit", "verify")["whole"]
    assert run_json(chain, "audit", "verify", "--head", first, code=1)["head_met"] is False


def test_row_that_nobody_chained(chain):
    chain.sql("INSERT INTO audit (what, at) VALUES ('slipped in', shyraq_now() - interval '2 min')")
    row = int(chain.sql("SELECT max(id) FROM audit"))
    told = run_json(chain, "audit", "verify", code=1)
    assert told["broken"] == row and told["unchained"] == 1 and "not chained" in told["why"]


def test_order_of_ids(still):  # noqa: F811
    """A transaction that commits late keeps its place; one that never commits holds nobody up for long."""
    start(still, "dispatch")
    note(still, 1)
    chained(still)
    last = int(still.sql("SELECT max(id) FROM audit"))
    still.sql(f"ALTER TABLE audit ALTER COLUMN id RESTART WITH {last + 2}")
    note(still, 1, "behind a gap")
    assert not child.wait_for(lambda: still.count("audit") == still.count("audit_chain"), 3, 0.1)
    still.sql(f"INSERT INTO audit (id, what) OVERRIDING SYSTEM VALUE VALUES ({last + 1}, 'late')")
    chained(still)
    assert still.sql("SELECT string_agg(audit_id::text, ' ' ORDER BY n DESC) FROM audit_chain"
                     ).split()[:2] == [str(last + 2), str(last + 1)]
    still.sql(f"ALTER TABLE audit ALTER COLUMN id RESTART WITH {last + 9}")
    note(still, 1, "behind a gap for ever")
    chained(still)
    still.sql(f"INSERT INTO audit (id, what) OVERRIDING SYSTEM VALUE VALUES ({last + 4}, 'too late')")
    chained(still)
    assert run_json(still, "audit", "verify")["whole"]


def test_what_is_in_it(make_site):
    """Consents, referrals, suspensions, holds, keys, orders: ids and codes, no word and no number."""
    site = make_site()
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    person.text("STOP")
    site.wait_sql("SELECT count(*) FROM audit WHERE what = 'person.stop'", 1)
    run(site, "receiver", "suspend", "Shelter B")
    run(site, "case", "hold", case, "--reason", "court")
    assert child.wait_for(lambda: run_json(site, "modem", "list"), 12, 0.25)
    run(site, "pause", "campaign")
    chained(site)
    seen = dict(row.split("|") for row in site.sql(
        "SELECT what, count(*) FROM audit GROUP BY 1").split("\n"))
    for what in ("case.open", "consent", "referral.asked", "referral.accepted", "person.stop",
                 "receiver.stored", "receiver.suspended", "hold.begun", "key.added", "order.pause"):
        assert int(seen.get(what, 0)) >= 1, (what, seen)
    assert site.sql("SELECT by FROM link_order WHERE id = (SELECT subject FROM audit "
                    "WHERE what = 'order.pause')") == "shyraq_owner"
    assert site.sql("SELECT name FROM receiver WHERE id = (SELECT subject FROM audit "
                    "WHERE what = 'receiver.suspended')") == "Shelter B"
    held = site.sql("SELECT what, code FROM audit")
    for words in (FIRST, "jetiboy", PERSON[1:], SHELTER_A[1:], "Shelter"):
        assert words not in held
    assert run_json(site, "audit", "verify")["whole"]


def test_nobody_may_change_it(still):  # noqa: F811
    got = still.sql("""SELECT DISTINCT grantee, privilege_type FROM information_schema.role_table_grants
        WHERE table_name IN ('audit', 'audit_chain') AND grantee <> 'shyraq_owner'
            AND privilege_type NOT IN ('SELECT', 'INSERT')""")
    assert got == ""
    worker = still.sql("""SELECT string_agg(privilege_type, ' ') FROM information_schema.role_table_grants
        WHERE table_name IN ('audit', 'audit_chain') AND grantee = 'shyraq_worker'""")
    assert worker == "INSERT"
