# SPDX-License-Identifier: GPL-3.0-or-later
"""How cases of a month ended: living and erased ones together, and no figure that could name somebody."""
from ctllib import logins, run, run_json  # noqa: F401


def cases(site, n, outcome, month="2026-10", **more):
    columns = "".join(f", {k}" for k in more)
    values = "".join(f", {v}" for v in more.values())
    site.sql("INSERT INTO casefile (id, class, lang, bearer, state, outcome, opened_at" + columns + ") "
             "SELECT nextval('block_seq') + 70000000, 'danger', 'ru', 0, "
             f"'{'closed' if outcome else 'open'}', '{outcome}', '{month}-10 12:00Z'{values} "
             f"FROM generate_series(1, {n})")


def erased(site, n, outcome, month="2026-10"):
    site.sql("INSERT INTO case_stat (month, class, lang, bearer, state, answers, asked, outcome) "
             f"SELECT '{month}-01', 'danger', 'ru', 0, 'closed', '', 1, '{outcome}' "
             f"FROM generate_series(1, {n})")


def figures(site, *args):
    return {(r["month"], r["outcome"]): r["cases"]
            for r in run_json(site, "--login", "op1", "case", "stats", *args)}


def test_a_month(make_site, logins):
    site = make_site(start=False)
    cases(site, 4, "false_danger")
    erased(site, 3, "false_danger")
    cases(site, 4, "safe_place")
    cases(site, 6, "")
    cases(site, 9, "test")
    cases(site, 9, "prank", hidden_at="shyraq_now()")
    erased(site, 5, "", month="2026-09")
    assert figures(site, "--month", "2026-10") == {
        ("2026-10", "false_danger"): "7", ("2026-10", "safe_place"): "<5", ("2026-10", "open"): "6"}
    assert figures(site, "--month", "2026-09") == {("2026-09", "none"): "5"}
    assert figures(site, "--month", "2026-01") == {}
    text = run(site, "--login", "aud1", "case", "stats").stdout
    assert "false_danger" in text and "<5" in text
    assert "needs a login" in run(site, "--login", "out1", "case", "stats", code=1).stderr
    for month in ("2026-13", "2026", "2026-1", "x"):
        run(site, "--login", "op1", "case", "stats", "--month", month, code=2)
