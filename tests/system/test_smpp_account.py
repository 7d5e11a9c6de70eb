# SPDX-License-Identifier: GPL-3.0-or-later
"""Two binds of one account at an SMSC, of two links or of two daemons, with a database: a text has one
effect whichever bind brings it again, and a receipt is believed whichever bind brings it."""
import os
import re
import time

import pytest

from rawsmsc import Smsc
from sitelib import FIRST, PERSON, Site
from simlib import wait_for

OTHER = "+77010000077"


class Account:
    """What a site's config says of our SMSC: two links, of one daemon or of one each."""

    simulated = False

    def __init__(self, port, daemons):
        self.port = port
        self.daemons = daemons

    def config_text(self, folder):
        path = os.path.join(folder, "pw")
        with open(path, "w", encoding="utf-8") as f:
            f.write("secret\n")
        os.chmod(path, 0o600)
        rows = ",\n".join(
            f'{{ type = "smpp"; name = "op{i}"; daemon = "site{min(i, self.daemons)}"; number = "8500";\n'
            f'  bind = "both"; host = "127.0.0.1"; port = {self.port}; system_id = "shyraq";\n'
            f'  password_file = "{path}";\n'
            f'  parts_per_minute = 6000; long = "payload"; reconnect = "100 ms"; reconnect_most = "500 ms";\n'
            f'  enquire = "1 s"; response_timeout = "5 s"; deliver_timeout = "5 s"; }}' for i in (1, 2))
        return f"links = (\n{rows}\n);"


def add_daemon(site):
    """A second one beside the first: its own name, sockets and state, the same file of links."""
    with open(site.conf, encoding="utf-8") as f:
        text = f.read()
    own = text.replace('name = "site1"', 'name = "site2"', 1)
    for name in ("w.sock", "c.sock"):
        own = own.replace(site.socket(name), site.socket(f"2{name}"), 1)
    folder = os.path.join(site.data, "state")
    os.makedirs(f"{folder}2", exist_ok=True)
    own = own.replace(f'state_dir = "{folder}"', f'state_dir = "{folder}2"', 1)
    with open(f"{site.conf}.daemon2", "w", encoding="utf-8") as f:
        f.write(own)
    row = re.search(r"daemons = \(\n(.*?)\n\);", text, re.S).group(1)
    more = row.replace(site.socket("w.sock"), site.socket("2w.sock")).replace(
        site.socket("c.sock"), site.socket("2c.sock"))
    with open(site.conf, "w", encoding="utf-8") as f:
        f.write(text.replace(row, f"{row},\n{more}", 1))
    site.add("daemon2", [site.program("shyraqd"), "-c", f"{site.conf}.daemon2"])


@pytest.fixture(params=[1, 2], ids=["one daemon", "two daemons"])
def account(base, request):
    smsc = Smsc()
    site = Site(base, sims=0, receivers=False)
    site.smpp = Account(smsc.port, request.param)
    try:
        site.make()
        if request.param == 2:
            add_daemon(site)
        site.start_all()
        wait_for("two binds", lambda: len(binds(smsc)) == 2, 30)
        yield site, smsc
        site.assert_no_leaks()
    finally:
        print(site.tail(40))
        site.close()
        smsc.close()


def said(site, event):
    return sum(site.procs[w].log_text().count(f" {event} ") for w in site.procs if w.startswith("worker"))


def binds(smsc):
    """Those that take texts; answers go by others, so that nothing but an enquiry proves what was heard."""
    return [s for s in smsc.sessions if s.bound == "receiver" and s.open]


def test_a_text_has_one_effect(account):
    """Its answer is written and never read; the SMSC gives it to the other bind. Other texts are others."""
    site, smsc = account
    site.remember(PERSON, FIRST)
    one, other = binds(smsc)[:2]
    smsc.answer_enquires = False
    n = one.deliver(PERSON, FIRST)
    smsc.wait_submits(1)
    one.answered(n)
    one.close()
    smsc.answer_enquires = True
    wait_for("another bind", lambda: len(binds(smsc)) == 2)
    m = other.deliver(PERSON, FIRST)
    assert other.answered(m) == 0
    wait_for("the repeat", lambda: said(site, "turn.repeat") == 1)
    for words in ("2", "3"):
        assert other.answered(other.deliver(OTHER, words)) == 0
    time.sleep(1)
    assert said(site, "turn.taken") == 3
    assert len([p for p in smsc.submits() if p.to == PERSON.lstrip("+")]) == 1


def test_texts_over_both(account):
    """No text is taken for another one, on whichever bind the SMSC puts it, also in the same millisecond."""
    site, smsc = account
    both = binds(smsc)[:2]
    numbers = [(s, s.deliver(f"+770100001{i:02d}", f"text {i}")) for i in range(40) for s in (both[i % 2],)]
    assert all(s.answered(n, 60) == 0 for s, n in numbers)
    assert (said(site, "turn.taken"), said(site, "turn.repeat")) == (40, 0)


def test_the_same_words_over_both(account):
    """Once the first answer was heard for sure, the same words on the other bind are hers, not a repeat."""
    site, smsc = account
    one, other = binds(smsc)[:2]
    assert one.answered(one.deliver(PERSON, "1")) == 0
    wait_for("a confirmation", lambda: site.sql(
        "SELECT count(*) FROM inbox_key WHERE bind IS NOT NULL AND NOT open") == "1", 20)
    assert other.answered(other.deliver(PERSON, "1")) == 0
    assert (said(site, "turn.taken"), said(site, "turn.repeat")) == (2, 0)


def test_a_receipt_on_the_other_bind(account):
    site, smsc = account
    site.remember(PERSON, FIRST)
    one, other = binds(smsc)[:2]
    one.deliver(PERSON, FIRST)
    pdu = smsc.wait_submits(1)[0]
    site.wait_sql("SELECT count(*) FROM outbox WHERE state = 'sent'", 1)
    n = other.receipt(PERSON, f"id:{pdu.id} sub:001 dlvrd:001 stat:DELIVRD err:000 text:")
    assert other.answered(n, 20) == 0
    site.wait_sql("SELECT count(*) FROM outbox WHERE state = 'delivered'", 1)
