# SPDX-License-Identifier: GPL-3.0-or-later
"""A modem hung up and back, rebooted, silent, full: nothing is lost and the link comes back."""
import datetime

import pytest

from sitelib import FIRST, PERSON, Sim, child

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


# ADR 0009: the least lag of a link's last fifty texts is its centre's error


def centre(site, minutes):
    """What a centre's clock shows whose texts look so many minutes old."""
    at = datetime.datetime.fromtimestamp(site.now_ms() / 1000 - 60 * minutes, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def error_is(site, link, low, high, seconds=15):
    """Minutes, as dispatch has worked them out."""
    return child.wait_for(lambda: low <= int(site.sql(
        "SELECT COALESCE(max(clock_error_ms), -99999999) FROM link_state "
        f"WHERE link = '{link}'")) / 60000 <= high, seconds, 0.2)


def test_a_slow_centre_is_learned(site):
    """Ten minutes behind: the first texts look too late; from the fifth on they are answered."""
    late = [site.phone(f"+7701000{n:04d}") for n in range(41, 46)]
    for person in late:
        person.text(FIRST, at=centre(site, 10))
    site.wait_sql("SELECT count(*) FROM casefile", 5)
    assert error_is(site, "m1", 9.5, 10.5)
    site.phone(PERSON).text(FIRST, at=centre(site, 10))
    site.phone(PERSON).expect("tinchmi")
    for person in late:
        person.silence(0.1)
    # what waited three minutes in the network on top of it is late as ever
    site.phone(OTHER).text(FIRST, at=centre(site, 13))
    site.wait_sql("SELECT count(*) FROM casefile", 7)
    site.phone(OTHER).silence()
    age = "SELECT round(extract(epoch FROM max(done_at - t0)) / 60) FROM inbox"
    assert site.sql(age.replace("max", "min")) == "0" and site.sql(age) == "10"


def lags(site, link, seconds):
    """Texts with these lags, in order."""
    site.sql("INSERT INTO inbox (id, link, t0, smsc_lag_ms, done_at, state) "
             f"SELECT (SELECT COALESCE(max(id), 0) FROM inbox) + n, '{link}', shyraq_now(), s * 1000, "
             f"shyraq_now(), 'done' FROM unnest(ARRAY{list(seconds)}) WITH ORDINALITY AS x(s, n)")


def test_clock_error_of_a_link(make_site):
    site = make_site(receivers=False)
    cases = {
        "few": ((600,) * 4, 0),                     # too few to know
        "least": ((600, 700, 650, 900, 610), 600),  # one that did not wait
        "ahead": ((-300, 600, 600, 600, 600), -300),
        "fiftieth": ((5,) + (600,) * 49, 5),        # it still counts
        "older": ((5,) + (600,) * 50, 600),         # the fifty-first does not
    }
    for link, (values, _) in cases.items():
        lags(site, link, values)
    for link, (_, error) in cases.items():
        assert error_is(site, link, error / 60, error / 60), link


def test_balance_is_kept(make_site):
    """What the operator says of a SIM's money stands with its link, and outlives the daemon."""
    site = make_site(modem_more='poll = "2 s"; balance_code = "*100#"; balance_low = 500; '
                                'balance_pattern = "Balance:? ([0-9]+)";', receivers=False)
    sim, row = site.sims["m1"], "SELECT balance, balance_low FROM link_state WHERE link = 'm1'"
    site.wait_sql(row, "|f")
    net = Sim(sim.path)
    net.order("follow")

    def dial(code, answer):
        seen = site.count("link_order WHERE ok")
        site.sql(f"INSERT INTO link_order (kind, link, text) VALUES ('ussd', 'm1', '{code}')")
        assert child.wait_for(lambda: (net.event(0.2) or {}).get("what") == "answer", 10)
        sim.order("ussd", text=answer, mode=0)
        site.wait_sql("SELECT count(*) FROM link_order WHERE ok", seen + 1)

    dial("*100#", "Balance: 1200 KZT")
    site.wait_sql(row, "1200|f")
    dial("*100#", "Balance: 499 KZT")
    site.wait_sql(row, "499|t")
    assert site.sql("SELECT shyraq_now() - balance_at < interval '20 s' FROM link_state") == "t"
    dial("*105#", "Balance: 17 minutes")            # another code: no balance
    net.close()
    site.procs["daemon"].kill()
    site.restart("daemon")
    site.wait_links()
    assert child.wait_for(lambda: site.procs["dispatch"].log_text().count("bus.up") >= 2, 15)
    site.wait_sql("SELECT state FROM link_state", "ready")
    assert site.sql(row) == "499|t"
