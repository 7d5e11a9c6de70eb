# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: texts in, receipts, and what an SMSC says twice.

Never needs a database, a worker or a modem.
"""
import time

import pytest

from daemonlib import PERSON, SHELTER, words
from rawsmsc import DATA, DELIVER, ENQUIRE, RESP, Smsc, message, pack, tlv
from simlib import wait_for
from smpplib import make, pair, send  # noqa: F401


# the road in -----------------------------------------------------------------------------------

def test_a_text_in_is_answered_after_the_verdict(pair):
    desk, _smsc, session = pair
    worker = desk.worker(auto="none")
    n = session.deliver(PERSON, "yordam")
    heard = worker.wait("sms")
    assert (words(heard), heard["from"], heard["link"]) == ("yordam", PERSON, "op1")
    assert heard["group"] == "127.0.0.1/shyraq"
    time.sleep(0.4)
    assert session.is_unanswered(n)
    worker.say("verdict", token=heard["token"], outcome="done", credit=1)
    assert session.answered(n) == 0


def test_a_text_by_data_sm_and_a_note(pair):
    """alert_notification asks for no answer, and is no fault."""
    desk, smsc, session = pair
    worker = desk.worker()
    body = (b"\0\1\1" + PERSON[1:].encode() + b"\0\0\0" + b"8500\0" + b"\0\0\0" + tlv(0x424, b"yordam"))
    n = session.request(DATA, body)
    heard = worker.wait("sms")
    assert (words(heard), heard["from"]) == ("yordam", PERSON)
    assert session.answered(n, command=DATA) == 0
    session.send(pack(0x102, 0, 9, b"\1\1" + PERSON[1:].encode() + b"\0\1\1" + b"8500\0"))
    assert session.answered(session.deliver(PERSON, "2")) == 0
    assert desk.count("smpp.fault") == 0 and session.is_unanswered(9)


def test_alphabets_in(pair):
    desk, _smsc, session = pair
    worker = desk.worker()
    cases = [("Salom @ {}", dict(octets=b"Salom \0 \x1b\x28\x1b\x29")), ("Көмек керек", dict(coding=8)),
             ("é", dict(coding=3)), ("hi", dict(coding=1)), ("Ёж", dict(coding=6, octets=b"\xa1\xd6"))]
    for i, (text, more) in enumerate(cases):
        session.deliver(f"+7701000010{i}", text, **more)
    heard = worker.wait("sms", count=len(cases))
    assert [words(m) for m in heard] == [text for text, _ in cases]


def test_data_and_what_cannot_be_read_are_put_aside(pair):
    desk, _smsc, session = pair
    worker = desk.worker(auto="aside")
    n = session.deliver(PERSON, "", coding=4, octets=b"\1\2\3")
    assert worker.wait("sms")["body"] == "data"
    assert session.answered(n) == 0
    # a header that runs past the text
    n = session.deliver(PERSON, "", esm=0x40, octets=b"\x30\0\3\1\2\1")
    assert worker.wait("sms", count=2)[1]["body"] == "broken"
    assert session.answered(n) == 0
    # a body that is cut: somebody's words may be in it
    n = session.request(DELIVER, message(PERSON, "yordam")[:-3])
    assert worker.wait("sms", count=3)[2]["body"] == "broken"
    assert session.answered(n) == 0


def test_long_texts_in(pair):
    """By header of 8 and 16 bits, by sar_*, by payload: parts as they came, or the whole."""
    desk, _smsc, session = pair
    worker = desk.worker()
    session.deliver(PERSON, "", esm=0x40, octets=b"\5\0\3\x07\2\1" + b"bir")
    session.deliver(PERSON, "", esm=0x40, octets=b"\6\x08\4\x12\x34\3\2" + b"ikki")
    session.deliver(PERSON, "uch", tlvs=tlv(0x20c, b"\0\x2a") + tlv(0x20e, b"\3") + tlv(0x20f, b"\1"))
    session.deliver(PERSON, "", tlvs=tlv(0x424, b"x" * 700))
    heard = worker.wait("sms", count=4)
    assert [(words(m)[:4], m["part"], m["total"], m["ref"], m["ref_bits"]) for m in heard] == [
        ("bir", 1, 2, 7, 8), ("ikki", 2, 3, 0x1234, 16), ("uch", 1, 3, 42, 16), ("xxxx", 0, 0, 0, 0)]
    assert len(words(heard[3])) == 700


# receipts ----------------------------------------------------------------------------------------

TEXTS = "id:{} sub:001 dlvrd:001 submit date:2611220101 done date:2611220102 stat:{} err:000 text:salom"


@pytest.mark.parametrize("answered, receipted, where", [
    (lambda n: f"{n:010X}", lambda n: f"{n:010X}", "text"),
    (lambda n: f"{n + 0xabcde:08x}", lambda n: f"{n + 0xabcde:X}", "text"),       # case, leading zeros
    (lambda n: f"{n + 0xabcde:x}", lambda n: str(n + 0xabcde), "text"),           # hex, then decimal
    (lambda n: str(n + 987654), lambda n: f"{n + 987654:X}", "text"),             # decimal, then hex
    (lambda n: f"a-{n}", lambda n: f"a-{n}", "tlv"),                              # nothing in the text
])
def test_receipts_find_their_submit(make, answered, receipted, where):
    desk, smsc = make()
    session = smsc.bound()
    smsc.ids = answered
    worker = desk.worker()
    send(worker, 1, "birinchi", to=SHELTER, receipt=True)
    send(worker, 2, "ikkinchi", to=SHELTER, receipt=True)
    assert all(p.registered == 1 for p in smsc.wait_submits(2))
    refs = [worker.wait("result", row=row)["refs"][0] for row in (1, 2)]
    for n, stat, state in ((2, "UNDELIV", 5), (1, "DELIVRD", 2)):
        if where == "tlv":
            session.receipt(SHELTER, "", tlvs=tlv(0x1e, receipted(n).encode() + b"\0")
                            + tlv(0x427, bytes([state])))
        else:
            session.receipt(SHELTER, TEXTS.format(receipted(n), stat))
    heard = worker.wait("receipt", count=2)
    assert [(m["ref"], m["delivered"], m["final"], m["to"]) for m in heard] == [
        (refs[1], False, True, SHELTER), (refs[0], True, True, SHELTER)]


def restart(desk, smsc, session):
    """The daemon again, with a new bind and a worker."""
    assert desk.stop() == 0
    for p in desk.probes:
        p.close()
    desk.probes.clear()
    desk.start()
    later = wait_for("another bind", lambda: next(
        (s for s in smsc.sessions if s.bound and s is not session), None))
    return later, desk.worker("w2")


def in_tlv(number):
    return tlv(0x1e, str(number).encode() + b"\0")


@pytest.mark.parametrize("more, where", [("", "text"), ("", "tlv"), ('receipt_id = "decimal";', "tlv"),
                                         ('receipt_id = "decimal";', "text")])
def test_receipts_find_their_submit_after_a_restart(make, more, where):
    """Answers in hex, receipts in decimal: the form is the config's, or what an earlier process learned."""
    desk, smsc = make(more)
    session = smsc.bound()
    worker = desk.worker()
    smsc.ids = lambda n: f"{0xabc00 + n:X}"

    def say(to, n):
        if where == "tlv":
            to.receipt(SHELTER, "stat:DELIVRD err:000", tlvs=in_tlv(0xabc00 + n))
        else:
            to.receipt(SHELTER, TEXTS.format(0xabc00 + n, "DELIVRD"))
    for row in (1, 2):
        send(worker, row, to=SHELTER, receipt=True)
    refs = [worker.wait("result", row=row)["refs"][0] for row in (1, 2)]
    if more == "":
        say(session, 1)
        assert worker.wait("receipt")["ref"] == refs[0]
    later, worker = restart(desk, smsc, session)
    say(later, 2)
    assert worker.wait("receipt")["ref"] == refs[1]


def test_small_ids_are_told_by_whom_they_went_to(make):
    """A counter, answered in hex, with receipts in decimal: "10" is also an id of another text."""
    desk, smsc = make("window = 50; parts_per_minute = 60000;")
    session = smsc.bound()
    worker = desk.worker(credit=512)
    smsc.ids = lambda n: f"{n:X}"
    to = {n: f"+77020000{n:03}" for n in range(1, 41)}
    rows = {}
    for n in to:
        send(worker, n, to=to[n], receipt=True)
        rows[worker.wait("result", row=n)["refs"][0]] = n
    # the first say nothing about the form, in whichever order
    numbers = [5, 6, 10, 11, *range(20, 11, -1), *range(21, 41)]
    for n in numbers:
        session.receipt(to[n], TEXTS.format(n, "DELIVRD"))
    heard = worker.wait("receipt", count=len(numbers))
    assert [rows.get(m["ref"]) for m in heard] == numbers


def test_a_receipt_before_the_response_waits_for_it(make):
    """The first one that ever comes, and in another form of the id than the answer's."""
    desk, smsc = make()
    session = smsc.bound()
    smsc.ids = lambda n: f"{0xabc0 + n:X}"
    smsc.on_submit = lambda pdu: None
    worker = desk.worker()
    send(worker, 1, to=SHELTER, receipt=True)
    pdu = smsc.wait_submits(1)[0]
    n = session.receipt(SHELTER, TEXTS.format(0xabc1, "DELIVRD"))
    time.sleep(0.3)
    assert worker.all("receipt") == [] and session.is_unanswered(n)
    smsc.answer(session, pdu)
    ref = worker.wait("result", row=1)["refs"][0]
    assert worker.wait("receipt")["ref"] == ref
    assert session.answered(n) == 0


def test_a_receipt_that_comes_again_meanwhile_is_one(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker(auto="none")
    first = session.receipt(SHELTER, TEXTS.format("77", "DELIVRD"))
    heard = worker.wait("receipt")
    second = session.receipt(SHELTER, TEXTS.format("77", "DELIVRD"))
    time.sleep(0.3)
    worker.say("verdict", token=heard["token"], outcome="done", credit=1)
    assert session.answered(second) == 0
    assert session.is_unanswered(first) and len(worker.all("receipt")) == 1


def test_a_person_may_write_what_looks_like_a_receipt(pair):
    desk, _smsc, session = pair
    worker = desk.worker()
    session.deliver(PERSON, TEXTS.format("1", "DELIVRD"))
    assert words(worker.wait("sms")).startswith("id:1 ")


# repeats -----------------------------------------------------------------------------------------

def test_a_lost_response_is_read_on_a_later_bind(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker(auto="none")
    session.deliver(PERSON, "bir")
    first = worker.wait("sms")
    session.close()
    later = wait_for("another bind", lambda: next(
        (s for s in smsc.sessions if s.bound and s is not session), None))
    n = later.deliver(PERSON, "bir")
    # the old offer is still with the worker; the sender's next waits behind it
    worker.say("verdict", token=first["token"], outcome="done", credit=1)
    second = worker.wait("sms", count=2)[1]
    assert second["bind"] > first["bind"] and second["reading"] > first["reading"]
    assert (second["lapsed"], second["live"]) == ([], [])
    worker.say("verdict", token=second["token"], outcome="done", credit=1)
    assert later.answered(n) == 0
    assert len([p for p in smsc.heard if p.command == DELIVER | RESP]) == 1


def test_what_was_not_answered_in_time_is_told(make):
    desk, _smsc = make()
    session = _smsc.bound()
    worker = desk.worker(auto="none")
    session.deliver(PERSON, "1")
    first = worker.wait("sms")
    desk.wait_log("smpp.lapsed", timeout=5)
    session.deliver(PERSON, "1")
    session.deliver(PERSON, "2")
    worker.say("verdict", token=first["token"], outcome="done", credit=1)
    second = worker.wait("sms", count=2)[1]
    worker.say("verdict", token=second["token"], outcome="done", credit=1)
    third = worker.wait("sms", count=3)[2]
    assert (second["bind"], second["lapsed"]) == (first["bind"], [first["reading"]])
    assert third["lapsed"] == []                # says something else


def test_an_answer_that_was_heard_is_confirmed(make):
    desk, smsc = make('enquire = "1 h";')
    session = smsc.bound()
    worker = desk.worker()
    smsc.answer_enquires = False
    smsc.on_submit = lambda pdu: None
    send(worker, 1, to=SHELTER)
    asked_before = smsc.wait_submits(1)[0]
    n = session.deliver(PERSON, "1")
    reading = worker.wait("sms")["reading"]
    assert session.answered(n) == 0
    smsc.answer(session, asked_before)          # proves nothing: it was asked before
    worker.wait("result", row=1)
    enquiry = wait_for("an enquiry", lambda: [p for p in smsc.heard if p.command == ENQUIRE], 5)[0]
    time.sleep(0.2)
    assert worker.all("confirm") == []
    session.send(pack(ENQUIRE | RESP, 0, enquiry.sequence))
    confirm = worker.wait("confirm")
    assert confirm["readings"] == [reading] and confirm["group"] == "127.0.0.1/shyraq"


def test_one_twice_on_one_bind_is_two(pair):
    desk, _smsc, session = pair
    worker = desk.worker()
    numbers = [session.deliver(PERSON, "1") for _ in range(2)]
    heard = worker.wait("sms", count=2)
    assert heard[0]["reading"] < heard[1]["reading"] and heard[1]["lapsed"] == []
    assert [session.answered(n) for n in numbers] == [0, 0]


def test_one_that_was_written_twice_is_one(pair):
    """Two requests with one sequence cannot both be waited for."""
    desk, smsc, session = pair
    worker = desk.worker(auto="none")
    for _ in range(2):
        session.request(DELIVER, message(PERSON, "1"), sequence=7)
    worker.say("verdict", token=worker.wait("sms")["token"], outcome="done", credit=1)
    assert session.answered(7) == 0
    time.sleep(0.3)
    assert len(worker.all("sms")) == 1
    session.request(DELIVER, message(PERSON, "1"), sequence=8)
    worker.wait("sms", count=2)


def test_numbers_never_go_back(make):
    desk, smsc = make()
    session = smsc.bound()
    session.deliver(PERSON, "bir")
    first = desk.worker().wait("sms")
    desk.process.kill()
    desk.process.wait()
    # what a clock that was set back by days leaves: the file alone knows
    kept = desk.dir / "state" / "smpp.number"
    assert int(kept.read_text()) > 0
    kept.write_text(str(first["reading"] + (86_400_000 << 20)))
    for p in desk.probes:
        p.close()
    desk.start()
    later = wait_for("another bind", lambda: next(
        (s for s in smsc.sessions if s.bound and s is not session), None))
    later.deliver(PERSON, "ikki")
    second = desk.worker("w2").wait("sms")
    assert second["bind"] > first["reading"] + (86_400_000 << 20)
    assert second["reading"] > second["bind"]


def test_two_links_to_one_account_know_of_each_other(make):
    smsc = Smsc()
    desk, _ = make(smsc=smsc, start=False)
    conf = desk.dir / "conf"
    text = conf.read_text()
    link = text[text.index("{ type"):text.rindex("}") + 1]
    conf.write_text(text.replace(link, link + ",\n" + link.replace('"op1"', '"op2"')))
    desk.start()
    wait_for("two binds", lambda: len([s for s in smsc.sessions if s.bound]) == 2)
    worker = desk.worker()
    for session in smsc.sessions:
        session.deliver(PERSON, "1")
    heard = worker.wait("sms", count=2)
    assert {heard[0]["bind"]} == set(heard[1]["live"]) and {heard[1]["bind"]} == set(heard[0]["live"])
