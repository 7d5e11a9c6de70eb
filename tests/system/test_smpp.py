# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: binds, the road in and out, receipts, what an SMSC may do wrong."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from daemonlib import ANSWER, OTHER, PERSON, SECRET_KEY, SHELTER, Probe, assert_clean, words
from rawsmsc import (BAD_PASSWORD, DELIVER, ENQUIRE, QUEUE_FULL, RESP, SUBMIT, TEMPORARY, THROTTLED,
                     UNBIND, Smsc, message, pack, tlv)
from simlib import build_dir, wait_for

QUICK = {"reconnect": "100 ms", "reconnect_most": "1 s", "enquire": "1 s", "response_timeout": "2 s",
         "deliver_timeout": "1500 ms", "bind_timeout": "2 s", "throttle": "300 ms"}


def quick(more):
    """The short times of tests, but for what the test says itself."""
    return " ".join(f'{name} = "{value}";' for name, value in QUICK.items() if f"{name} =" not in more)



class Desk:
    """shyraqd with SMPP links, probes in the place of worker and dispatch."""

    def __init__(self, links):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="smpp.", dir="/tmp"))
        self.probes = []
        self.process = None
        self.log = self.dir / "log"
        for name, value in (("log.key", SECRET_KEY), ("pw", "secret")):
            (self.dir / name).write_text(value + "\n")
            (self.dir / name).chmod(0o600)
        listed = ",\n".join(
            f'{{ type = "smpp"; name = "op{i + 1}"; number = "8500"; host = "127.0.0.1";'
            f' system_id = "shyraq"; password_file = "{self.dir}/pw"; {quick(more)} {more} }}'
            for i, more in enumerate(links))
        (self.dir / "conf").write_text(
            f'daemon: {{ name = "d1"; worker_endpoint = "ipc://{self.dir}/w.sock";\n'
            f' dispatch_endpoint = "ipc://{self.dir}/c.sock"; log_key_file = "{self.dir}/log.key";\n'
            f' state_dir = "{self.dir}/state"; stop_wait = "3 s"; }};\nlinks = (\n{listed}\n);\n')

    def start(self, **env):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [str(build_dir() / "shyraqd"), "-c", str(self.dir / "conf"), "-v"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **env})
        return self

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def count(self, event):
        return self.text().count(f" {event} ")

    def wait_log(self, event, count=1, timeout=15.0):
        return wait_for(f"{event} in the log", lambda: self.count(event) >= count, timeout)

    def probe(self, role, at, name, credit=64, auto="done"):
        p = Probe(role, f"ipc://{self.dir}/{at}.sock", name)
        self.probes.append(p)
        p.wait("up")
        p.say("auto", outcome=auto)
        p.say("ready", credit=credit)
        return p

    def worker(self, name="w1", **more):
        return self.probe("worker", "w", name, **more)

    def dispatch(self, name="c1", **more):
        return self.probe("dispatch", "c", name, **more)

    def stop(self, timeout=20.0):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout)
        return self.process.returncode

    def close(self):
        for p in self.probes:
            p.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


@pytest.fixture
def make():
    desks, smscs = [], []

    def build(more="", smsc=None, start=True, n=1):
        made = [smsc or Smsc() for _ in range(n)] if smsc is None else [smsc]
        smscs.extend(made)
        desk = Desk([f"port = {s.port}; {more}" for s in made])
        desks.append(desk)
        if start:
            desk.start()
        return (desk, *made)

    yield build
    for desk in desks:
        text = desk.text()
        print(text)
        desk.close()
        assert_clean(text)
    for smsc in smscs:
        smsc.close()


@pytest.fixture
def pair(make):
    desk, smsc = make()
    return desk, smsc, smsc.bound()


def send(probe, row, text="Salom", to=PERSON, attempt=1, **more):
    probe.say("send", row=row, attempt=attempt, to=to, text=text, link="op1", **more)


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


def test_a_text_out(pair):
    desk, smsc, _session = pair
    worker = desk.worker()
    send(worker, 1, "Ertaga keling", **ANSWER)
    pdu = smsc.wait_submits(1)[0]
    assert (pdu.text, pdu.to, pdu.to_ton, pdu.sender) == ("Ertaga keling", PERSON[1:], 1, "8500")
    assert pdu.validity == "000000001000000R"       # what is left, in steps of five minutes
    result = worker.wait("result", row=1)
    assert (result["state"], result["link"], len(result["refs"])) == ("accepted", "op1", 1)


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


@pytest.mark.parametrize("how", ["udh", "sar", "payload"])
def test_long_texts_out(make, how):
    desk, smsc = make(f'long = "{how}"; parts_per_minute = 6000;')
    smsc.bound()
    worker = desk.worker()
    text = "".join(f"{i:03} " for i in range(100))  # 400 septets
    send(worker, 1, text, **ANSWER)
    parts = smsc.wait_submits(1 if how == "payload" else 3)
    result = worker.wait("result", row=1)
    assert result["state"] == "accepted" and len(result["refs"]) == len(parts)
    assert "".join(p.text for p in parts) == text
    if how == "udh":
        assert [p.octets[:3] + p.octets[4:6] for p in parts] == \
            [bytes([5, 0, 3, 3, i]) for i in (1, 2, 3)]
        assert len({p.octets[3] for p in parts}) == 1
    elif how == "sar":
        assert [p.tlvs[0x20f] for p in parts] == [b"\1", b"\2", b"\3"]
    else:
        assert parts[0].payload is not None


def test_only_the_missing_parts_go_again(make):
    desk, smsc = make("window = 1; parts_per_minute = 60000;")
    smsc.bound()
    smsc.on_submit = lambda pdu: 0x45 if len(smsc.submits()) == 2 else 0
    worker = desk.worker()
    text = "".join(f"{i:03} " for i in range(100))
    send(worker, 1, text, to=SHELTER)
    result = worker.wait("result", row=1)
    assert (result["state"], result["parts_done"], result["error"]) == ("failed", 1, 0x45)
    smsc.on_submit = None
    send(worker, 1, text, to=SHELTER, attempt=2, parts_done=1, concat_ref=result["concat_ref"])
    again = worker.wait("result", row=1, attempt=2)
    assert (again["state"], again["parts_done"], len(again["refs"])) == ("accepted", 7, 2)
    assert [p.octets[5] for p in smsc.submits()] == [1, 2, 2, 3]
    assert len({p.octets[3] for p in smsc.submits()}) == 1


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
    kept.write_text(str(first["reading"] + (86_400_000 << 10)))
    for p in desk.probes:
        p.close()
    desk.start()
    later = wait_for("another bind", lambda: next(
        (s for s in smsc.sessions if s.bound and s is not session), None))
    later.deliver(PERSON, "ikki")
    second = desk.worker("w2").wait("sms")
    assert second["bind"] > first["reading"] + (86_400_000 << 10)
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


# the road out ------------------------------------------------------------------------------------

def test_throttling_pauses_all_and_keeps_the_order(make):
    desk, smsc = make("window = 1; parts_per_minute = 60000;")
    smsc.bound()
    worker = desk.worker()
    times = []

    def full(pdu):
        times.append(pdu.at)
        return {3: THROTTLED, 4: QUEUE_FULL}.get(len(times), 0)
    smsc.on_submit = full
    for row in range(1, 7):
        send(worker, row, f"text {row}", to=SHELTER)
    results = worker.wait("result", count=6)
    assert all(r["state"] == "accepted" for r in results)
    assert [p.text for p in smsc.submits()] == [f"text {n}" for n in (1, 2, 3, 3, 3, 4, 5, 6)]
    assert times[3] - times[2] > 0.25 and times[4] - times[3] > 0.5   # the pause grows
    assert desk.count("smpp.throttled") == 2


def test_throttled_in_a_window_goes_before_what_stands_behind(make):
    desk, smsc = make("window = 3; parts_per_minute = 60000;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    for row in range(1, 6):
        send(worker, row, f"text {row}", to=SHELTER)
    out = smsc.wait_submits(3)
    for pdu in out:
        smsc.answer(session, pdu, THROTTLED)
    smsc.on_submit = None
    worker.wait("result", count=5)
    assert [p.text for p in smsc.submits()[3:]] == [f"text {n}" for n in range(1, 6)]


def test_window_and_rate_are_two_limits(make):
    desk, smsc = make("window = 2; parts_per_minute = 60000;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "a" * 400, to=SHELTER)      # three parts
    send(worker, 2, "b", to=SHELTER)
    smsc.wait_submits(2)
    time.sleep(0.3)
    assert len(smsc.submits()) == 2
    for i in range(4):
        smsc.answer(session, smsc.wait_submits(i + 1)[i])
    worker.wait("result", count=2)
    assert len(smsc.submits()) == 4


def test_rate_counts_parts(make):
    desk, smsc = make("window = 50; parts_per_minute = 300;")
    smsc.bound()
    worker = desk.worker()
    send(worker, 1, "a" * 1000, to=SHELTER)     # seven parts, one each 200 ms
    at = [p.at for p in smsc.wait_submits(7)]
    assert 1.0 < at[6] - at[0] < 2.5


def test_a_response_that_never_comes_is_uncertain(make):
    desk, smsc = make()
    smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None if pdu.text == "yo'q" else 0
    send(worker, 1, "yo'q", to=SHELTER)
    send(worker, 2, "bor", to=SHELTER)
    assert worker.wait("result", row=2)["state"] == "accepted"
    assert worker.wait("result", row=1)["state"] == "uncertain"
    assert len(smsc.sessions) == 1              # the bind goes on


def test_a_bind_lost_with_submits_out_is_uncertain(make):
    desk, smsc = make("window = 1;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    smsc.wait_submits(1)
    send(worker, 2, "ikki", to=SHELTER)
    smsc.on_submit = None
    session.close()
    assert worker.wait("result", row=1)["state"] == "uncertain"
    assert worker.wait("result", row=2)["state"] == "accepted"
    assert [p.text for p in smsc.submits()] == ["bir", "ikki"]


def test_statuses(make):
    desk, smsc = make("window = 1;")
    smsc.bound()
    worker = desk.worker()
    for row, (status, state) in enumerate([(0x0b, "refused"), (0x08, "failed"), (0x400, "failed")], 1):
        smsc.on_submit = lambda pdu, s=status: s
        send(worker, row, to=SHELTER)
        result = worker.wait("result", row=row)
        assert (result["state"], result["error"]) == (state, status)


def test_a_nack_is_an_answer(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: session.send(pack(0x80000000, 3, pdu.sequence)) or None
    send(worker, 1, to=SHELTER)
    assert worker.wait("result", row=1)["state"] in ("refused", "failed")


def test_too_late_is_never_submitted(make):
    desk, smsc = make("window = 1;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    send(worker, 2, "ikki", person=True, submit_ms=500, window_ms=900_000)
    time.sleep(0.7)
    smsc.answer(session, pdu)
    assert worker.wait("result", row=2)["state"] == "expired"
    send(worker, 3, "uch", person=True, submit_ms=90_000, window_ms=290_000)
    assert worker.wait("result", row=3)["state"] == "expired"     # less than its least validity
    assert len(smsc.submits()) == 1


def test_sender_and_types_of_number(make):
    desk, smsc = make('sender = "Shyraq"; source_ton = 5; dest_ton = 2; dest_npi = 8;')
    smsc.bound()
    worker = desk.worker()
    send(worker, 1, to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    assert (pdu.sender, pdu.from_ton, pdu.to_ton, pdu.to_npi) == ("Shyraq", 5, 2, 8)
    assert pdu.to == SHELTER[1:]


# the session -------------------------------------------------------------------------------------

def test_transmitter_and_receiver(make):
    desk, smsc = make('bind = "both";')
    tx, rx = smsc.bound("transmitter"), smsc.bound("receiver")
    worker = desk.worker()
    n = rx.deliver(PERSON, "yordam")
    assert words(worker.wait("sms")) == "yordam" and rx.answered(n) == 0
    send(worker, 1, to=SHELTER)
    assert smsc.wait_submits(1)[0].session is tx
    # a transmitter takes no texts
    n = tx.deliver(PERSON, "yordam")
    assert tx.answered(n) == 4


def test_enquiries(make):
    desk, smsc = make()
    session = smsc.bound()
    n = session.request(ENQUIRE)
    assert session.answered(n, command=ENQUIRE) == 0
    wait_for("its own enquiries", lambda: sum(p.command == ENQUIRE for p in smsc.heard) >= 2)
    smsc.answer_enquires = False
    wait_for("the end of a silent bind", lambda: not session.open, 8)
    smsc.answer_enquires = True
    assert smsc.bound() is not session
    assert 'why="no answer"' in desk.text()


def test_reconnects_with_growing_pauses(make):
    desk, smsc = make('reconnect = "200 ms"; reconnect_most = "3 s";', start=False)
    smsc.refuse()
    desk.start()
    time.sleep(4.5)
    found = [int(s.split("ms=")[1].split()[0]) for s in desk.text().splitlines()
             if "lost " in s and "ms=" in s]
    assert len(found) >= 4
    assert 150 < found[0] <= 210 and all(b > a for a, b in zip(found, found[1:4]))
    assert desk.count("smpp.lost") == 1         # one warning, not one a try


def test_wrong_password_is_an_alarm_and_tried_slowly(make):
    desk, smsc = make('reconnect = "200 ms"; reconnect_most = "20 s";', start=False)
    smsc.password = "another"
    desk.start()
    dispatch = desk.dispatch()
    desk.wait_log("smpp.bind_refused")
    wait_for("the link's word", lambda: [m for m in dispatch.all("link")
                                         if m["state"] == "refused"])
    time.sleep(2.5)
    assert len(smsc.connects) <= 2 and desk.count("smpp.bind_refused") == 1
    smsc.password = "secret"
    smsc.bound(seconds=10)                      # its file was mended, or theirs
    wait_for("the link's word", lambda: [m for m in dispatch.all("link")
                                         if m["state"] == "ready"])


def test_the_bind_is_waited_for_so_long(make):
    desk, smsc = make(start=False)
    smsc.answer_binds = False
    desk.start()
    desk.wait_log("smpp.lost")
    assert "no answer to the bind" in desk.text()
    smsc.answer_binds = True
    smsc.bound()


def test_orderly_stop_settles_and_unbinds(make):
    desk, smsc = make("window = 2;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    send(worker, 2, "ikki", to=SHELTER)
    send(worker, 3, "uch", to=SHELTER)
    out = smsc.wait_submits(2)
    desk.process.send_signal(signal.SIGTERM)
    assert worker.wait("result", row=3)["state"] == "dropped"
    n = session.deliver(PERSON, "yordam")       # not now: the SMSC keeps it
    assert session.answered(n) == TEMPORARY
    for pdu in out:
        smsc.answer(session, pdu)
    assert [worker.wait("result", row=row)["state"] for row in (1, 2)] == ["accepted"] * 2
    desk.process.wait(10)
    assert desk.process.returncode == 0
    assert any(p.command == UNBIND for p in smsc.heard)
    assert desk.count("smpp.lost") == 0


def test_the_smsc_unbinds(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    n = session.request(UNBIND)
    time.sleep(0.3)
    assert session.is_unanswered(n)             # what is out is settled first
    smsc.answer(session, pdu)
    assert worker.wait("result", row=1)["state"] == "accepted"
    assert session.answered(n, command=UNBIND) == 0
    wait_for("another bind", lambda: [s for s in smsc.sessions if s.bound and s is not session])


def test_no_room_leaves_texts_to_the_smsc(make):
    desk, smsc = make(start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace("stop_wait", "texts_max = 4; stop_wait"))
    desk.start()
    session = smsc.bound()
    numbers = [session.deliver(f"+7701000020{i}", "yordam") for i in range(6)]
    assert [session.answered(n) for n in numbers[4:]] == [TEMPORARY] * 2
    worker = desk.worker()
    worker.wait("sms", count=4)
    assert [session.answered(n) for n in numbers[:4]] == [0] * 4
    n = session.deliver("+77010000205", "yordam")
    assert session.answered(n) == 0


def test_names_are_looked_up(make):
    smsc = Smsc()
    desk, _ = make(smsc=smsc, start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace('host = "127.0.0.1"', 'host = "localhost"'))
    desk.start()
    smsc.bound()


def test_a_name_that_nobody_knows(make):
    desk, _smsc = make(start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace('host = "127.0.0.1"', 'host = "smsc.invalid"'))
    desk.start()
    desk.wait_log("smpp.lost")
    assert desk.stop() == 0


# bad input ---------------------------------------------------------------------------------------

BAD_LENGTHS = [0, 3, 15, 1 << 31, 70001]


@pytest.mark.parametrize("length", BAD_LENGTHS)
def test_a_wrong_length_ends_the_link_with_one_line(pair, length):
    desk, smsc, session = pair
    session.send(length.to_bytes(4, "big") + b"\0" * 40)
    wait_for("the end", lambda: not session.open)
    wait_for("another bind", lambda: [s for s in smsc.sessions if s.bound and s is not session])
    assert desk.text().count("a wrong length") == 1


def test_what_nobody_sends_in_earnest(pair):
    desk, smsc, session = pair
    worker = desk.worker()
    session.send(pack(ENQUIRE | RESP, 0, 77777))                       # an answer to nothing
    session.send(pack(0x7777, 0, 5))                                   # no such command
    session.send(pack(9, 0, 6, b"a\0b\0\0\x34\0\0\0"))                  # a bind towards us
    session.send(pack(4, 0, 7, message(PERSON, "x")))                  # a submit towards us
    many = b"".join(tlv(0x1400 + i, b"") for i in range(2000))
    n = session.deliver(PERSON, "yordam", tlvs=many)
    assert words(worker.wait("sms")) == "yordam" and session.answered(n) == 0
    m = session.request(DELIVER, message(PERSON, "yordam") + b"\4\x24\xff\xff12")  # past the end
    assert worker.wait("sms", count=2)[1]["body"] == "broken" and session.answered(m) == 0
    said = [(p.command, p.status, p.sequence) for p in smsc.heard if p.sequence in (5, 6, 7)]
    assert (0x80000000, 3, 5) in said and (0x80000009, 3, 6) in said and (0x80000004, 3, 7) in said
    assert session.open and desk.count("smpp.fault") == 5


def test_sequences_that_34_does_not_have_are_answered(pair):
    desk, smsc, session = pair
    desk.worker()
    for sequence in (0, 0xffffffff):
        session.request(DELIVER, message(PERSON, f"n {sequence}"), sequence=sequence)
        assert session.answered(sequence) == 0


def test_who_speaks_no_smpp_is_hung_up_on(pair):
    desk, smsc, session = pair
    for i in range(40):
        session.send(pack(0x7777, 0, i + 1))
    wait_for("the end", lambda: not session.open)
    assert desk.count("smpp.fault") == 16
    assert sum(p.command == 0x80000000 for p in smsc.heard) <= 16


def test_data_before_the_bind_is_not_taken(make):
    desk, smsc = make(start=False)
    smsc.answer_binds = False
    desk.start()
    worker = desk.worker()
    session = wait_for("a connection", lambda: smsc.sessions and smsc.sessions[0])
    wait_for("its bind", lambda: [p for p in smsc.heard if p.command == 9])
    n = session.deliver(PERSON, "yordam")
    assert session.answered(n) == 4
    assert worker.all("sms") == []


def test_a_wrong_sequence_settles_nothing(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: session.send(
        pack(SUBMIT | RESP, 0, pdu.sequence + 500, b"1\0")) or None
    send(worker, 1, to=SHELTER)
    assert worker.wait("result", row=1)["state"] == "uncertain"


# TLS ---------------------------------------------------------------------------------------------

def certificate(folder, name, alt):
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key),
                    "-out", str(cert), "-days", "2", "-subj", f"/CN={name}", "-addext",
                    f"subjectAltName={alt}"], check=True, capture_output=True)
    return key, cert


@pytest.mark.parametrize("alt, trusted, good", [
    ("IP:127.0.0.1", True, True), ("DNS:other.example", True, False), ("IP:127.0.0.1", False, False)])
def test_tls(make, tmp_path, alt, trusted, good):
    import ssl
    key, cert = certificate(tmp_path, "smsc", alt)
    _, other = certificate(tmp_path, "other", alt)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    smsc = Smsc(tls=context)
    ca = cert if trusted else other
    desk, _ = make(f'tls = true; tls_ca = "{ca}";', smsc=smsc)
    if not good:
        desk.wait_log("smpp.lost")
        time.sleep(0.5)
        assert smsc.heard == []                 # not even the password
        return
    session = smsc.bound()
    worker = desk.worker()
    n = session.deliver(PERSON, "yordam")
    assert words(worker.wait("sms")) == "yordam" and session.answered(n) == 0
    send(worker, 1, "Ertaga keling", to=OTHER)
    assert smsc.wait_submits(1)[0].text == "Ertaga keling"


def test_no_tls_where_it_is_wanted(make):
    desk, smsc = make("tls = true;")
    desk.wait_log("smpp.lost")
    assert smsc.heard == []


# config ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("wrong, says", [
    ('bind = "both ways";', "bind"), ("window = 0;", "window"), ('how = "udh";', "how"),
    ('tls_cert = "/x";', "tls_cert"), ('system_type = "abcdefghijklm";', "system_type")])
def test_a_wrong_word_is_refused(make, wrong, says):
    desk, _smsc = make(wrong, start=False)
    desk.start()
    assert desk.process.wait(10) != 0
    assert says in desk.text()


def test_a_password_that_others_may_read_is_not_used(make):
    desk, smsc = make(start=False)
    (desk.dir / "pw").chmod(0o644)
    desk.start()
    desk.wait_log("smpp.password")
    assert smsc.heard == []
