# SPDX-License-Identifier: GPL-3.0-or-later
"""Long texts in and out: parts in any order, twice or never, references used again, and on the way
out only what is missing goes again."""
import datetime
import random
import time

import pytest

from sitelib import FIRST, PERSON, SHELTER_A, child, referral_of

# the word that opens a case is cut by the border of the parts: only the whole text has it
FILL = "salom men bu yerda ishlayapman va hech kim haq bermaydi "
WHOLE = (FILL * 3)[:149] + " yordam " + (FILL * 2)[:60]
assert WHOLE[:153].endswith("yor")
THREE = WHOLE + FILL * 3


def long_ago(site):
    """An SMSC time past all answers: what is counted is cases, not replies."""
    zone = datetime.timezone(datetime.timedelta(hours=5))
    at = datetime.datetime.fromtimestamp(site.now_ms() / 1000 - 600, zone)
    return at.strftime("%Y-%m-%dT%H:%M:%S+05:00")


@pytest.mark.parametrize("more", [
    {"order": [2, 1]},
    {"order": [1, 2, 2, 1]},
    {"order": [2, 1], "refbits": 16, "ref": 40000},
])
def test_joined_in_any_order(site, more):
    person = site.phone(PERSON)
    person.text(WHOLE, at=long_ago(site), **more)
    site.wait_sql("SELECT count(*) FROM casefile", 1)
    site.wait_quiet()
    assert site.sql("SELECT count(*) FROM narrative") == "1"
    assert site.sql("SELECT count(*) FROM part WHERE NOT joined OR sealed IS NOT NULL") == "0"


def test_a_part_that_never_comes(make_site):
    """Delivered at the deadline, marked incomplete; sealed while it waits."""
    site = make_site(rules='parts = "10 s";')
    person = site.phone(PERSON)
    person.text("yordam " + WHOLE, at=long_ago(site), drop=[2])
    site.wait_sql("SELECT count(*) FROM part WHERE sealed IS NOT NULL", 1)
    assert site.count("casefile") == 0
    site.advance(1)
    site.wait_sql("SELECT count(*) FROM casefile", 1)
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'incomplete'", 1)
    person.silence(1)
    # its missing part comes after all: a set of its own, which ends the same way and harms nothing
    site.wait_sql("SELECT count(*) FROM part WHERE NOT joined", 0)


def test_a_reference_used_again(site):
    """The same number with another text is another message, even while the first is incomplete."""
    person = site.phone(PERSON)
    person.text(WHOLE, at=long_ago(site), ref=7, drop=[2])
    site.wait_sql("SELECT count(*) FROM part", 1)
    other = (FILL * 3)[2:151] + " yordam " + (FILL * 2)[:61]
    person.text(other, at=long_ago(site), ref=7)
    site.wait_sql("SELECT count(*) FROM casefile", 1)
    site.wait_sql("SELECT count(*) FROM part WHERE NOT joined", 1)


def test_two_senders_one_reference(site):
    one, two = site.phone(PERSON), site.phone("+77010000002")
    one.text(WHOLE, at=long_ago(site), ref=9, drop=[2])
    two.text(WHOLE, at=long_ago(site), ref=9, drop=[1])
    site.wait_sql("SELECT count(*) FROM part WHERE NOT joined", 2)
    assert site.count("casefile") == 0


def test_only_the_missing_part_goes_again(site):
    """The detail has two parts; the network refuses one once: the other is not sent twice."""
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    for words in (FIRST, "1", "jetiboy, bozor yonida", "2 3", "1", "1", "7"):
        person.text(words)
        site.wait_quiet()
    site.advance(1.1)
    _, code = referral_of(a.expect("№")["text"])
    last = max(sim.order("status")["last_seq"] for sim in site.sims.values())
    site.sims["m1"].order("fault", name="cms", code=38, count=1, after=1)
    a.text(f"1 {code}")
    site.advance(0.2)
    assert child.wait_for(lambda: site.sql(
        "SELECT count(*) FROM outbox WHERE key = 'ref.detail' AND state IN ('sent', 'delivered')") == "1",
        40, 0.2), site.tail()
    parts = [e["part"] for e in site.sims["m1"].order("sent", after=last)["sent"]
             if e["to"] == SHELTER_A and e.get("total", 1) == 2]
    assert sorted(parts) == [1, 2], parts


@pytest.mark.limit(400)
def test_a_thousand_over_two_modems(make_site):
    """Parts shuffled, doubled and dropped: every whole text once, every broken one at its deadline."""
    site = make_site(sims=2, rules='parts = "20 s";')
    random.seed(20)
    at = long_ago(site)
    broken = 0
    for n in range(1000):
        order = [1, 2, 3]
        random.shuffle(order)
        order += random.sample([1, 2, 3], random.randint(0, 2))
        drop = [3] if n % 10 == 0 else []
        broken += bool(drop)
        sender = f"+7701{n:07d}"
        site.remember(sender, THREE)
        site.sims["m1" if n % 2 else "m2"].text(sender, THREE, at=at, order=order, drop=drop,
                                                ref=n % 5, refbits=16 if n % 3 else 8)
    site.wait_sql("SELECT count(*) FROM casefile", 1000 - broken, 200)
    site.wait_quiet(60)
    site.advance(1)
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'incomplete'", broken, 60)
    site.wait_sql("SELECT count(*) FROM casefile", 1000)
    assert site.count("narrative") == 1000
    assert site.count("inbox WHERE state IN ('refused', 'aside')") == 0
    assert site.sql("SELECT count(*) FROM part WHERE sealed IS NOT NULL") == "0"


@pytest.mark.limit(300)
def test_kills_and_reboots_among_long_texts(make_site):
    """Daemon and worker killed, each modem rebooted and hung up, while parts come in: all joined once."""
    site = make_site(sims=2, rules='parts = "5 min";')
    random.seed(4)
    at = long_ago(site)
    troubles = [
        lambda: site.procs["daemon"].kill(),
        lambda: site.sims["m1"].order("fault", name="reboot", ms=800),
        lambda: site.procs["worker1"].kill(),
        lambda: site.sims["m2"].order("fault", name="hangup", ms=800),
        lambda: site.sims["m2"].order("fault", name="reboot", ms=800),
        lambda: site.procs["daemon"].kill(),
        lambda: site.sims["m1"].order("fault", name="hangup", ms=800),
        lambda: site.procs["worker1"].kill(),
    ]
    for n in range(240):
        order = [1, 2, 3]
        random.shuffle(order)
        order += random.sample([1, 2, 3], random.randint(0, 2))
        sender = f"+7701{n:07d}"
        site.remember(sender, THREE)
        site.sims["m1" if n % 2 else "m2"].text(sender, THREE, at=at, order=order, ref=n % 3)
        if n % 30 == 15:
            troubles[n // 30]()
            for name in ("daemon", "worker1"):
                if not site.procs[name].is_alive():
                    site.procs[name].start()
        time.sleep(0.05)
    site.wait_sql("SELECT count(*) FROM casefile", 240, 120)
    site.wait_quiet(60)
    assert site.count("casefile") == 240 and site.count("narrative") == 240
    assert site.sql("SELECT count(*) FROM part WHERE NOT joined") == "0"
    assert site.count("inbox WHERE state IN ('refused', 'aside')") == 0
