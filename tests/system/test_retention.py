# SPDX-License-Identifier: GPL-3.0-or-later
"""What is forgotten by age: cases with all that hangs on them, people, keys of words; and holds."""
import pytest

from ctllib import logins, run, run_json, still  # noqa: F401 (fixtures)
from sitelib import FIRST, PERSON, SHELTER_A, five_answers, referral_of

DAY = 24 * 60
OTHER = "+77010000002"
OF_CASES = ("casefile", "case_answer", "consent", "narrative", "place", "referral", "referral_ask",
            "task", "epoch", "epoch_box")


def met(site, number):
    """A case that was taken and ended: nothing is due for it any more. Its number."""
    person, a = site.phone(number), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    a.text(f"5 {code}")
    site.wait_sql(f"SELECT state, met_at IS NOT NULL FROM casefile WHERE number = {case}", "met|t")
    a.expect(rf"№{case}")
    return case


def counts(site):
    return {table: site.count(table) for table in OF_CASES if site.count(table)}


def test_gone_after_the_retention(make_site):
    """At 89 days all of it is there, at 91 nothing but a row that is linked to nobody."""
    site = make_site()
    met(site, PERSON)
    site.sql("INSERT INTO task (kind, case_id) SELECT 'asked_for', id FROM casefile")
    before = counts(site)
    assert before["narrative"] >= 1 and before["task"] == 1
    person = site.sql("SELECT peer_id FROM casefile")
    assert site.count(f"session WHERE peer_id = {person}") == 1
    site.advance(89 * DAY)
    site.wait_sql("SELECT count(*) FROM session WHERE step <> ''", 0)
    assert site.count("casefile") == 1 and site.count("case_stat") == 0
    assert site.count(f"peer WHERE id = {person}") == 1
    site.advance(2 * DAY)
    site.wait_sql("SELECT count(*) FROM casefile", 0)
    site.wait_sql(f"SELECT count(*) FROM peer WHERE id = {person}", 0)
    site.wait_sql("SELECT count(*) FROM epoch", 0)
    assert site.count(f"session WHERE peer_id = {person}") == 0
    assert counts(site) == {}
    stat = site.sql("SELECT class, lang, bearer, state, asked, taken_min IS NOT NULL, "
                    "month = date_trunc('month', month), answers FROM case_stat").split("|")
    assert stat[:7] == ["held", "uz", "0", "met", "1", "t", "t"], stat
    assert "region=KZ-47" in stat[7] and "ngo=yes" in stat[7] and "where=" not in stat[7]
    assert site.sql("SELECT DISTINCT what FROM audit WHERE code LIKE 'cases=%'") == "retention"
    assert run_json(site, "audit", "verify")["whole"]
    assert run_json(site, "receiver", "list")[0]["phones"] == 1     # receivers stay
    back = site.phone(PERSON)           # who comes back is new
    back.new()
    back.ask(FIRST, "tinchmi")


def test_held_stays(make_site, logins):  # noqa: F811
    site = make_site()
    case, other = met(site, PERSON), met(site, OTHER)
    got = run(site, "--login", "op1", "case", "hold", case, "--reason", "court", code=1)
    assert "shyraq_supervisor" in got.stderr
    run(site, "--login", "sup1", "case", "hold", f"№{case}", "--reason", "court order 12/26")
    assert "held already" in run(site, "case", "hold", case, "--reason", "again", code=1).stderr
    assert "no case" in run(site, "case", "hold", "99999", "--reason", "court", code=1).stderr
    assert [(h["case"], h["by"], h["reason"]) for h in run_json(site, "--login", "op1", "case", "holds")] \
        == [(int(case), "sup1", "court order 12/26")]
    assert "court order" in run(site, "--login", "aud1", "case", "show", case).stdout
    before = {table: int(site.sql(f"SELECT count(*) FROM {table} t WHERE t.case_id = "
                                  f"(SELECT id FROM casefile WHERE number = {case})"))
              for table in ("case_answer", "consent", "narrative", "place", "referral")}
    assert before["narrative"] and before["place"]
    site.advance(91 * DAY)
    site.wait_sql("SELECT count(*) FROM case_stat", 1)
    assert site.sql("SELECT number FROM casefile") == case
    assert before == {table: site.count(table) for table in before}
    assert site.count("epoch") == 1 and site.count("epoch_box") == 1
    site.wait_sql("SELECT count(*) FROM peer WHERE id NOT IN (SELECT peer_id FROM casefile) "
                  "AND id NOT IN (SELECT peer_id FROM session)", 0)
    assert other != case
    run(site, "--login", "sup1", "case", "release", case)
    assert "not held" in run(site, "case", "release", case, code=1).stderr
    site.advance(61)
    site.wait_sql("SELECT count(*) FROM casefile", 0)
    assert site.sql("SELECT what, code FROM audit WHERE what LIKE 'hold.%' ORDER BY id") == \
        "hold.begun|sup1\nhold.ended|sup1"


@pytest.mark.parametrize("name,sql,goes", [
    ("ended", "", True),
    ("ended, of a number that stays", "UPDATE peer SET stopped = true", True),
    ("young answer", "INSERT INTO case_answer VALUES (7, 'x', 'y', shyraq_now())", False),
    ("young referral", "INSERT INTO referral (case_id, receiver_id, state, asked_at) "
     "SELECT 7, id, 'declined', shyraq_now() FROM receiver", False),
    ("an acceptance runs out", "INSERT INTO referral (case_id, receiver_id, state, asked_at, lease_due) "
     "SELECT 7, id, 'asked', shyraq_now() - interval '99 d', shyraq_now() + interval '1 d' "
     "FROM receiver", False),
    ("a ladder is due", "UPDATE casefile SET ladder_due = shyraq_now() + interval '1 d'", False),
    ("met yesterday", "UPDATE casefile SET met_at = shyraq_now() - interval '1 d'", False),
    ("held", "INSERT INTO legal_hold (case_id, reason) VALUES (7, 'court')", False),
    ("a person who wrote yesterday", "UPDATE peer SET window_until = shyraq_now() - interval '1 d'", False),
    ("an open task", "INSERT INTO task (kind, case_id) VALUES ('danger', 7)", True),
])
def test_which_cases_go(still, name, sql, goes):  # noqa: F811
    still.sql("""
        INSERT INTO receiver (name, kind, lang, regions) VALUES ('A', 'ngo', 'ru', '*');
        INSERT INTO peer (hash, number, created_at, window_until) SELECT decode(md5('x'), 'hex'), 'x',
            t, t FROM (SELECT shyraq_now() - interval '91 d' AS t) a;
        INSERT INTO casefile (id, peer_id, class, lang, bearer, state, opened_at)
            SELECT 7, id, 'held', 'uz', 0, 'met', created_at FROM peer;
        INSERT INTO session (peer_id, flow, version, step, lang, flags, misses, slots, case_id, expires_at)
            SELECT id, 'help', 1, '', 'uz', 0, 0, '', 7, created_at + interval '72 h' FROM peer""")
    if sql:
        still.sql(sql)
    still.sql("INSERT INTO peer (hash, number, created_at, stopped) SELECT decode(md5('y'), 'hex'), 'y', "
              "shyraq_now() - interval '99 d', true; "
              "INSERT INTO peer (hash, number, created_at) SELECT decode(md5('z'), 'hex'), 'z', "
              "shyraq_now() - interval '99 d'")
    still.procs["dispatch"].start().wait_ready()
    still.wait_sql("SELECT count(*) FROM peer WHERE number = 'z'", 0)   # its look is over
    assert (still.count("casefile") == 0) == goes, name
    assert (still.count("case_stat") == 1) == goes
    assert (still.count("session") == 0) == goes
    assert still.count("peer WHERE number = 'y'") == 1                  # S4: the stop stays known


def test_small_batches(still):  # noqa: F811
    """More than one batch goes without waiting an hour; one that cannot go stops nobody."""
    still.sql("""
        INSERT INTO casefile (id, class, lang, bearer, state, opened_at)
            SELECT i, 'held', 'uz', 0, 'met', shyraq_now() - interval '91 d' - i * interval '1 s'
            FROM generate_series(1, 100) i;
        INSERT INTO legal_hold (case_id, reason) SELECT i, 'court' FROM generate_series(60, 70) i;
        INSERT INTO outbox (id, contact_id, key, text, priority, state, settled_at)
            SELECT 1, 1, 'ref.first', 'sealed', 2, 'failed', shyraq_now() - interval '91 d';
        INSERT INTO outbox (id, contact_id, key, text, priority, state, settled_at)
            SELECT 2, 1, 'ref.first', 'sealed', 2, 'failed', shyraq_now();
        INSERT INTO task (kind, at, done_at) SELECT 'aside', t, t
            FROM (SELECT shyraq_now() - interval '91 d' AS t) a""")
    still.procs["dispatch"].start().wait_ready()
    still.wait_sql("SELECT count(*) FROM casefile", 11)
    assert still.count("case_stat") == 89
    assert still.sql("SELECT string_agg(code, ' ' ORDER BY id) FROM audit WHERE what = 'retention' "
                     "AND code LIKE 'cases%'") == "cases=32 cases=32 cases=25"
    still.wait_sql("SELECT string_agg(id::text, ' ') FROM outbox WHERE text IS NOT NULL", "2")
    still.wait_sql("SELECT count(*) FROM task", 0)


def test_a_hold_cannot_be_deleted_around(still):  # noqa: F811
    """Even a hand that forgets to look cannot erase a held case."""
    still.sql("INSERT INTO casefile (id, class, lang, bearer) VALUES (7, 'held', 'uz', 0); "
              "INSERT INTO legal_hold (case_id, reason) VALUES (7, 'court')")
    with pytest.raises(Exception, match="legal_hold"):
        still.sql("DELETE FROM casefile")
    assert still.count("casefile") == 1
