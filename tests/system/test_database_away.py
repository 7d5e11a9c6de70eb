# SPDX-License-Identifier: GPL-3.0-or-later
"""The database stopped, killed and started: the SIM keeps the texts, and all are handled."""
import pytest

from sitelib import FIRST, PERSON, SHELTER_A, child, five_answers, referral_of

OTHERS = [f"+7701000{n:04d}" for n in range(11, 19)]


@pytest.fixture
def site(make_site):
    return make_site(own_cluster=True)


def slots(site):
    return site.sims["m1"].order("status")["slots_used"]


@pytest.mark.parametrize("how", ["fast", "crash"])
def test_texts_wait_and_are_handled(site, how):
    site.phone(PERSON).ask(FIRST, "tinchmi")
    site.wait_quiet()
    site.cluster.stop(fast=how == "fast")
    for number in OTHERS:
        site.phone(number).text(FIRST)
    assert child.wait_for(lambda: slots(site) == len(OTHERS), 10)
    # nothing may be acknowledged while nothing can be committed
    assert not child.wait_for(lambda: slots(site) < len(OTHERS), 4)
    site.cluster.start()
    for number in OTHERS:
        site.phone(number).expect("tinchmi", 40)
    assert child.wait_for(lambda: slots(site) == 0, 15)
    assert site.count("casefile") == len(OTHERS) + 1
    for name in site.programs():
        assert site.procs[name].is_alive(), name


def test_late_ones_open_a_case_without_an_answer(site):
    """S1: read in time, handled after 90 s: no answer."""
    site.cluster.stop()
    person = site.phone(PERSON)
    person.text(FIRST)
    assert child.wait_for(lambda: slots(site) == 1, 10)
    site.advance_away(2)
    site.cluster.start()
    site.sync_clock()
    site.wait_sql("SELECT count(*) FROM casefile", 1, 30)
    person.silence(4)
    assert child.wait_for(lambda: slots(site) == 0, 10)


def test_referral_survives(site):
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.wait_quiet()
    site.cluster.stop(fast=False)
    site.advance_away(1.2)
    site.cluster.start()
    site.sync_clock()
    case, code = referral_of(a.expect("№", 30)["text"])
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d", 20)
