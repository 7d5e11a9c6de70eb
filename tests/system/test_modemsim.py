# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-modemsim against real libgammu: the two PDU codes check each other.

Texts in and out, receipts, the SIM's bound, PIN, USSD, calls. Never needs a database or any other
process of the service.
"""
import contextlib

import pytest

from gammulib import (  # noqa: F401
    BASIC, ERR_NONE, LONG, PEER, REPORT, SMSC, TEXTS, Line, make_probe, probe)
from modemlib import make_sim, sim  # noqa: F401
from simlib import SimError


def joined(facts):
    """Texts of parts in the order that their raw headers say."""
    return "".join(f["text"] for f in sorted(facts, key=lambda f: int(f["udh"][-2:], 16)))


# ---- open, identity -------------------------------------------------------------------------

def test_opens_and_tells_who_it_is(make_sim, make_probe):
    sim = make_sim(imsi="401770000000042", smsc="+77010000777", slots=20)
    probe = make_probe(sim, opened=False)
    assert probe.ok("open").ms < 1000
    assert probe.ok("identity").of("identity")[0]["imsi"] == "401770000000042"
    assert probe.ok("smsc").of("smsc")[0]["number"] == "+77010000777"
    assert probe.ok("memory").of("memory")[0] == {"used": "0", "size": "20"}
    assert probe.ok("network").of("network")[0]["state"] == "1"
    probe.ok("listen")
    assert sim.status()["cnmi"] == [2, 1, 0, 2, 0]
    assert sim.status()["opened"]
    probe.ok("close")
    sim.wait_status(lambda s: not s["opened"])


def test_may_be_closed_and_opened_again(sim, make_probe):
    for _ in range(3):
        probe = make_probe(sim)
        probe.ok("memory")
        probe.ok("close")
        probe.ok("open")
        probe.stop()


# ---- texts in -------------------------------------------------------------------------------

@pytest.mark.parametrize("name", TEXTS)
def test_libgammu_reads_what_the_simulator_writes(sim, probe, name):
    text, alphabet = TEXTS[name]
    sim.text(PEER, text, at="2026-11-21T21:04:05+05:00", smsc=SMSC)
    got = probe.ok("read").of("sms")
    assert [g["text"] for g in got] == [text]
    assert got[0]["coding"] == {"ucs2": "1", "gsm7": "3"}[alphabet]
    assert got[0]["number"] == PEER and got[0]["smsc"] == SMSC
    assert got[0]["time"].startswith("2026-11-21T21:04:05")
    assert got[0]["udh"] == ""


def test_every_character_of_the_default_alphabet(sim, probe):
    for at in range(0, len(BASIC), 32):
        sim.text(PEER, BASIC[at:at + 32], alphabet="gsm7")
    assert "".join(g["text"] for g in probe.ok("read").of("sms")) == BASIC


def test_every_length_of_gsm7_to_four_septet_groups(sim, probe):
    texts = ["@" * n + "z" for n in range(0, 17)] + ["a" * n + "@" for n in range(0, 17)]
    for text in texts:
        sim.text(PEER, text)
    assert [g["text"] for g in probe.ok("read").of("sms")] == texts


def test_empty_text_name_as_sender_and_eight_bit(sim, probe):
    sim.text(PEER, "")
    sim.text("Operator", "balance")
    sim.text(PEER, "\x01\x02раз", alphabet="8bit")
    got = probe.ok("read").of("sms")
    assert [g.get("text") for g in got] == ["", "balance", None]
    assert got[1]["number"] == "Operator"
    assert got[2]["data"] == "0102" + "раз".encode().hex().upper()


@pytest.mark.parametrize("zone,seconds", [("+05:00", 18000), ("+14:00", 50400),
                                          ("-03:30", -12600), ("Z", 0)])
def test_zones(sim, probe, zone, seconds):
    sim.text(PEER, "x", at=f"2026-02-28T23:59:59{zone}")
    assert probe.ok("read").of("sms")[0]["time"] == f"2026-02-28T23:59:59{seconds:+06d}"


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", LONG)
def test_long_texts_in(sim, probe, name, bits):
    answer = sim.text(PEER, LONG[name], refbits=bits, ref=201)
    got = probe.ok("read").of("sms")
    assert len(got) == answer["parts"] > 1
    head = {8: "050003C9", 16: "06080400C9"}[bits] + f"{len(got):02X}"
    assert [g["udh"] for g in got] == [f"{head}{i + 1:02X}" for i in range(len(got))]
    assert joined(got) == LONG[name]


def test_order_of_arrival_doubles_and_losses(sim, probe):
    sim.text(PEER, LONG["cyrillic"], order=[3, 1, 3, 2], drop=[2], ref=7)
    assert [g["udh"][-2:] for g in probe.ok("read").of("sms")] == ["03", "01", "03"]


def test_headers_no_honest_phone_writes(sim, probe):
    sim.text(PEER, "part none", part=0, total=2, ref=9)
    sim.text(PEER, "fifth of two", part=5, total=2, ref=9)
    sim.units(PEER, [0x41, 0xD83D, 0x42])  # libgammu hands this on as ill-formed UTF-8
    got = probe.ok("read").of("sms")
    assert [g["udh"] for g in got[:2]] == ["050003090200", "050003090205"]
    assert [g["text"] for g in got[2:]] == ["A\ud83dB"]


def test_what_cannot_be_decoded_hides_nothing(sim, probe):
    sim.text(PEER, "before")
    whole = sim.slots()[0]["pdu"]
    sim.pdu("00")
    sim.pdu(whole[:30])
    sim.pdu("0791ZZ")
    sim.pdu("FF")
    sim.text(PEER, "behind")
    facts = probe.ok("read")
    assert [g["text"] for g in facts.of("sms")] == ["before", "behind"]
    assert [u["location"] for u in facts.of("undecodable")] == ["2", "3", "4", "5"]
    for location in (2, 3, 4, 5):  # and such a slot can be emptied
        probe.run(f"delete {location}")


def test_new_texts_are_told_and_deleted(sim, probe):
    probe.ok("listen")
    sim.text(PEER, "one")
    sim.text(PEER, "two")
    told = probe.ok("wait 300").of("incoming")
    assert [t["location"] for t in told] == ["1", "2"]
    assert probe.ok("get 2").of("sms")[0]["text"] == "two"
    with_events = sim.follow()
    probe.ok("delete 1")
    assert with_events.get() == {"event": "deleted", "slot": 1}
    with_events.close()
    assert [s["slot"] for s in sim.slots()] == [2]


def test_nothing_is_told_before_it_was_asked(sim, probe):
    sim.text(PEER, "quiet")
    assert probe.ok("wait 200").of("incoming") == []
    assert sim.status()["slots_used"] == 1


# ---- the SIM's bound ------------------------------------------------------------------------

def test_a_full_sim_leaves_texts_in_the_network(make_sim, make_probe):
    sim = make_sim(slots=3)
    probe = make_probe(sim)
    probe.ok("listen")
    for i in range(6):
        sim.text(PEER, f"t{i}")
    status = sim.status()
    assert (status["slots_used"], status["queued"]) == (3, 3)
    seen = []
    for _ in range(2):
        for fact in probe.ok("read").of("sms"):
            seen.append(fact["text"])
            probe.ok(f"delete {fact['location']}")
        sim.wait_status(lambda s: s["queued"] == 0 or s["slots_used"] == 3)
    assert sorted(seen) == [f"t{i}" for i in range(6)]
    assert sim.status()["queued"] == 0


@pytest.mark.parametrize("dummies", [False, True])
def test_fault_memory_full(sim, probe, dummies):
    sim.text(PEER, "inside")
    sim.fault("memory_full", dummies=dummies)
    sim.text(PEER, "outside")
    assert sim.status()["queued"] == 1
    assert "memory_full" in sim.status()["faults"]
    used = probe.ok("memory").of("memory")[0]
    assert used["used"] == (used["size"] if dummies else "1")
    sim.clear()
    sim.wait_status(lambda s: s["queued"] == 0 and s["slots_used"] == 2)


# ---- texts out ------------------------------------------------------------------------------

def send_at_once(make_sim, make_probe, texts):
    """Each text by a modem of its own, at the same time; yields (text, result, submits)."""
    pairs = [(make_sim(), text, vp) for text, vp in texts]
    probes = [make_probe(sim) for sim, _, _ in pairs]
    for probe, (_, text, vp) in zip(probes, pairs):
        probe.put(f"send {PEER} {text.encode().hex()} {vp} 0")
    for probe, (sim, text, _) in zip(probes, pairs):
        facts = probe.end()
        assert facts.error == ERR_NONE
        yield text, facts.of("result"), sim.sent()


def test_the_simulator_reads_what_libgammu_writes(make_sim, make_probe):
    names = ["extension", "at-on-eighth", "whole-160", "kazakh", "tajik", "emoji", "whole-70"]
    want = [TEXTS[n] for n in names] + [(BASIC, "gsm7")]
    done = send_at_once(make_sim, make_probe, [(text, 1) for text, _ in want])
    for (text, alphabet), (_, result, sent) in zip(want, done):
        assert [(s["text"], s["alphabet"], s["to"]) for s in sent] == [(text, alphabet, PEER)]
        assert sent[0]["vp_minutes"] == 10 and not sent[0]["wants_receipt"]
        assert result == [{"status": "0", "reference": str(sent[0]["ref"])}]


def test_long_texts_out(make_sim, make_probe):
    for text, result, sent in send_at_once(make_sim, make_probe,
                                           [(text, 0) for text in LONG.values()]):
        assert "".join(s["text"] for s in sent) == text and len(sent) == len(result) > 1
        assert [s["part"] for s in sent] == list(range(1, len(sent) + 1))
        assert {(s["total"], s["concat_ref"], s["vp_minutes"]) for s in sent} == {
            (len(sent), sent[0]["concat_ref"], 5)}


def test_validity(make_sim, make_probe):
    asked = [(0, 5), (1, 10), (2, 15), (167, 1440)]
    done = send_at_once(make_sim, make_probe, [("x", vp) for vp, _ in asked])
    assert [sent[0]["vp_minutes"] for _, _, sent in done] == [m for _, m in asked]


def test_whole_messages_from_parts(sim, probe):
    probe.send(PEER, LONG["cyrillic"])
    probe.send(PEER, "short")
    assert [m["text"] for m in sim.messages()] == [LONG["cyrillic"], "short"]
    assert sim.wait_message(lambda m: m["parts"] > 1)["text"] == LONG["cyrillic"]


def test_follow_tells_each_submit(sim, probe):
    probe.send(PEER, "first")
    old = sim.follow(after=0)
    new = sim.follow()
    probe.send(PEER, "second")
    assert [old.get()["text"], old.get()["text"]] == ["first", "second"]
    event = new.get()
    assert (event["event"], event["text"], event["seq"]) == ("sent", "second", 2)
    old.close()
    new.close()


# ---- receipts -------------------------------------------------------------------------------

def test_receipt_by_itself(sim, probe):
    probe.ok("listen")
    probe.send(PEER, "x", receipt=1)
    assert [int(t["pdu"]) for t in probe.ok("wait 300").of("incoming")] in ([], [REPORT])
    got = probe.ok("read").of("sms")
    assert len(got) == 1 and int(got[0]["pdu"]) == REPORT
    assert got[0]["ref"] == str(sim.sent()[0]["ref"]) and got[0]["number"] == PEER
    assert got[0]["text"] == "Delivered"
    assert sim.status()["counters"]["reports"] == 1
    assert sim.sent()[0]["wants_receipt"]


def test_receipts_by_order(sim, probe):
    probe.ok("listen")
    sim.receipts("manual")
    probe.send(PEER, "x", receipt=1)
    probe.send("+77010000002", "y", receipt=1)
    assert probe.ok("read").of("sms") == []
    sim.receipt(seq=2, state="failed")
    sim.receipt(ref=sim.sent()[0]["ref"], state="expired", delay_ms=200)
    told = probe.ok("wait 600").of("incoming")
    assert [int(t["pdu"]) for t in told] == [REPORT, REPORT]
    got = probe.ok("read").of("sms")
    assert [g["number"] for g in got] == ["+77010000002", PEER]
    assert {g["text"] for g in got} == {"Failed"}
    assert [g["status"] for g in got] == [str(0x41), str(0x46)]
    sim.receipts("off")
    probe.send(PEER, "z", receipt=1)
    assert probe.ok("wait 200").of("incoming") == []
    with pytest.raises(SimError):
        sim.receipt(seq=99)


# ---- PIN, USSD, calls -----------------------------------------------------------------------

def test_pin(make_sim, make_probe):
    sim = make_sim(pin="4321")
    sim.text(PEER, "waits")
    probe = make_probe(sim, opened=False)
    probe.run("open")
    assert probe.ok("security").of("security")[0]["type"] == "2"
    assert probe.run("pin 1111").error == "SECURITYERROR"
    assert sim.status()["pin_tries"] == 2 and sim.status()["queued"] == 1
    probe.ok("pin 4321")
    assert sim.status()["pin"] == "ready"
    sim.wait_status(lambda s: s["queued"] == 0)
    assert [g["text"] for g in probe.ok("read").of("sms")] == ["waits"]


def test_three_wrong_pins_block_the_sim(make_sim):
    sim = make_sim(pin="4321")
    line = Line(sim.tty)
    for pin in ("0000", "0001", "0002", "4321"):
        assert "ERROR" in line.at(f'AT+CPIN="{pin}"')
    assert "SIM PUK" in line.at("AT+CPIN?")
    assert sim.status()["pin"] == "puk"
    line.close()


def test_ussd(sim, probe):
    with pytest.raises(SimError):
        sim.ussd("nobody asked")
    probe.ok("smsc")
    probe.ok("listen-ussd ucs2")
    assert sim.status()["charset"] == "UCS2"
    sim.ussd("1 Көмек\n2 Help")
    assert probe.ok("wait 300").of("ussd") == [{"status": "3", "text": "1 Көмек\n2 Help"}]
    events = sim.follow()
    probe.ok("dial " + b"2".hex())
    assert events.get() == {"event": "ussd", "what": "answer", "text": "2"}
    sim.ussd("bye", mode=2)
    assert probe.ok("wait 300").of("ussd") == [{"status": "4", "text": "bye"}]
    events.close()


def test_a_menu_with_lines_under_gsm_is_lost(sim, probe):
    probe.ok("listen-ussd gsm")
    sim.ussd("1 Help\n2 Stop")
    assert probe.ok("wait 300").of("ussd") == []
    probe.ok("abort 1000")
    assert probe.run("smsc").error == "ABORTED"


def test_a_dialled_code_can_carry_a_command_under_gsm(make_sim, make_probe):
    sim = make_sim(charsets="GSM")
    probe = make_probe(sim)
    sim.text(PEER, "gone")
    probe.ok("abort 1500")
    # libgammu may not outlive the answer either: a sanitizer sees it read a line of negative length
    with contextlib.suppress(SimError):
        probe.run("dial " + b'1",15\rAT+CMGD=1,4\r'.hex())
    assert sim.status()["slots_used"] == 0


def test_without_utf8_an_answer_goes_out_empty(sim, make_probe):
    events = sim.follow()
    for locale, text in (("C", ""), ("C.UTF-8", "ж1")):
        probe = make_probe(sim, PROBE_LC_ALL=locale)
        probe.run("listen-ussd ucs2")
        probe.run("dial " + "ж1".encode().hex())
        probe.stop()
        assert events.get() == {"event": "ussd", "what": "answer", "text": text}
    events.close()


def test_ring_and_hang_up(sim, probe):
    probe.run("listen-calls")
    events = sim.follow()
    sim.ring(times=5)
    assert probe.ok("wait 300").of("call")
    probe.ok("cancel-call")
    assert events.get() == {"event": "call", "what": "refused"}
    events.close()
