# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl case: closed, opened again, asserted, its history; done by dispatch, refused with a reason.

The person hears nothing unasked.
"""
import subprocess

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
    whole = run_json(site, "case", "history", case)
    asked = [(row["code"], row["by"]) for row in whole if row["what"] == "referral"]
    assert [code for code, _ in asked][:2] == ["asked", "accepted"] and asked[0][1] == asked[1][1]
    said = [row for row in whole if row["what"] != "referral"]
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


def dump(site):
    return subprocess.run(["pg_dump", "--data-only", "-d", site.conninfo("postgres")],
                          capture_output=True, text=True, check=True, timeout=60).stdout


def test_one_answer_is_forgotten(site):
    """Nothing of it is left in any table but that it was erased, by whom; all else stands."""
    person, a, case, code = referred(site)
    a.text(f"1 {code}")
    a.expect(rf"№{case} ваше")
    before = {x["question"]: x["answer"] for x in run_json(site, "case", "show", case)["answers"]}
    assert "who" in before and "what" in before
    run(site, "case", "forget-answer", case, "WHAT!", code=2)
    assert "no such answer" in run(site, "case", "forget-answer", case, "whom", code=1).stderr
    assert "no case has" in run(site, "case", "forget-answer", "99999", "what", code=1).stderr
    got = run(site, "case", "forget-answer", case, "what").stdout
    assert "this answer no more" in got
    after = {x["question"]: x["answer"] for x in run_json(site, "case", "show", case)["answers"]}
    assert after == {k: v for k, v in before.items() if k != "what"}
    text = dump(site)
    assert f"what={before['what']}" not in text
    assert f"\twhat\t{before['what']}\t" not in text and f"who={before['who']}" in text
    assert site.sql("SELECT string_agg(what, ' ' ORDER BY id) FROM audit WHERE what LIKE 'answer.%'"
                    ) == "answer.forgotten answer.forgotten_slot"
    person.silence(0.5)
