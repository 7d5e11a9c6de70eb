# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl queue, case, task: what waits, what failed, what a case came to."""
import json
import re

from ctllib import poison, run, run_json
from sitelib import FIRST, PERSON, SHELTER_A, five_answers, referral_of


def test_queue_retry_of_a_text(make_site):
    site = make_site()
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.wait_quiet()
    site.sims["m1"].order("fault", name="cms", code=1, count=1)   # the network refuses for good
    site.advance(1.1)
    site.wait_sql("SELECT state FROM outbox WHERE contact_id IS NOT NULL", "refused")
    a.silence(0.5)
    failed = run_json(site, "queue", "--failed")
    assert [(f["receiver"], f["state"], f["error"]) for f in failed] == \
        [("Shelter A", "refused", 1)]
    assert "Shelter A" in run(site, "queue", "--failed").stdout
    text = str(failed[0]["id"])
    assert run(site, "queue", "retry", text).stdout == "due again\n"
    a.expect("№")                       # the same words, kept sealed meanwhile
    site.wait_sql(f"SELECT state IN ('sent', 'delivered') FROM outbox WHERE id = {text}", "t")
    assert "it has not failed" in run(site, "queue", "retry", text, code=1).stderr
    assert site.sql("SELECT text IS NULL FROM outbox WHERE contact_id IS NOT NULL") == "t"

    answer = site.sql("SELECT max(id) FROM outbox WHERE peer_id IS NOT NULL")
    site.sql(f"UPDATE outbox SET state = 'failed' WHERE id = {answer}")
    before = len(person.all())
    error = run_json(site, "queue", "retry", answer, code=1)["error"]
    assert "person" in error and "S1" in error
    assert site.sql(f"SELECT state FROM outbox WHERE id = {answer}") == "failed"
    assert len(person.all()) == before
    assert "no text and no message" in run(site, "queue", "retry", "999999999", code=1).stderr
    counts = {q["state"]: q["count"] for q in run_json(site, "queue")}
    assert counts["failed"] == 1 and re.search(r"^failed +1", run(site, "queue").stdout, re.M)


def test_queue_retry_to_a_suspended_receiver(make_site):
    site = make_site()
    site.sql("""INSERT INTO outbox (id, contact_id, key, text, priority, state)
                SELECT 77, id, 'ref.first', 'x', 2, 'failed' FROM contact LIMIT 1""")
    run(site, "receiver", "suspend", site.sql(
        "SELECT r.name FROM receiver r JOIN contact k ON k.receiver_id = r.id "
        "JOIN outbox o ON o.contact_id = k.id WHERE o.id = 77"))
    assert "suspended" in run(site, "queue", "retry", "77", code=1).stderr


def test_queue_retry_of_a_message(make_site):
    """A message that was refused is read again once the cause is mended; nothing is answered."""
    site = make_site()
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    site.wait_quiet()
    poison(site)
    person.text("1")
    site.wait_sql("SELECT state FROM inbox ORDER BY id DESC LIMIT 1", "refused")
    listed = run_json(site, "queue", "--refused")
    assert len(listed) == 1 and listed[0]["state"] == "refused" and listed[0]["link"] == "m1"
    assert run_json(site, "queue", "--put-aside") == []
    message = str(listed[0]["id"])
    site.sql(f"UPDATE inbox SET peer_id = NULL WHERE id = {message}")
    assert "only shown" in run(site, "queue", "retry", message, code=1).stderr

    site.sql(f"UPDATE inbox SET peer_id = (SELECT id FROM peer) WHERE id = {message}")
    assert "22023" in run(site, "queue", "retry", message, code=1).stderr
    assert site.sql(f"SELECT state FROM inbox WHERE id = {message}") == "refused"
    site.sql("DROP TRIGGER poison ON session")
    assert "taken" in run(site, "queue", "retry", message).stdout
    assert site.sql(f"SELECT state, sealed IS NULL FROM inbox WHERE id = {message}") == "done|t"
    assert site.sql("SELECT code FROM case_answer WHERE slot = 'calm'") == "yes"
    assert run_json(site, "task", "list") == []
    person.silence(1)
    assert "it was not refused" in run(site, "queue", "retry", message, code=1).stderr
    person.ask("jetiboy", "Qayerdasiz|nima bo'ldi")     # the conversation goes on from there


def test_no_retry_behind_a_newer_message(make_site):
    site = make_site()
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    site.wait_quiet()
    poison(site)
    person.text("2")
    site.wait_sql("SELECT state FROM inbox ORDER BY id DESC LIMIT 1", "refused")
    site.sql("DROP TRIGGER poison ON session")
    person.ask("1", "Qayerdasiz")
    site.sql("UPDATE inbox SET peer_id = (SELECT id FROM peer) WHERE state = 'refused'")
    message = site.sql("SELECT id FROM inbox WHERE state = 'refused'")
    error = run_json(site, "queue", "retry", message, code=1)["error"]
    assert "written since" in error
    assert site.sql("SELECT code FROM case_answer WHERE slot = 'calm'") == "yes"


def test_put_aside_and_tasks(make_site):
    site = make_site()
    site.phone("+77010000061").text("yordam bering", alphabet="8bit")
    site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'aside'", 1)
    listed = run_json(site, "queue", "--put-aside")
    assert [m["error"] for m in listed] == ["data"] and "data" in run(
        site, "queue", "--put-aside").stdout
    assert run_json(site, "queue", "--refused") == []
    assert "only shown" in run(site, "queue", "retry", str(listed[0]["id"]), code=1).stderr
    tasks = run_json(site, "task", "list")
    mine = [t for t in tasks if t["message"] == listed[0]["id"]]
    assert len(mine) == 1 and mine[0]["kind"] == "aside"
    assert run(site, "task", "done", str(mine[0]["id"])).stdout == "done\n"
    assert mine[0] not in run_json(site, "task", "list")
    assert "no open task" in run(site, "task", "done", str(mine[0]["id"]), code=1).stderr


def test_case(make_site):
    site = make_site()
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    listed = run_json(site, "case", "list")
    assert [str(c["number"]) for c in listed] == [case] and listed[0]["state"] == "taken"
    whole = run_json(site, "case", "show", case)
    answers = {x["question"]: x["answer"] for x in whole["answers"]}
    assert answers["region"] == "KZ-47" and answers["ngo"] == "yes"
    assert whole["taken_by"] == "Shelter A" and whole["taken"] is not None
    assert [r["state"] for r in whole["referrals"]] == ["accepted"]
    assert [c["kind"] for c in whole["consents"]] == ["ngo"] and whole["tasks"] == []
    shown = run(site, "case", "show", f"№{case}").stdout
    assert "taken by" not in shown.splitlines()[0] and "by Shelter A" in shown
    for words in (FIRST, "jetiboy", PERSON[1:], SHELTER_A[1:]):
        assert words not in shown and words not in json.dumps(whole)
    # three digits stand in many a time; on their own they would be the code
    assert not re.search(rf"(?<![\d.:]){code}(?!\d)", shown + json.dumps(whole))
    assert "no case" in run(site, "case", "show", "99", code=1).stderr
