# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-modemsim beside libgammu: the bare line, the control socket, its life.

Never needs a database or any other process of the service.
"""
import fcntl
import os
import signal
import socket
import subprocess
import termios
import time

import pytest

from gammulib import PEER, line, make_probe  # noqa: F401
from modemlib import make_sim, sim  # noqa: F401
from simlib import Connection, SimError, build_dir


# ---- the bare line --------------------------------------------------------------------------

def test_commands_and_errors(line):
    assert line.at("AT") == "OK"
    assert line.at("at+csq") == "+CSQ: 21,0\r\n\r\nOK"
    assert line.at("AT+NOSUCH=1") == "ERROR"
    assert line.at("ATQQ") == "ERROR"
    assert line.at("AT+CMGR=7") == "+CMS ERROR: 321"
    assert line.at("AT+CMGF=1") == "+CMS ERROR: 303"
    assert line.at("AT+CMEE=2") == "OK"
    assert line.at("AT+CMGR=7") == "+CMS ERROR: invalid memory index"
    assert line.at("AT+CNMI=2,9,0,0,0") == "ERROR"
    assert line.at("A" * 3000) == "ERROR"
    assert line.at("AT+CNMI=?").startswith("+CNMI: (0-2)")
    assert line.at("AT+CMGD=0") == "+CMS ERROR: invalid memory index"


def test_echo_off(line):
    line.at("ATE0")
    os.write(line.fd, b"AT\r")
    assert line.read((b"OK\r\n",)) == "\r\nOK\r\n"


TPDU = "01000B911070000010F1"  # SMS-SUBMIT, reference 0, a number


@pytest.mark.parametrize("pdu", [
    "00" + TPDU + "000005E8329BFD0",        # odd
    "00" + TPDU + "0000",                   # cut before the length
    "00" + TPDU + "000005E8329B",           # cut in the text
    "00" + TPDU + "000005E8329BFD0600",     # an octet too much
    "00" + TPDU + "0000A1" + "00" * 141,    # longer than any text
    "00" + TPDU + "000803004100",           # half a UTF-16 unit
    "00" + TPDU + "002005E8329BFD06",       # compressed
    "00" + TPDU.replace("01", "41", 1) + "000402FF00",  # a header longer than the text
    "00" + TPDU.replace("01", "00", 1) + "000005E8329BFD06",  # no SMS-SUBMIT
    "00" + "0100FF91" + "10" * 20,          # a number without end
    "FF" + TPDU + "000005E8329BFD06",       # an SMSC without end
    "00" + "ZZ" * 12,
    "",
])
def test_submits_no_network_takes(sim, line, pdu):
    announced = max(1, len(pdu) // 2 - 1)
    assert line.submit(pdu, announced) == "+CMS ERROR: 304"
    assert sim.sent() == []
    assert line.at("AT") == "OK"


def test_submits_a_network_takes(sim, line):
    assert line.submit("00" + TPDU + "000005E8329BFD06") == "+CMGS: 1\r\n\r\nOK"
    assert line.submit("00" + TPDU.replace("01", "31", 1) + "0000A705E8329BFD06").endswith("OK")
    assert line.submit("00" + TPDU.replace("01", "19", 1) + "0000" + "62112100000002"
                       + "05E8329BFD06").endswith("OK")
    first, second, third = sim.sent()
    assert first["text"] == second["text"] == third["text"] == "hello"
    assert first["to"] == "+01070000011"
    assert (first["vp_minutes"], second["vp_minutes"], third["vp_minutes"]) == (None, 1440, None)
    assert (first["wants_receipt"], second["wants_receipt"]) == (False, True)
    assert (second["vp_other"], third["vp_other"]) == (False, True)
    assert line.submit("00" + TPDU + "000005E8329BFD06", 19) == "+CMS ERROR: 304"
    assert line.submit("00" + TPDU + "000005E8329BFD06", 17) == "+CMS ERROR: 304"


@pytest.mark.parametrize("octet,minutes", [
    (0, 5), (143, 720), (144, 750), (167, 1440), (168, 2880), (196, 43200), (197, 50400),
    (255, 635040)])
def test_relative_validity(sim, line, octet, minutes):
    line.submit("00" + TPDU.replace("01", "11", 1) + f"0000{octet:02X}0131")
    assert sim.sent()[0]["vp_minutes"] == minutes


def test_a_submit_can_be_abandoned(sim, line):
    os.write(line.fd, b"AT+CMGS=20\r")
    line.read((b"> ",))
    os.write(line.fd, b"0011\x1b")
    line.read((b"OK\r\n",))
    assert line.at("AT") == "OK" and sim.sent() == []


def test_nothing_is_told_into_a_command(sim, line):
    line.at("AT+CNMI=2,1,0,2,0")
    os.write(line.fd, b"AT+CS")
    sim.text(PEER, "x")
    time.sleep(0.2)
    os.write(line.fd, b"Q\r")
    got = line.read((b"+CMTI",))
    assert got.index("OK") < got.index("+CMTI")


def test_direct_delivery(sim, line):
    line.at("AT+CNMI=2,2,0,1,0")
    sim.text(PEER, "x")
    assert "+CMT: ,20\r\n07917710000005F0040B91" in line.read((b"0178\r\n",))
    assert sim.status()["slots_used"] == 0


def test_injection_under_the_gsm_character_set(sim, line):
    sim.text(PEER, "gone")
    os.write(line.fd, b'AT+CUSD=1,"1",15\rAT+CMGD=1,4\r",15\r')
    sim.wait_status(lambda s: s["slots_used"] == 0)


# ---- the control socket ---------------------------------------------------------------------

def test_orders_it_refuses(sim):
    for fields in ({"op": "nothing"}, {"op": "text", "from": PEER},
                   {"op": "text", "text": "x"}, {"op": "text", "from": "\u0436", "text": "x"},
                   {"op": "text", "from": PEER, "text": "x", "at": "yesterday"},
                   {"op": "text", "from": PEER, "text": "ж", "alphabet": "gsm7"},
                   {"op": "text", "from": PEER, "text": "x", "alphabet": "morse"},
                   {"op": "text", "from": PEER, "text": "x", "refbits": 9},
                   {"op": "text", "from": PEER, "text": "x", "order": [2]},
                   {"op": "text", "from": PEER, "text": "x" * 40000},
                   {"op": "text", "from": PEER, "units": [70000]},
                   {"op": "pdu", "pdu": ""}, {"op": "pdu", "pdu": "0" * 1025},
                   {"op": "pdu", "pdu": "00\r\nOK"}, {"op": "pdu", "pdu": 7},
                   {"op": "receipt", "seq": 1}, {"op": "receipts", "mode": "maybe"},
                   {"op": "fault", "name": "fire"}, {"op": "fault", "name": "cms", "code": -1},
                   {"op": "fault", "name": "silent", "ms": 10**12},
                   {"op": "fault", "name": "slow", "bps": 0},
                   {"op": "fault", "name": "registration", "state": 9},
                   {"op": "fault", "name": "garbage", "where": "there"},
                   {"op": "ussd", "mode": 9}, {"op": "ring", "times": 0}):
        fields = dict(fields)
        with pytest.raises(SimError):
            sim.order(fields.pop("op"), **fields)
    assert sim.status()["slots_used"] == 0 and sim.status()["faults"] == []


def test_lines_that_are_no_orders(sim):
    connection = Connection(sim.control)
    for text in ("{", "[]", "7", '"x"', '{"op":"status","op":"clear"}', "\x00"):
        connection.put(text)
        assert connection.get()["ok"] is False
    connection.put('{"op":"status","id":{"a":[1]}}')
    assert connection.get()["id"] == {"a": [1]}
    connection.put('{"op":"pdu","pdu":"' + "0" * 200000)
    with pytest.raises((SimError, OSError)):
        while connection.get()["ok"] is False:
            pass
    assert sim.status()["ok"]


def test_many_clients(sim):
    clients = [Connection(sim.control) for _ in range(15)]
    for client in clients:
        assert client.order("status")["ok"]
    extra = Connection(sim.control)
    with pytest.raises((SimError, OSError)):
        extra.order("status")
    clients.pop().close()
    time.sleep(0.1)
    clients.append(Connection(sim.control))
    assert clients[-1].order("status")["ok"]
    for client in clients:
        client.close()


def test_a_client_that_goes_away(sim):
    connection = Connection(sim.control)
    connection.order("follow", after=0)
    connection.socket.shutdown(socket.SHUT_RDWR)
    connection.close()
    assert sim.status()["ok"]


# ---- its life -------------------------------------------------------------------------------

@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_ends_clean(make_sim, how):
    sim = make_sim()
    sim.process.send_signal(how)
    assert sim.process.wait(5) == 0
    assert not sim.tty.is_symlink() and not sim.control.exists()


def test_state_survives(make_sim, make_probe, tmp_path):
    sim = make_sim(state=tmp_path / "state")
    sim.text(PEER, "kept")
    probe = make_probe(sim)
    probe.send(PEER, "сын", vp=1)
    probe.stop()
    before = sim.sent()
    sim.kill()
    sim.restart()
    assert sim.sent() == before
    assert [s["slot"] for s in sim.slots()] == [1]
    assert [g["text"] for g in make_probe(sim).ok("read").of("sms")] == ["kept"]


def test_options_it_refuses(tmp_path):
    binary = os.environ.get("SHYRAQ_MODEMSIM") or build_dir() / "shyraq-modemsim"
    good = ["--tty", str(tmp_path / "t"), "--control", str(tmp_path / "c")]
    for wrong in (good[:2], good + ["--slots", "0"], good + ["--slots", "256"],
                  good + ["--pin", "12"], good + ["--imsi", "1"], good + ["extra"],
                  good + ["--number", "seven"], good + ["--such"]):
        done = subprocess.run([str(binary)] + wrong, capture_output=True, timeout=5, check=False)
        assert done.returncode == 2 and b"usage:" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_do_not_share_a_socket(sim):
    again = subprocess.run(sim.args, capture_output=True, timeout=5, check=False)
    assert again.returncode == 1
    assert sim.status()["ok"] and sim.tty.exists()


def test_the_line_is_free_again(sim):
    """The host may ask for the line alone (TIOCEXCL); when it has gone the next one may open it."""
    get_exclusive = 0x80045440  # TIOCGEXCL
    fd = os.open(sim.tty, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(fd, termios.TIOCEXCL)
    assert fcntl.ioctl(fd, get_exclusive, bytes(4)) != bytes(4)
    os.close(fd)
    sim.wait_status(lambda s: not s["opened"])
    fd = os.open(sim.tty, os.O_RDWR | os.O_NOCTTY)
    assert fcntl.ioctl(fd, get_exclusive, bytes(4)) == bytes(4)
    os.close(fd)


def test_a_moved_clock_stamps_texts(make_sim, make_probe, tmp_path):
    clock = tmp_path / "clock"
    clock.write_bytes((86400000 * 400).to_bytes(8, "little") + bytes(8))
    sim = make_sim(clock=clock)
    sim.text(PEER, "x")
    stamp = make_probe(sim).ok("read").of("sms")[0]["time"]
    later = time.gmtime(time.time() + 86400 * 400 + 5 * 3600)
    assert stamp[:10] == time.strftime("%Y-%m-%d", later)
