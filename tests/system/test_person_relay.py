# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver's words on the whole road: kept until fetched, never pushed; the answer goes back."""
from sitelib import PERSON, SHELTER_A, five_answers, referral_of


def test_words_are_fetched_and_answered(site):
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    site.wait_sql("SELECT state FROM casefile", "taken")
    site.wait_quiet()
    person.new()

    a.text(f"52 {code} 6:30 базар, белая машина")
    a.expect(rf"№{case}")
    site.wait_sql("SELECT count(*) FROM relay WHERE sealed IS NOT NULL", 1)
    site.advance(30)                # her window is closed: nothing goes to her
    person.silence(2)
    person.ask("?", "bazar, belaya mashina")
    site.wait_quiet()
    a.new()
    person.text("1")
    told = a.expect(rf"№{case}")
    assert PERSON[1:] not in told["text"]
    site.wait_sql("SELECT answer FROM relay", "comes")
    site.wait_sql("SELECT count(*) FROM relay WHERE sealed IS NOT NULL", 0)


def test_a_word_that_would_give_away_is_refused(site):
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    a.text(f"51 {code} 6:30 полиция")
    a.expect(rf"№{case}: не передано")
    assert site.count("relay") == 0
