# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: who a text is from. A link has one sender, its own, of the type of number that fits it.

No database, no modem.
"""
import pytest

from daemonlib import SHELTER, assert_clean
from rawsmsc import Smsc
from smpplib import Desk, make, send  # noqa: F401


@pytest.mark.parametrize("more,sender,ton,npi", [
    ("", "8500", 0, 0),
    ('sender = "+77010009900";', "77010009900", 1, 1),
    ('sender = "77010009900";', "77010009900", 0, 0),
    ('sender = "Shyraq";', "Shyraq", 5, 0),
    ('sender = "4u";', "4u", 5, 0),
    ("source_ton = 3;", "8500", 3, 0),
    ('sender = "+77010009900"; source_npi = 8;', "77010009900", 1, 8),
    ('sender = "+77010009900"; source_ton = 0; source_npi = 0;', "77010009900", 0, 0)])
def test_type_of_number(make, more, sender, ton, npi):  # noqa: F811
    desk, smsc = make(more)
    smsc.bound()
    send(desk.worker(), 1, to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    assert (pdu.sender, pdu.from_ton, pdu.from_npi) == (sender, ton, npi)
    assert (pdu.to, pdu.to_ton, pdu.to_npi) == (SHELTER[1:], 1, 1)


@pytest.fixture
def two():
    """One daemon, two operators, a sender each."""
    smscs = [Smsc(), Smsc()]
    desk = Desk([f'port = {smscs[0].port};', f'port = {smscs[1].port}; sender = "+77010009900";'])
    desk.start()
    yield desk, smscs
    text = desk.text()
    desk.close()
    for smsc in smscs:
        smsc.close()
    assert_clean(text)


def test_one_sender_a_link(two):
    """A text leaves by the link that its row names, with that link's sender; never another's."""
    desk, smscs = two
    for smsc in smscs:
        smsc.bound()
    worker = desk.worker()
    for row in range(1, 13):
        worker.say("send", row=row, attempt=1, to=f"+770100001{row:02d}", text="Salom",
                   link=f"op{1 + row % 2}")
    for i, sender in enumerate(("8500", "77010009900")):
        found = smscs[i].wait_submits(6)
        assert {p.sender for p in found} == {sender}
        assert {int(p.to[-2:]) % 2 for p in found} == {i}
