# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: an aggregator's dialogues over HTTP, and what is no dialogue.

No database, no modem.
"""
import concurrent.futures
import socket
import ssl
import subprocess
import threading
import time

import pytest

from daemonlib import OTHER, PERSON, Site, assert_clean
from httplib import SECRET, Dialler, client_tls, config, port_of, raw
from simlib import ROOT

STOCK = "END Keyinroq / Later"
MENU = "1 Помогите\n2 Қазақша мәзір & 100% \"hozir\""


class Aggregator:
    def __init__(self, daemon_more="", start=True, **more):
        self.site = Site(sims=0, daemon_more=daemon_more)
        with open(self.site.dir / "conf", "a", encoding="utf-8") as f:
            f.write(f"aggregators = (\n{config(self.site.dir, **more)}\n);\n")
        if start:
            self.start()

    def start(self, **env):
        ready = self.site.count("proc.ready")
        self.site.start(links=False, **env)
        self.site.wait_log("proc.ready", ready + 1)
        self.port = port_of(self.site.log)
        return self

    def phone(self, number=PERSON, session="s1", **more):
        return Dialler(self.port, number, session, **more)


@pytest.fixture
def make():
    made = []

    def build(**options):
        made.append(Aggregator(**options))
        return made[-1]
    yield build
    for a in made:
        text = a.site.log.read_text(errors="replace") if a.site.log.exists() else ""
        print(text)
        a.site.close()
        assert_clean(text)
        assert SECRET not in text and "Кет" not in text


@pytest.fixture
def agg(make):
    return make()


class Later:
    """A request that goes on in a thread."""

    def __init__(self, ask, *args, **more):
        self.answer = None
        self.thread = threading.Thread(target=self._run, args=(ask, args, more))
        self.thread.start()

    def _run(self, ask, args, more):
        self.answer = ask(*args, **more)

    def get(self, seconds=10):
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "no answer"
        return self.answer


def step(worker, count=1, **fields):
    got = worker.wait("ussd", count, **fields)
    return got if count == 1 else got[-1]


def answer(worker, got, screen, end=False):
    worker.say("verdict", token=got["token"], outcome="done", screen=screen, end=end)


def key(agg, worker, phone, words, screen, count, end=False):
    """One step from key to screen; what the worker got."""
    later = Later(phone.key, words) if words is not None else Later(phone.dial)
    got = step(worker, count)
    answer(worker, got, screen, end)
    assert later.get() == (200, ("END " if end else "CON ") + screen)
    return got


def test_the_screen_is_not_kept(agg):
    """It goes when it is there: nothing waits for a tick of the server."""
    worker = agg.site.worker(auto="none")
    took = []
    for i in range(6):
        later = Later(agg.phone(session=f"s{i}").dial)
        got = step(worker, i + 1)
        began = time.monotonic()
        answer(worker, got, "menu", end=True)
        assert later.get() == (200, "END menu")
        took.append(time.monotonic() - began)
    assert sorted(took)[1] < 0.1, took


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("style", ["accumulated", "last"])
def test_dialogue(make, style, method):
    agg = make(input=f'"{style}"')
    worker = agg.site.worker(auto="none")
    phone = agg.phone(accumulated=style == "accumulated", method=method)
    first = key(agg, worker, phone, None, MENU, 1)
    assert (first["from"], first["text"], first["step"], first["link"]) == (PERSON, "", 1, "agg")
    for i, words in enumerate(("1", "1", "a*b", "Кет & 5%", ""), 2):
        got = key(agg, worker, phone, words, f"screen {i}", i)
        assert (got["dialogue"], got["step"], got["text"]) == (first["dialogue"], i, words)
    key(agg, worker, phone, "0", "Рахмет", 7, end=True)
    assert not worker.all("ussd", gone=True)
    assert not worker.all("ussd", again=True)


@pytest.mark.parametrize("style", ["accumulated", "last"])
def test_repeat_while_asked(make, style):
    """Asked again before the answer: one step, and both get its screen."""
    agg = make(input=f'"{style}"')
    worker = agg.site.worker(auto="none")
    phone = agg.phone(accumulated=style == "accumulated")
    key(agg, worker, phone, None, "menu", 1)
    phone.inputs.append("1")
    two = [Later(phone.ask, phone.said()) for _ in range(2)]
    got = step(worker, 2)
    time.sleep(0.3)
    assert len(worker.all("ussd")) == 2
    answer(worker, got, "once")
    assert [t.get() for t in two] == [(200, "CON once")] * 2


def test_repeat_of_what_was_answered(agg):
    """The same request again: the same screen, also the last, and no step."""
    worker = agg.site.worker(auto="none")
    phone = agg.phone()
    key(agg, worker, phone, None, "menu", 1)
    assert phone.dial() == (200, "CON menu")
    key(agg, worker, phone, "1", "bye", 2, end=True)
    assert phone.dial() == (200, "END bye")
    assert phone.dial() == (200, "END bye")
    assert len(worker.all("ussd")) == 2


@pytest.mark.parametrize("text", ["", "*8500#"])
def test_repeat_of_the_dial_by_last_input(make, text):
    agg = make(input='"last"')
    worker = agg.site.worker(auto="none")
    phone = agg.phone(accumulated=False)
    later = Later(phone.ask, text)
    got = step(worker)
    assert got["text"] == ""
    answer(worker, got, "menu")
    assert later.get() == (200, "CON menu")
    assert phone.ask(text) == (200, "CON menu")
    assert len(worker.all("ussd")) == 1


def test_late_input_of_an_ended_dialogue(agg):
    """It is heard, as the first step of another one."""
    worker = agg.site.worker(auto="none")
    phone = agg.phone()
    key(agg, worker, phone, None, "menu", 1)
    first = key(agg, worker, phone, "1", "bye", 2, end=True)
    late = key(agg, worker, phone, "2", "still here", 3)
    assert (late["step"], late["text"]) == (1, "2")
    assert late["dialogue"] != first["dialogue"]


@pytest.mark.parametrize("outcome", ["none", "again", "aside"])
def test_no_screen_in_time(make, outcome):
    agg = make(ussd_answer='"1 s"')
    worker = agg.site.worker(auto=outcome)
    phone = agg.phone()
    began = time.monotonic()
    assert phone.dial() == (200, STOCK)
    took = time.monotonic() - began
    assert took < 0.9 if outcome == "aside" else 0.9 < took < 2.5
    worker.say("auto", outcome="done")
    first = worker.all("ussd")[0]
    if outcome == "none":
        answer(worker, first, "too late")
    gone = step(worker, gone=True)
    assert (gone["dialogue"], gone["step"]) == (first["dialogue"], 2)
    assert phone.dial() == (200, STOCK)


def test_no_worker(make):
    agg = make(ussd_answer='"1 s"')
    assert agg.phone().dial() == (200, STOCK)


def test_dials_anew(agg):
    """Another session of the same phone: what stood open is over."""
    worker = agg.site.worker(auto="none")
    one, two = agg.phone(session="s1"), agg.phone(session="s2")
    first = key(agg, worker, one, None, "menu", 1)
    later = Later(two.dial)
    gone = step(worker, gone=True)
    assert gone["dialogue"] == first["dialogue"]
    answer(worker, gone, "")
    second = worker.wait("ussd", 2, gone=False)[-1]
    assert second["step"] == 1 and second["dialogue"] != first["dialogue"]
    answer(worker, second, "menu")
    assert later.get() == (200, "CON menu")


def test_two_phones_with_one_session(agg):
    """A session is the aggregator's word; whose it is, is told by the number, too."""
    worker = agg.site.worker(auto="none")
    one = key(agg, worker, agg.phone(PERSON), None, "menu", 1)
    two = key(agg, worker, agg.phone(OTHER), None, "menu", 2)
    assert one["dialogue"] != two["dialogue"] and two["from"] == OTHER


@pytest.mark.parametrize("number,known", [
    ("77010000001", PERSON), ("+77010000001", PERSON), (" 77010000001", PERSON),
    ("private", ""), ("", "")])
def test_numbers(agg, number, known):
    worker = agg.site.worker(auto="none")
    assert key(agg, worker, agg.phone(number), None, "menu", 1)["from"] == known


def test_two_without_a_number(agg):
    """Nobody's dialogue ends that of another nobody."""
    worker = agg.site.worker(auto="none")
    phones = [agg.phone("private", f"s{i}") for i in range(2)]
    for i, phone in enumerate(phones):
        key(agg, worker, phone, None, "menu", 1 + i)
    for i, phone in enumerate(phones):
        assert key(agg, worker, phone, "1", "more", 3 + i)["step"] == 2


@pytest.mark.parametrize("style,text,heard", [
    ("accumulated", "1*2", ""), ("accumulated", "1*2*Кет", "Кет"), ("last", "2", ""),
    ("last", "SOS", "SOS")])
def test_restart_in_a_dialogue(make, style, text, heard):
    """Digits of an unknown session are a dial, which shows no more than a dial does; words are words."""
    agg = make(input=f'"{style}"')
    worker = agg.site.worker(auto="none")
    phone = agg.phone(accumulated=style == "accumulated")
    key(agg, worker, phone, None, "menu", 1)
    agg.site.kill()
    agg.start()
    worker = agg.site.worker("w2", auto="none")
    phone.port = agg.port
    later = Later(phone.ask, text)
    got = step(worker)
    assert (got["step"], got["text"], got["from"]) == (1, heard, PERSON)
    answer(worker, got, "go on?")
    assert later.get() == (200, "CON go on?")


def test_daemon_killed_while_asked(agg):
    """The aggregator's connection breaks, nothing else; asked again it is a new dialogue."""
    agg.site.worker(auto="none")
    phone = agg.phone()

    def ask():
        try:
            return phone.dial()
        except (ConnectionError, OSError):
            return "broken"
    later = Later(ask)
    agg.site.wait_log("ussd.opened")
    agg.site.kill()
    assert later.get() == "broken"


# who may come ------------------------------------------------------------------------------

@pytest.mark.parametrize("secret", ["", "x", SECRET + "x", SECRET[:-1], SECRET.upper()])
def test_secret(agg, secret):
    worker = agg.site.worker()
    assert agg.phone(secret=secret).dial() == (403, "")
    time.sleep(0.2)
    assert not worker.all("ussd")
    assert agg.site.count("ussd.http_secret") == 1


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_secret_in_a_field(make, method):
    agg = make(secret_field='"key"', ussd_answer='"1 s"')
    phone = agg.phone(secret=None, method=method)
    assert phone.ask("")[0] == 403
    assert phone.ask("", key=SECRET[1:])[0] == 403
    assert phone.ask("", headers={"X-Secret": SECRET})[0] == 403
    assert phone.ask("", key=SECRET) == (200, STOCK)


def test_other_names_of_fields(make):
    agg = make(session_field='"SESSION_ID"', phone_field='"MSISDN"', text_field='"USSD_STRING"',
               path='"/a/b"', secret_header='"Authorization"')
    worker = agg.site.worker(auto="none")
    phone = agg.phone(secret=None, fields={"session": "SESSION_ID", "phone": "MSISDN",
                                           "text": "USSD_STRING"})
    more = {"headers": {"Authorization": SECRET}, "path": "/a/b"}
    later = Later(phone.ask, "", **more)
    answer(worker, step(worker), "menu")
    assert later.get() == (200, "CON menu")
    assert phone.ask("", headers=more["headers"])[0] == 404


def test_address(make):
    agg = make(allow='"10.0.0.0/8 192.0.2.1"')
    with pytest.raises((ConnectionError, OSError)):
        agg.phone().dial()
    assert agg.site.count("http.not_allowed") >= 1


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    """A CA, a server of its, a client of its, and a client of another CA."""
    folder = tmp_path_factory.mktemp("pem")

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)
    for ca in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-subj", f"/CN={ca}", "-days", "3650")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    for name, ca in (("server", "ca"), ("client", "ca"), ("stranger", "other")):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
                "-CAcreateserial", "-out", f"{name}.pem", "-extfile", "san", "-days", "3650")
    return folder


def test_tls(make, pem):
    agg = make(cert_file=f'"{pem}/server.pem"', key_file=f'"{pem}/server.key"')
    worker = agg.site.worker(auto="none")
    phone = agg.phone(tls=client_tls(pem / "ca.pem"))
    key(agg, worker, phone, None, MENU, 1)
    key(agg, worker, phone, "1", "bye", 2, end=True)
    with pytest.raises(ssl.SSLError):
        agg.phone(tls=client_tls(pem / "other.pem")).dial()
    for version, good in (("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
        got = subprocess.run(["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0",
                              "-connect", f"127.0.0.1:{agg.port}"], input="", text=True,
                             capture_output=True, check=False, timeout=20)
        assert ("Cipher is (NONE)" not in got.stdout) == good, got


def test_mutual_tls(make, pem):
    agg = make(cert_file=f'"{pem}/server.pem"', key_file=f'"{pem}/server.key"',
               client_ca_file=f'"{pem}/ca.pem"', secret_file='""')
    worker = agg.site.worker(auto="none")
    for tls in (client_tls(pem / "ca.pem"),
                client_tls(pem / "ca.pem", pem / "stranger.pem", pem / "stranger.key")):
        assert agg.phone(secret=None, tls=tls).dial() == (403, "")
    assert not worker.all("ussd")
    known = client_tls(pem / "ca.pem", pem / "client.pem", pem / "client.key")
    key(agg, worker, agg.phone(secret=None, tls=known), None, "menu", 1)


# bad input ---------------------------------------------------------------------------------

HEAD = f"POST /ussd HTTP/1.1\r\nHost: x\r\nX-Secret: {SECRET}\r\n"
FORM = "sessionId=s1&phoneNumber=%2B77010000001&text="


def post(body, more=""):
    return (HEAD + more + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n" + body).encode()


@pytest.mark.parametrize("octets,status", [
    (post("x=" + "y" * 9000), b"413"),
    (HEAD.encode() + b"Content-Length: 99999999999999999999\r\n\r\n", b"400 413"),
    (HEAD.encode() + b"Content-Length: -1\r\n\r\n", b"400"),
    (HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + b"2000\r\n" + b"a" * 8192 + b"\r\n"
     + b"2000\r\n" + b"a" * 8192 + b"\r\n0\r\n\r\n", b""),
    (post(""), b"400"),
    (post("sessionId=s1&text=1"), b"400"),
    (post("phoneNumber=%2B77010000001&text=1"), b"400"),
    (post("sessionId=&phoneNumber=%2B77010000001&text=1"), b"400"),
    (post("sessionId=" + "s" * 200 + "&phoneNumber=%2B77010000001"), b"400"),
    (post(FORM + "1&text=2"), b"400"),
    (post(FORM + "%ff%fe"), b"400"),
    (post(FORM + "%00"), b"400"),
    (post(FORM + "%1b[2J"), b"400"),
    (post(FORM + "%4"), b"400"),
    (post(FORM + "x" * 3000), b"400"),
    (post("&" * 200), b"400"),
    (post('{"sessionId":"s1"}', "Content-Type: application/json\r\n"), b"415"),
    (b"GET /ussd?" + b"x" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
    (b"GET /ussd HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 40000 + b"\r\n\r\n", b"431"),
    (b"PUT /ussd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"405"),
    (b"GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"404"),
    (b"GET /ussd HTTP/1.1\r\n\r\n", b"400"),
    (b"\x00\x01\x02\x03\r\n\r\n", b""),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100 + b"\r\n\r\n", b""),
    (b"\r\n" * 2000, b""),
])
def test_bad_requests(make, octets, status):
    agg = make(request_timeout='"1 s"')
    worker = agg.site.worker(auto="none")
    got = raw(agg.port, octets)
    if status:
        assert got.split(b" ", 2)[1] in status.split(), got[:200]
    assert b"CON" not in got and b"END" not in got
    assert not worker.all("ussd")
    key(agg, worker, agg.phone(), None, "menu", 1)


@pytest.mark.parametrize("begin", [b"", b"POST /us", HEAD.encode(),
                                   HEAD.encode() + b"Content-Length: 50\r\n\r\n"])
def test_slow(make, begin):
    """An octet now and then keeps nobody in: the whole request has its time."""
    agg = make(request_timeout='"1 s"')
    worker = agg.site.worker(auto="none")
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", agg.port), 10) as s:
        s.sendall(begin)
        with pytest.raises((ConnectionError, OSError)):
            while time.monotonic() - began < 6:
                s.sendall(b"a")
                time.sleep(0.1)
                s.setblocking(False)
                try:
                    if s.recv(100) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    pass
                s.setblocking(True)
    assert 0.8 < time.monotonic() - began < 4
    key(agg, worker, agg.phone(), None, "menu", 1)


def test_idle_connections_do_not_shut_others_out(make):
    agg = make(request_timeout='"2 s"', connections_max="20")
    worker = agg.site.worker(auto="none")
    idle = [socket.create_connection(("127.0.0.1", agg.port), 5) for _ in range(60)]
    key(agg, worker, agg.phone(), None, "menu", 1)
    for s in idle:
        s.close()


def test_client_that_hangs_up(agg):
    """Its step is committed, the next request finds the screen."""
    worker = agg.site.worker(auto="none")
    s = socket.create_connection(("127.0.0.1", agg.port), 5)
    s.sendall(post(FORM))
    got = step(worker)
    s.close()
    answer(worker, got, "menu")
    agg.site.wait_log("ussd.shown")
    assert agg.phone().dial() == (200, "CON menu")
    assert len(worker.all("ussd")) == 1


# many --------------------------------------------------------------------------------------

@pytest.mark.limit(120)
def test_200_at_once(agg):
    """Each phone its own screens, all at the same time."""
    worker = agg.site.worker(credit=512, auto="none")
    stop = threading.Event()

    def serve():
        done = 0
        while not stop.is_set():
            steps = worker.all("ussd", gone=False)
            for m in steps[done:]:
                answer(worker, m, f"{m['from']} {m['step']} {m['text']}", end=m["step"] == 6)
                worker.say("ready", credit=1)
            done = len(steps)
            time.sleep(0.005)
    server = threading.Thread(target=serve)
    server.start()

    def one(i):
        number = f"+7701{i:07d}"
        phone = agg.phone(number, f"s{i}")
        assert phone.dial() == (200, f"CON {number} 1 ")
        for n in range(2, 6):
            assert phone.key(str(n)) == (200, f"CON {number} {n} {n}")
        return phone.key("0") == (200, f"END {number} 6 0")
    try:
        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            assert all(pool.map(one, range(200)))
    finally:
        stop.set()
        server.join()
    assert agg.site.count("ussd.gone") == 0


def test_stop_in_a_dialogue(agg):
    worker = agg.site.worker(auto="none")
    later = Later(agg.phone().dial)
    got = step(worker)
    agg.site.process.send_signal(15)
    assert later.get() == (200, STOCK)
    answer(worker, got, "late")
    answer(worker, step(worker, gone=True), "")
    assert agg.site.process.wait(20) == 0


@pytest.mark.parametrize("more", [
    {"secret_file": '""'}, {"secret_file": '"/nonexistent"'}, {"listen": '"0.0.0.0:0"'},
    {"listen": '"localhost:80"'}, {"allow": '"example.org"'}, {"allow": '"10.0.0.0/33"'},
    {"path": '"ussd"'}, {"input": '"both"'}, {"client_ca_file": '"/etc/hostname"'},
    {"ussd_stock": '""'}, {"name": '"a b"'}, {"cert_file": '"/etc/hostname"'},
    {"listen": '"192.0.2.1:80"', "cleartext": "true"}])
def test_config_is_refused(make, more):
    agg = make(start=False, **more)
    agg.site.start(links=False)
    assert agg.site.process.wait(10) == 1


@pytest.mark.parametrize("style", ["accumulated", "last"])
def test_scripts_phone(make, style):
    """scripts/phone dials, keys and shows screens."""
    agg = make(input=f'"{style}"')
    worker = agg.site.worker(auto="none")
    phone = subprocess.Popen(
        [ROOT / "scripts" / "phone", PERSON, "--http", f"http://127.0.0.1:{agg.port}/ussd",
         "--secret", agg.site.dir / "agg.secret", *(["--last"] if style == "last" else [])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        for i, (line, heard, end) in enumerate(
                (("*8500#", "", False), ("1", "1", False), ("1", "1", True)), 1):
            phone.stdin.write(line + "\n")
            got = step(worker, i)
            assert got["text"] == heard
            answer(worker, got, f"screen {i}", end)
            assert phone.stdout.readline() == f"screen {i}\n"
        assert phone.stdout.readline() == "(ended)\n"
    finally:
        phone.stdin.close()
        phone.wait(10)
        phone.stdout.close()
    assert phone.returncode == 0


def test_beyond_loopback_when_told(make):
    agg = make(listen='"0.0.0.0:0"', cleartext="true", ussd_answer='"1 s"')
    assert agg.phone().dial() == (200, STOCK)

