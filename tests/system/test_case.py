# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl case: closed, opened again, asserted, its history; done by dispatch, refused with a reason.

The person hears nothing unasked.
"""
from ctllib import run, run_json
from test_receivers import referred


def test_from_closed_to_closed(site):
    person, a, case, code = referred(site)
    a.text(f"1 {code}")
    a.expect(rf"№{case} ваше")
    run(site, "case", "close", case, "--outcome", "court", code=2)
    run(site, "case", "close", case, "--outcome", "wages")
    assert "closed already" in run(site, "case", "close", case, "--outcome", "wages", code=1).stderr
    assert site.sql("SELECT state FROM casefile") == "closed"
    run(site, "case", "reopen", case, code=2)
    run(site, "case", "reopen", case, "--reason", "told us another thing")
    a.expect(rf"№{case} открыто снова")
    run(site, "case", "assert", case, "legal", "sentence", "--reason", "court of the city")
    run(site, "case", "assert", case, "legal", "prison", code=2)
    run(site, "case", "unlink", case, code=1)
    said = run_json(site, "case", "history", case)
    assert [row["what"] for row in said] == ["closed", "reopened", "legal"]
    assert said[0]["code"] == "wages" and said[2]["code"] == "sentence"
    assert all(row["by"] for row in said)
    assert run_json(site, "case", "links", case) == []
    person.silence(0.5)


def test_codes_of_the_closed_list(site):
    rows = run_json(site, "case", "outcomes")
    closing = {row["code"] for row in rows if row["closes"]}
    assert {"safe_place", "declined", "prank", "duplicate"} <= closing
    assert closing.isdisjoint({"court", "reclassified", "no_evidence"})
    assert {row["cas_Status"] for row in rows} <= {"Active", "Closed", "ClosedReferred"}
