# SPDX-License-Identifier: GPL-3.0-or-later
"""A modem hung up and back, rebooted, silent, full: nothing is lost and the link comes back."""
import pytest

from sitelib import FIRST, PERSON, child

OTHER = "+77010000021"


def fault(site, name, **more):
    site.sims["m1"].order("fault", name=name, **more)


def works(site, seconds=60):
    """A text of somebody new is answered, and the SIM is empty at the end."""
    site.phone(OTHER).ask(FIRST, "tinchmi", seconds)
    assert child.wait_for(lambda: site.sims["m1"].order("status")["slots_used"] == 0, 15)


@pytest.mark.parametrize("name,more", [
    ("hangup", {"ms": 3000}),
    ("reboot", {}),
    ("silent", {"ms": 3000}),
    ("garbage", {"count": 5, "ms": 200}),
    ("cnmi_lost", {}),
])
def test_link_comes_back(site, name, more):
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    site.wait_quiet()               # else the answer itself is in doubt, and may come again
    fault(site, name, **more)
    person.text("1")
    person.expect("Qayerdasiz", 75)
    site.sims["m1"].order("clear")
    works(site)
    assert site.procs["daemon"].is_alive()


def test_hung_up_for_long(site):
    """Texts that came to the SIM meanwhile are handled when the modem is back."""
    fault(site, "hangup", ms=8000)
    site.phone(PERSON).text(FIRST)
    site.phone(PERSON).expect("tinchmi", 60)
    works(site)


def test_full_sim_is_emptied(make_site):
    site = make_site(sim_more=("--slots", "5"))
    people = [f"+7701000{n:04d}" for n in range(31, 43)]
    for number in people:
        site.phone(number).text(FIRST)
    for number in people:
        site.phone(number).expect("tinchmi", 60)
    assert site.count("casefile") == len(people)


def test_two_modems_answer_the_way_it_came(make_site):
    site = make_site(sims=2)
    for modem, number in (("m1", PERSON), ("m2", OTHER)):
        site.phone(number).text(FIRST, modem)
        assert site.phone(number).expect("tinchmi")["modem"] == modem
