# SPDX-License-Identifier: GPL-3.0-or-later
"""Broken input: none of it stops a link, none is lost, and people behind it are answered."""
import pytest

from sitelib import FIRST, PERSON, child

BAD = "+77010000051"
BAD_TOO = "+77010000052"
ASIDE = "inbox WHERE state IN ('aside', 'refused')"


def goes_on(site):
    """Somebody else is answered, and the SIM is empty."""
    site.phone(PERSON).ask(FIRST, "tinchmi", 30)
    assert child.wait_for(lambda: site.sims["m1"].order("status")["slots_used"] == 0, 30)
    assert site.procs["daemon"].is_alive() and site.procs["worker1"].is_alive()


@pytest.mark.parametrize("pdu", [
    "00",
    "0791771000",
    "07917710000005F0040B917710000000F100006211223081920205F330",
    "NOT-A-PDU-AT-ALL",
])
def test_undecodable_pdu_is_put_aside(site, pdu):
    site.sims["m1"].order("pdu", pdu=pdu)
    goes_on(site)
    site.wait_sql(f"SELECT count(*) FROM {ASIDE}", 1)
    sealed = site.sql(f"SELECT count(*) FROM {ASIDE} AND sealed IS NOT NULL")
    assert sealed == "1"


def test_empty_text_is_answered(site):
    """S8: a person who can only press send."""
    site.phone(BAD).text("")
    assert site.phone(BAD).expect(".", 20)["parts"] <= 2
    goes_on(site)


@pytest.mark.parametrize("part,total", [(0, 2), (5, 2), (1, 0)])
def test_impossible_part(site, part, total):
    site.phone(BAD).text("yordam kerak menga", part=part, total=total, ref=7)
    goes_on(site)
    assert site.count("inbox") >= 2


def test_two_senders_with_one_reference(site):
    """Parts of two people are never joined with one another."""
    for number, words in ((BAD, "yordam bering bir"), (BAD_TOO, "yordam bering ikki")):
        site.phone(number).text(words, part=1, total=2, ref=9)
    for number, words in ((BAD_TOO, " pasport yoq ikki"), (BAD, " pasport yoq bir")):
        site.phone(number).text(words, part=2, total=2, ref=9)
    site.phone(BAD).expect("tinchmi", 20)
    site.phone(BAD_TOO).expect("tinchmi", 20)
    goes_on(site)
    assert site.count("casefile") == 3
    assert site.count("part WHERE sealed IS NOT NULL") == 0


def test_long_text_out_of_order(site):
    words = FIRST + " " + "men bu yerda uzoq vaqtdan beri ishlayman va hech narsa bermaydi " * 4
    site.phone(BAD).text(words, order=[3, 1, 2])
    site.phone(BAD).expect("tinchmi", 20)
    goes_on(site)
    assert site.count("casefile") == 2


@pytest.mark.parametrize("fields", [
    {"text": "yordam \U0001f64f\U0001f3fd bering"},
    {"text": "", "units": [0xD83D]},
    {"text": "", "units": [0x0079, 0xDE4F, 0x006F, 0xD83D, 0x0072]},
    {"text": "", "units": [0x0000, 0x0041]},
    {"text": "yordam bering", "alphabet": "8bit"},
    {"text": "%s%n%x';DROP TABLE peer;--"},
], ids=["emoji", "half a pair", "broken pairs", "zero", "8-bit data", "punctuation"])
def test_strange_text(site, fields):
    more = {k: v for k, v in fields.items() if k != "text"}
    site.phone(BAD).text(fields["text"], **more)
    goes_on(site)
    assert site.count("inbox") == 2


def test_poison_in_a_batch(make_site):
    """One message that the database refuses among 32: 31 are answered, one is put aside."""
    site = make_site()
    site.sql("""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.lang = 'ru' THEN
                RAISE EXCEPTION 'poison' USING ERRCODE = '22023';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON session
            FOR EACH ROW EXECUTE FUNCTION poison();
    """)
    site.procs["worker1"].stop()
    people = [f"+7701000{n:04d}" for n in range(101, 133)]
    for i, number in enumerate(people):
        site.phone(number).text("ПОМОГИТЕ меня заперли" if i == 16 else FIRST)
    assert child.wait_for(lambda: site.sims["m1"].order("status")["slots_used"] == 32, 10)
    site.restart("worker1")
    site.wait_sql("SELECT count(*) FROM casefile", 31, 30)
    site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'refused' AND sealed IS NOT NULL "
                  "AND error IS NOT NULL", 1)
    assert child.wait_for(lambda: site.sims["m1"].order("status")["slots_used"] == 0, 30)
    for i, number in enumerate(people):
        if i != 16:
            site.phone(number).expect("tinchmi", 60)
    assert site.phone(people[16]).all() == []
