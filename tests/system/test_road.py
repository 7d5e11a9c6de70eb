# SPDX-License-Identifier: GPL-3.0-or-later
"""The road: journey 1 over real parts, from the first text to the two-part detail."""
import re

from sitelib import (FIRST, PERSON, SHELTER_A, SHELTER_B, five_answers, referral_of)


def test_journey_one(site):
    person, a, b = site.phone(PERSON), site.phone(SHELTER_A), site.phone(SHELTER_B)
    five_answers(site, person)
    for text in person.all():
        assert text["parts"] == 1, text
        assert text["vp_minutes"] is not None and 5 <= text["vp_minutes"] <= 15, text

    person.ask("1", "necha kishi")
    assert site.count("casefile") == 1
    assert site.sql("SELECT count(*) FROM consent WHERE kind = 'ngo' AND yes") == "1"
    person.text("7")
    site.wait_quiet()
    assert a.all() == []            # the referral waits 60 s after the yes, for this answer
    site.advance(1.1)
    first = a.expect("№")
    case, code = referral_of(first["text"])
    assert first["parts"] == 1 and "+7" in first["text"]
    assert PERSON[1:] not in first["text"]
    b.silence(0.5)

    site.advance(30)                # held, calm: the reminder comes 30 min after the asking
    reminder = a.expect(rf"№{case} .*30")
    assert f"1 {code}" in reminder["text"] and reminder["parts"] == 1
    b.silence(0.5)

    site.advance(10)
    a.text(f"1 {code}")
    detail = a.expect(rf"№{case} .*\d\d:\d\d")
    assert detail["parts"] == 2
    taken = re.search(r"(\d\d):(\d\d)", detail["text"]).group(0)
    assert taken in {site.local(site.now_ms() - s * 1000) for s in (0, 15, 30, 60)}
    site.wait_sql("SELECT state FROM casefile", "taken")

    before = len(person.all())
    site.advance(30)                # accepted: the ladder has stopped, nobody is asked or reminded
    a.silence(1)
    b.silence(0.5)
    assert len(person.all()) == before
    assert site.count("outbox WHERE state NOT IN ('sent', 'delivered', 'withdrawn')") == 0


def test_next_receiver_is_asked(site):
    person, a, b = site.phone(PERSON), site.phone(SHELTER_A), site.phone(SHELTER_B)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code_a = referral_of(a.expect("№")["text"])
    site.advance(30)
    a.expect(rf"№{case} .*30")
    site.advance(15)
    case_b, code_b = referral_of(b.expect("№")["text"])
    assert case_b == case
    b.text(f"1 {code_b}")
    b.expect(rf"№{case} .*\d\d:\d\d")
    a.expect(rf"№{case}")           # one stand-down
    a.text(f"1 {code_a}")           # late: changes nothing
    a.expect(rf"№{case}")
    site.wait_sql("SELECT r.name FROM casefile c JOIN referral f ON f.id = c.taken_by "
                  "JOIN receiver r ON r.id = f.receiver_id", "Shelter B")


def test_decline_moves_on_at_once(site):
    person, a, b = site.phone(PERSON), site.phone(SHELTER_A), site.phone(SHELTER_B)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    _, code = referral_of(a.expect("№")["text"])
    a.text(f"2 {code}")
    b.expect("№", 20)


def test_late_text_is_not_answered(site):
    """S1: read after its 90 s, it opens a case and is not answered."""
    import datetime
    person = site.phone(PERSON)
    zone = datetime.timezone(datetime.timedelta(hours=5))
    sent = datetime.datetime.fromtimestamp(site.now_ms() / 1000 - 600, zone)
    person.text(FIRST, at=sent.strftime("%Y-%m-%dT%H:%M:%S+05:00"))
    site.wait_sql("SELECT count(*) FROM casefile", 1)
    person.silence(3)


def test_stop_ends_texts(site):
    """S4: a whole-message stop gets at most one decoy, then nothing."""
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    person.text("TOXTA")
    site.wait_sql("SELECT stopped FROM peer ORDER BY id LIMIT 1", "t")
    site.wait_quiet()
    person.new()
    person.text("salom qalaysiz")
    person.silence(3)


def test_no_core_is_written(site):
    """S11: a core would hold numbers and words; what holds any may leave none."""
    for name in site.programs():
        pid = site.procs[name].proc.pid
        with open(f"/proc/{pid}/limits", encoding="ascii") as f:
            limit = next(line.split() for line in f if line.startswith("Max core file size"))
        assert limit[4:6] == ["0", "0"], name
