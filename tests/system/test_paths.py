# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements find their rows by an index, however long the service has run: tables are filled, every
statement is planned as a worker has it (prepared, for any values), and none walks through a table that grows.

A new table is filled here or named as small; a statement that may walk stands in MAY_WALK with its reason.
"""
import json
import re
import subprocess

import pytest

from sitelib import Site
from test_grants import statements

# What a year and more leaves. All times lie behind; a row in some hundred is open, due or put aside.
FILL = """
SET session_replication_role = replica; -- no trigger, no foreign key: they are what they would be
CREATE FUNCTION pg_temp.old(n bigint) RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT timestamptz ''NOW'' - interval ''1 hour'' - n * interval ''1 minute''';
DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['inbox', 'outbox', 'outbox_part'] LOOP
        EXECUTE format('CREATE TABLE %s_before PARTITION OF %s FOR VALUES FROM (''2000-01-01'')
            TO (%L)', t, t,
            to_char(date_trunc('month', shyraq_now() AT TIME ZONE 'UTC'), 'YYYY-MM-DD') || ' 00:00:00+00');
    END LOOP;
END $$;
INSERT INTO receiver (id, name, kind, lang, regions) OVERRIDING SYSTEM VALUE
    SELECT n, 'r' || n, CASE WHEN n < 10 THEN 'operator' WHEN n < 20 THEN 'police' ELSE 'ngo' END, 'ru', '*'
    FROM generate_series(1, 200) n;
INSERT INTO contact (id, receiver_id, hash, number) OVERRIDING SYSTEM VALUE
    SELECT n, 1 + n % 200, decode(md5('c' || n), 'hex'), 'x' FROM generate_series(1, 400) n;
INSERT INTO link_state (link, number) SELECT 'l' || n, '+' || n FROM generate_series(1, 8) n;
INSERT INTO keyholder (id, name, public_key) OVERRIDING SYSTEM VALUE
    SELECT n, 'k' || n, decode(md5('k' || n) || md5('k' || n), 'hex') FROM generate_series(101, 105) n;
INSERT INTO peer (id, hash, number, created_at) OVERRIDING SYSTEM VALUE
    SELECT n, decode(md5('p' || n), 'hex'), 'x', pg_temp.old(n) FROM generate_series(1, ROWS) n;
INSERT INTO session (peer_id, flow, version, step, lang, flags, misses, slots, case_id, expires_at, timer_at)
    SELECT n, 'help', 1, CASE WHEN n % 100 = 0 THEN 'who' ELSE '' END, 'ru', 0, 0, '', n, pg_temp.old(n),
        CASE WHEN n % 500 = 0 THEN pg_temp.old(n) END FROM generate_series(1, ROWS) n;
INSERT INTO casefile (id, number, peer_id, class, lang, bearer, state, opened_at, taken_by,
    refer_due, offer_due,
        ladder_due, knock_due, unread_due, hidden_at, destroy_at, follow_due)
    OVERRIDING SYSTEM VALUE
    SELECT n, n, n, CASE WHEN n % 50 = 0 THEN 'danger' ELSE 'held' END, 'ru', 0,
        CASE WHEN n % 100 = 0 THEN 'referred' ELSE 'closed' END, pg_temp.old(n), n * 2,
        d.at, d.at, d.at, d.at, d.at, d.at, d.at, d.at
    FROM generate_series(1, ROWS) n, LATERAL (SELECT CASE WHEN n % 500 = 0 THEN pg_temp.old(n) END AS at) d;
INSERT INTO case_answer (case_id, slot, code, at)
    SELECT n, s, CASE s WHEN 'who' THEN 'man' ELSE 'KZ-' || n % 20 END, pg_temp.old(n)
    FROM generate_series(1, ROWS) n, unnest(ARRAY['region', 'where', 'who']) s;
INSERT INTO consent (case_id, kind, yes, wording, at)
    SELECT n, k, true, 'w', pg_temp.old(n) FROM generate_series(1, ROWS) n, unnest(ARRAY['ngo', 'police']) k;
INSERT INTO epoch (id, at) SELECT n, pg_temp.old(n) FROM generate_series(1, 5000) n;
INSERT INTO epoch_box (epoch_id, keyholder_id, box)
    SELECT n, k, 'x' FROM generate_series(1, 5000) n, generate_series(101, 105) k;
INSERT INTO narrative (case_id, epoch_id, sealed, at)
    SELECT n, 1 + n % 5000, 'x', pg_temp.old(n) FROM generate_series(1, ROWS) n;
INSERT INTO place (case_id, sealed) SELECT n, 'x' FROM generate_series(1, ROWS) n;
INSERT INTO assertion (case_id, what, maker, at)
    SELECT n, 'outcome', 'm', pg_temp.old(n) FROM generate_series(1, ROWS) n;
INSERT INTO case_link (case_id, to_case, at)
    SELECT n, n + 1, pg_temp.old(n) FROM generate_series(1, ROWS, 10) n;
INSERT INTO desk_case (case_id, asked_at, done_at)
    SELECT n, pg_temp.old(n), CASE WHEN n % 1000 > 0 THEN pg_temp.old(n) END
        FROM generate_series(1, ROWS, 2) n;
INSERT INTO referral (id, case_id, receiver_id, state, asked_at, remind_due, lease_due, outcome_due, held)
    OVERRIDING SYSTEM VALUE
    SELECT n, 1 + n / 2, 1 + n % 200, CASE WHEN n / 200 % 200 = 0 THEN 'asked'
        WHEN n / 200 % 4 = 0 THEN 'accepted'
        ELSE 'declined' END, pg_temp.old(n / 2), d.at, d.at, d.at, n % 5000 = 0
    FROM generate_series(1, ROWS * 2) n, LATERAL (SELECT CASE WHEN n % 500 = 0
        THEN pg_temp.old(n) END AS at) d;
INSERT INTO referral_ask (referral_id, contact_id, code, asked_at, live)
    SELECT f.id, 1 + (f.id + k * 200) % 400, (f.id + k) % 1000, f.asked_at, f.state IN ('asked', 'accepted')
    FROM referral f, generate_series(0, 1) k;
INSERT INTO relay (id, case_id, referral_id, contact_id, phrase, sealed, at, read_at, told_at)
    SELECT n, n, n * 2, 1 + n % 400, 'come', NULL, pg_temp.old(n), pg_temp.old(n), d.at
    FROM generate_series(1, ROWS) n, LATERAL (SELECT CASE WHEN n % 100 > 0 THEN pg_temp.old(n) END AS at) d;
INSERT INTO job_check (id, peer_id, case_id, inbox_id, epoch_id, asked_at, answered_at, read_at)
    SELECT n, n, n, n, 1 + n % 5000, pg_temp.old(n), d.at, d.at
    FROM generate_series(1, ROWS) n, LATERAL (SELECT CASE WHEN n % 500 > 0 THEN pg_temp.old(n) END AS at) d;
INSERT INTO task (kind, case_id, inbox_id, contact_id, at, done_at, page_due, paged_at)
    SELECT CASE n % 4 WHEN 0 THEN 'complaint' WHEN 1 THEN 'job_check'
        WHEN 2 THEN 'danger' ELSE 'unread' END, n,
        n, 1 + n % 400, pg_temp.old(n), CASE WHEN n % 200 > 0 THEN pg_temp.old(n) END,
        CASE WHEN n % 500 = 0 THEN pg_temp.old(n) END, CASE WHEN n % 400 = 0 THEN pg_temp.old(n) END
    FROM generate_series(1, ROWS) n;
INSERT INTO audit (id, what, case_id, at) OVERRIDING SYSTEM VALUE
    SELECT n + 1000, 'case.opened', n, pg_temp.old(ROWS - n) FROM generate_series(1, ROWS) n;
INSERT INTO audit_chain (n, audit_id, hash)
    SELECT n + 1000, n + 1000, decode(md5('a' || n) || md5('a' || n), 'hex')
        FROM generate_series(1, ROWS - 100) n;
INSERT INTO inbox (id, link, peer_id, t0, done_at, state, smsc_lag_ms)
    SELECT n, 'l' || n % 8, n, pg_temp.old(ROWS - n), pg_temp.old(ROWS - n),
        CASE WHEN n % 1000 = 0 THEN 'aside' ELSE 'done' END, 100 FROM generate_series(1, ROWS) n;
INSERT INTO inbox_key (link_group, key, inbox_id, at, bind, reading, open, confirmed_at)
    SELECT 'g' || n % 4, decode(md5('i' || n), 'hex'), n, shyraq_now() - n * interval '1 second',
        CASE WHEN n % 2 = 0 THEN 1 END, CASE WHEN n % 2 = 0 THEN n END, n % 100 = 0, NULL
    FROM generate_series(1, ROWS) n;
INSERT INTO outbox (id, inbox_id, peer_id, contact_id, case_id, key, priority, state, due_at,
    submit_by, lease_until,
        created_at, settled_at)
    SELECT n, n, CASE WHEN n % 4 > 0 THEN n END, CASE WHEN n % 4 = 0 THEN 1 + n % 400 END, n,
        CASE WHEN n % 8 = 0 THEN 'ref.first' ELSE 'ask.who' END, 2,
        CASE WHEN n % 1000 = 0 THEN 'due' WHEN n % 1000 = 1 THEN 'claimed' WHEN n % 1000 = 2 THEN 'failed'
            WHEN n % 1000 = 3 THEN 'expired' ELSE 'sent' END,
        t.at, t.at, CASE WHEN n % 1000 = 1 THEN t.at END, t.at, CASE WHEN n % 1000 > 1 THEN t.at END
    FROM generate_series(1, ROWS) n, LATERAL (SELECT pg_temp.old(ROWS - n) AS at) t;
INSERT INTO outbox_part (outbox_id, part, link, ref, at)
    SELECT n, 1, 'l' || n % 8, n % 256, pg_temp.old(ROWS - n) FROM generate_series(1, ROWS) n;
INSERT INTO intake (kind, box, at, state)
    SELECT 'task', 'x', pg_temp.old(n), CASE WHEN n % 1000 = 0 THEN 'refused' ELSE 'done' END
    FROM generate_series(1, ROWS / 5) n;
INSERT INTO link_order (kind, at, said_at) SELECT 'pause', pg_temp.old(n), pg_temp.old(n)
    FROM generate_series(1, ROWS / 5) n;
INSERT INTO case_stat (month, class, lang, bearer, state, answers, asked)
    SELECT '2020-01-01', 'held', 'ru', 0, 'closed', '', 1 FROM generate_series(1, ROWS / 5) n;
ANALYZE;
"""
ROWS = 100_000
SMALL = 1000  # rows: to walk through so few is no fault

# Tables that stay small: who works here and when, what links are, how figures stand,
# what is kept for a day at most.
STAY_SMALL = {"schema_step", "receiver", "contact", "receiver_group", "keyholder", "duty", "link_state",
              "link_pause", "legal_hold", "figure", "operation", "test_clock", "part", "code_try",
              "beat"}

# Statements that may walk, each with its reason.
MAY_WALK = {
    "AUDIT_LOOSE": "an auditor's word: what is missing anywhere in the chain",
    "CASE_FIGURES": "figures of all months, asked for some times a year",
    "CASE_STATS": "figures of all months, asked for some times a year",
    "CASE_LINKS": "one person looks one case up: it is held against all that are there",
    "CASE_LIST": "stops after 200, and the filter lets nearly every row through",
    "CASE_SHOW_TASKS": "one person looks one case up: the view hides whose a supervisor's task is",
    "JOB_LIST": "one person looks; planned with its values it reads what is open",
    "TASK_LIST": "one person looks; planned with its values it reads what is open",
    "STATUS_TASKS": "one person looks; of the offers only one column is read",
    "RETENTION_STRANGERS": "once an hour: whoever wrote and has no case, all people against all cases",
}

ROLES = {"worker": "shyraq_worker", "dispatch": "shyraq_dispatch", "ctl": "shyraq_supervisor"}
# a limit above spares nothing below
SLOW_TO_STOP = {"Sort", "Aggregate", "Hash", "Hash Join", "WindowAgg", "SetOp"}
DESK = {"DESK_ME", "DESK_LIST", "DESK_WORDS", "DESK_SAID", "JOB_SEALED"}


def psql(site, script, seconds=120):
    got = subprocess.run(["psql", site.conninfo("postgres"), "-X", "-v", "ON_ERROR_STOP=1", "-qAt"],
                         input=script,
                         capture_output=True, text=True, timeout=seconds, check=False)
    assert got.returncode == 0, got.stderr[-2000:]
    return got.stdout, got.stderr


@pytest.fixture(scope="module")
def filled(base):
    """A database with ROWS rows where rows gather; the tests of this file share it."""
    site = Site(base)
    try:
        site.make()
        now = site.sql("SELECT shyraq_now()")
        psql(site, FILL.replace("ROWS", str(ROWS)).replace("NOW", now))
        yield site
    finally:
        site.close()


@pytest.fixture(scope="module")
def sizes(filled):
    """Rows of each table, and of each partition."""
    out, _ = psql(filled, """SELECT relname, reltuples::bigint FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""")
    return {name: int(rows) for name, rows in (line.split("|") for line in out.split())}


def walks(plan, sizes, indexes, limited=False):
    """What of a plan reads a whole table, or a whole index that holds every row of one."""
    kind, name = plan["Node Type"], plan.get("Relation Name", "")
    if kind == "Limit":
        limited = True
    elif kind in SLOW_TO_STOP:
        limited = False
    if kind == "Seq Scan" and sizes.get(name, 0) > SMALL:
        yield f"Seq Scan on {name}: {plan.get('Filter', '')}"
    if plan.get("Index Name") in indexes:
        table, leads, some = indexes[plan["Index Name"]]
        by = leads in plan.get("Index Cond", "") or some
        if not by and sizes[table] > SMALL and not (limited and "Filter" not in plan):
            yield f"{kind} of all {plan['Index Name']}: {plan.get('Filter', '')}"
    for below in plan.get("Plans", []):
        yield from walks(below, sizes, indexes, limited)


def planned(filled):
    """(name, plan) of every statement, as the role that runs it prepares it."""
    script = ["SET plan_cache_mode = force_generic_plan;"]
    for name, roles, text in statements():
        role = next((ROLES[r] for r in ROLES if r in roles), None)
        if role is None:
            continue
        role = "shyraq_caseworker" if name in DESK else role
        count = max([int(n) for n in re.findall(r"\$(\d+)", text)], default=0)
        args = "(" + ", ".join(["NULL"] * count) + ")" if count else ""
        script.append(f"SET ROLE {role};\nPREPARE {name} AS {text};\n\\echo == {name}\n"
                      f"EXPLAIN (FORMAT JSON) EXECUTE {name}{args};\nDEALLOCATE {name};\nRESET ROLE;")
    out, _ = psql(filled, "\n".join(script))
    for part in out.split("== ")[1:]:
        name, plan = part.split("\n", 1)
        yield name, json.loads(plan)[0]["Plan"]


@pytest.fixture(scope="module")
def indexes(filled):
    """Of each index: its table, its first column, and whether it holds some rows of it alone."""
    out, _ = psql(filled, """SELECT c.relname, t.relname, i.indpred IS NOT NULL,
        pg_get_indexdef(c.oid, 1, true)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relnamespace = 'public'::regnamespace""")
    rows = (line.split("|", 3) for line in out.splitlines())
    return {name: (table, column, some == "t") for name, table, some, column in rows}


def test_every_table_is_known(sizes):
    """What is not small is filled: without rows a plan says nothing."""
    parts = re.compile(r"^(inbox|outbox|outbox_part)_(before|\d{4}_\d{2})$")
    for name in STAY_SMALL:
        assert sizes.get(name, 0) <= SMALL, name
    for name, rows in sizes.items():
        assert name in STAY_SMALL or parts.match(name) or rows >= ROWS / 25, f"{name} has {rows} rows"
    for name in ("inbox", "outbox", "outbox_part"):
        assert sizes[name + "_before"] >= ROWS / 4


def test_statements(filled, sizes, indexes):
    bad = {}
    for name, plan in planned(filled):
        found = list(dict.fromkeys(walks(plan, sizes, indexes)))
        if found:
            bad[name] = found
            print(name, *found, sep="\n    ")
    assert sorted(bad) == sorted(MAY_WALK)


# What the functions and the foreign keys of the schema run by themselves, where people and cases are many.
INSIDE = """
SELECT shyraq_police_words(500), shyraq_persons(500, '1'), shyraq_held(7), shyraq_is_child(500),
    shyraq_may_see(500), shyraq_look(500);
SELECT * FROM shyraq_words(500, (SELECT public_key FROM keyholder WHERE id = 101), 0);
SELECT * FROM shyraq_job_words(500, (SELECT public_key FROM keyholder WHERE id = 101));
UPDATE casefile SET state = 'met' WHERE id = 500;
UPDATE referral SET state = 'declined', asked_at = shyraq_now() WHERE id = 500;
DELETE FROM casefile WHERE id = 700;
DELETE FROM peer WHERE id = 900;
DELETE FROM narrative WHERE epoch_id = 4000;
DELETE FROM epoch WHERE id = 4000;
"""


def test_inside(filled, sizes, indexes):
    """Functions, triggers and cascades, as they run: each plan is told by auto_explain."""
    _, said = psql(filled, "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; "
                   "SET auto_explain.log_nested_statements = on; SET auto_explain.log_triggers = off; "
                   "SET auto_explain.log_format = json; SET client_min_messages = log; "
                   f"BEGIN;{INSIDE}ROLLBACK;")
    plans = [json.JSONDecoder().raw_decode(part[part.index("{"):])[0]
             for part in said.split("LOG:  duration:")[1:]]
    assert len(plans) > 30
    bad = {plan["Query Text"]: found for plan in plans
           if (found := list(walks(plan["Plan"], sizes, indexes)))}
    for text, found in bad.items():
        print(text, *found, sep="\n    ")
    assert not bad


def test_foreign_keys(filled):
    """What goes with another row is found by an index; receivers, phones and key holders never go."""
    bare, _ = psql(filled, """
        SELECT c.conrelid::regclass || '.' || a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f'
            AND c.confrelid::regclass::text NOT IN ('receiver', 'contact', 'keyholder', 'receiver_group')
            AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
                AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) =
                    format('(%s IS NOT NULL)', a.attname)))
        ORDER BY 1""")
    assert bare.split() == ["code_try.peer_id"]  # of a day
