# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotas: who is on duty when, with which phone, and which hours nobody covers."""
import datetime
import hashlib
import os
import subprocess

import pytest

from ctllib import logins, run, run_json, start  # noqa: F401

DUTY = "+77020000401"
HOUR = 3_600_000


@pytest.fixture
def site(make_site, logins):
    made = make_site(start=False)
    start(made, "dispatch")
    return made


def phone(site, name="Night desk", number=DUTY, kind="operator"):
    site.add_receiver(name, number, kind=kind, region="*")
    site.wait_receivers(1)
    return [str(r["contacts"][0]["id"]) for r in run_json(site, "receiver", "list")
            if r["name"] == name][0]


def audited(site):
    return site.sql("SELECT what || ' ' || code FROM audit WHERE what LIKE 'duty.%' ORDER BY id"
                    ).split("\n")


def test_a_rota(site):
    contact = phone(site)
    run(site, "--login", "op1", "duty", "set", "cw1", "--part", "caseworker", "--from", "now",
        "--to", "+8h", "--phone", contact)
    run(site, "--login", "op1", "duty", "set", "op1", "--part", "operator", "--from", "+2h",
        "--to", "+12h", "--phone", contact)
    rows = run_json(site, "--login", "aud1", "duty", "list")
    assert [(r["login"], r["part"], r["now"], r["of"], r["set_by"]) for r in rows] == [
        ("cw1", "caseworker", True, "Night desk", "op1"),
        ("op1", "operator", False, "Night desk", "op1")]
    assert rows[0]["to"] - rows[0]["from"] == 8 * HOUR
    assert DUTY[1:] not in run(site, "--login", "op1", "duty", "list").stdout
    assert len(run_json(site, "--login", "op1", "duty", "list", "--part", "operator")) == 1

    # what has begun ends, what has not is gone
    for row in rows:
        run(site, "--login", "op1", "duty", "end", str(row["id"]))
    assert run_json(site, "--login", "op1", "duty", "list") == []
    past = run_json(site, "--login", "op1", "duty", "list", "--all")
    assert [(r["login"], r["now"]) for r in past] == [("cw1", False)]
    got = run(site, "--login", "op1", "duty", "end", str(rows[0]["id"]), code=1)
    assert "no shift" in got.stderr
    assert audited(site) == ["duty.set op1", "duty.set op1", "duty.ended op1", "duty.dropped op1"]


def a_key(site, name, *more):
    path = f"{site.keys}/{name}.pub"
    with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(hashlib.sha256(name.encode()).hexdigest() + "\n")
    return run(site, "--login", "sup1", "keyholder", "add", "--name", name, "--public", path, *more)


def test_a_case_worker_needs_a_key(site):
    """Who has no key reads nothing at the desk: their hours are nobody's, and they are named."""
    shift = ("duty", "set", "cw1", "--part", "caseworker", "--from", "now", "--to", "+400h")
    check = ("--login", "op1", "duty", "check", "--part", "caseworker")
    assert "cw1 has no key" in run(site, "--login", "op1", *shift).stderr
    got = run(site, *check, code=1)
    assert "cw1 has no key" in got.stderr and "1 gaps" in got.stderr
    a_key(site, "cw1")
    assert run(site, *check).stderr == ""
    assert run(site, "--login", "op1", *shift).stderr == ""
    site.sql("UPDATE keyholder SET active = false WHERE name = 'cw1'")
    run(site, *check, code=1)
    a_key(site, "second", "--of", "cw1")        # a name is given once, a lost key is not
    run(site, *check)


def test_gaps(site):
    contact = phone(site)
    a_key(site, "cw1")
    gaps = run_json(site, "--login", "op1", "duty", "check", code=1)
    assert [g["part"] for g in gaps] == ["operator", "caseworker", "supervisor"]
    assert all(g["to"] - g["from"] == 14 * 24 * HOUR for g in gaps)
    # this half of the day for three weeks: fourteen or fifteen gaps of the other halves between
    now = datetime.datetime.now(datetime.timezone.utc)
    half = now.replace(hour=now.hour // 12 * 12, minute=0)
    other = half + datetime.timedelta(hours=12)
    run(site, "--login", "op1", "duty", "set", "cw1", "--part", "caseworker", "--from",
        f"{half:%Y-%m-%d %H:%M}Z", "--to", "+12h", "--days", "21", "--phone", contact)
    gaps = run_json(site, "--login", "op1", "duty", "check", "--part", "caseworker", code=1)
    assert 14 <= len(gaps) <= 15
    assert all(g["to"] - g["from"] <= 12 * HOUR for g in gaps)
    run(site, "--login", "op1", "duty", "set", "cw1", "--part", "caseworker", "--from",
        f"{other:%Y-%m-%d %H:%M}+00:00", "--to", "+12h", "--days", "21")
    assert run_json(site, "--login", "op1", "duty", "check", "--part", "caseworker") == []
    assert "covered" in run(site, "--login", "op1", "duty", "check", "--part", "caseworker").stdout
    assert "gaps" in run(site, "--login", "op1", "duty", "check", code=1).stderr


@pytest.mark.parametrize("args", [
    ("--part", "cook", "--from", "now", "--to", "+8h"),
    ("--part", "operator", "--from", "2026-11-22 20:00", "--to", "+8h"),    # no zone
    ("--part", "operator", "--from", "2026-02-30 20:00Z", "--to", "+8h"),
    ("--part", "operator", "--from", "now", "--to", "+0h"),
    ("--part", "operator", "--from", "now", "--to", "+900h"),
    ("--part", "operator", "--from", "2020-01-01 20:00Z", "--to", "+8h"),   # over
    ("--part", "operator", "--from", "now", "--to", "+30h", "--days", "2"),
    ("--part", "operator", "--from", "now"),
])
def test_wrong_usage(site, args):
    run(site, "--login", "op1", "duty", "set", "op1", *args, code=2)
    assert site.count("duty") == 0


def test_zones(site):
    for given, hour in (("2999-06-01T20:00+05", 15), ("2999-06-01 20:00+0530", 14),
                        ("2999-06-01 20:00-3", 23), ("2999-06-01 20:00Z", 20)):
        run(site, "--login", "op1", "duty", "set", "op1", "--part", "operator", "--from", given,
            "--to", "+1h")
        assert site.sql("SELECT extract(hour FROM from_at AT TIME ZONE 'UTC')::int FROM duty "
                        "ORDER BY id DESC LIMIT 1") == str(hour), given


def test_who_and_whose_phone(site):
    shelter = phone(site, "Shelter", "+77020000402", kind="shelter")
    me = ("--login", "op1", "duty", "set")
    span = ("--from", "now", "--to", "+8h")
    got = run(site, *me, "op1", "--part", "caseworker", *span, code=1)
    assert "not in the role shyraq_caseworker" in got.stderr
    assert "no login" in run(site, *me, "nobody_here", "--part", "operator", *span, code=1).stderr
    got = run(site, *me, "op1", "--part", "operator", *span, "--phone", shelter, code=1)
    assert "operator" in got.stderr
    # nor by hand: the trigger looks as well
    got = subprocess.run(["psql", site.conninfo("op1"), "-c",
                          "INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES "
                          f"('op1', 'operator', {shelter}, shyraq_now(), shyraq_now() + '1 h')"],
                         capture_output=True, text=True, check=False, timeout=30)
    assert "not a phone of an operator" in got.stderr
    assert "shyraq_operator" in run(site, "--login", "aud1", "duty", "set", "op1", "--part",
                                    "operator", *span, code=1).stderr
    assert site.count("duty") == 0
