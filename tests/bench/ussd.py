# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a step of a dialled menu takes, from request to screen, with many people at once.

The whole service with a database that syncs; the gateway (SMPP) and the aggregator (HTTP) are played here,
in one process that shares the machine. Beside it the same traffic that no worker and no database sees:
enquire_link on the same bind, a refused request on the same port. Ratios within a run hold; milliseconds
do not carry to another machine. It leaves nothing behind. Called by `make bench`.
"""
import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import shutil
import struct
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from desk import child             # noqa: E402
from desk.service import Service   # noqa: E402

SECRET = "a-secret-of-the-aggregator"
BIND, SUBMIT, DELIVER, ENQUIRE, UNBIND, RESP = 9, 4, 5, 0x15, 6, 0x80000000
# after the dial: a person asks for help and is brought to a case
KEYS = ("Assalomu alaykum yordam beringlar pasportimni olib qoyishdi", "1", "1", "jetiboy", "3",
        "1 3", "1", "3", "0", "2", "2")
ITS = b"\x13\x83\0\2"  # its_session_info: its last bit says that a screen is the last
STOCK = "none in time"


def percentile(times, share):
    return times[min(len(times) - 1, int(len(times) * share))] * 1000 if times else float("nan")


class Gateway:
    """One bind of the service; whoever waits for a screen or an answer is woken by it."""

    def __init__(self):
        self.writer, self.bound = None, asyncio.Event()
        self.sequence = 0
        self.screens, self.answers, self.acks = {}, {}, {}
        self.refused = 0

    async def listen(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readexactly(16)
                length, command, status, sequence = struct.unpack(">IIII", head)
                self.hear(writer, command, status, sequence, await reader.readexactly(length - 16))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def hear(self, writer, command, status, sequence, body):
        if command == BIND:
            self.writer = writer
            self.say(command | RESP, sequence, b"gw\0")
            self.bound.set()
        elif command == SUBMIT:
            self.say(command | RESP, sequence, b"1\0")
            at = body.index(b"\0") + 1
            at = body.index(b"\0", at + 2) + 1
            number = body[at + 2:body.index(b"\0", at + 2)].decode()
            waiter = self.screens.pop(number, None)
            if waiter is not None and not waiter.done():
                at = body.find(ITS)
                waiter.set_result(at > 0 and body[at + 5] & 1)
        elif command in (ENQUIRE, UNBIND):
            self.say(command | RESP, sequence)
        elif command & RESP:
            self.refused += status != 0
            waiter = self.answers.pop(sequence, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    def say(self, command, sequence, body=b"", status=0):
        self.writer.write(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    def request(self, command, body=b""):
        self.sequence += 1
        self.say(command, self.sequence, body)
        return self.sequence

    def step(self, number, op, text, session, end=0):
        words = text.encode()
        return self.request(DELIVER, b"USSD\0\1\1" + number.encode() + b"\0\0\0" + b"8500\0" + bytes(3)
                            + b"\0\0" + bytes([0, 0, 15, 0, len(words)]) + words
                            + struct.pack(">HHB", 0x501, 1, op)
                            + struct.pack(">HHBB", 0x1383, 2, session & 255, end))

    async def dialogue(self, number, session, times, pause):
        for i, words in enumerate(("*8500#", *KEYS)):
            await pause()
            waiter = self.screens[number] = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            self.step(number, 1 if i == 0 else 18, words, session)
            last = await asyncio.wait_for(waiter, 30)
            times.append(time.perf_counter() - began)
            if last:
                break
        else:
            self.step(number, 18, "", session, 1)

    async def bare(self, times, pause):
        await pause()
        waiter = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.answers[self.request(ENQUIRE)] = waiter
        await asyncio.wait_for(waiter, 30)
        times.append(time.perf_counter() - began)


class Aggregator:
    """Connections that are kept, one for each person at a time."""

    def __init__(self, port):
        self.port = port
        self.free = []

    async def ask(self, path, form):
        self.free = [c for c in self.free if not c[0].at_eof()]
        if self.free:
            reader, writer = self.free.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = urllib.parse.urlencode(form).encode()
        writer.write(f"POST {path} HTTP/1.1\r\nHost: a\r\nX-Secret: {SECRET}\r\n"
                     f"Content-Length: {len(body)}\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"(?i)content-length: (\d+)", head)[1])
        answer = await reader.readexactly(length)
        if "close" in head.lower():
            writer.close()
        else:
            self.free.append((reader, writer))
        return int(head.split()[1]), answer

    async def dialogue(self, number, session, times, pause):
        said = []
        for words in (None, *KEYS):
            await pause()
            said += [words] if words else []
            began = time.perf_counter()
            status, answer = await asyncio.wait_for(self.ask("/ussd", {
                "sessionId": f"{number}-{session}", "serviceCode": "*8500#", "phoneNumber": number,
                "text": "*".join(said)}), 30)
            times.append(time.perf_counter() - began)
            if status != 200 or answer.endswith(STOCK.encode()):
                raise AssertionError((status, answer))
            if answer.startswith(b"END "):
                break

    async def bare(self, times, pause):
        await pause()
        began = time.perf_counter()
        status, _ = await asyncio.wait_for(self.ask("/nowhere", {"text": ""}), 30)
        times.append(time.perf_counter() - began)
        assert status != 200


class Run:
    """So many at once for so long: each a dialogue of a number never seen before, then the next."""

    numbers = 0
    as_json = False

    def __init__(self, network, people, seconds, think):
        self.network, self.people, self.seconds, self.think = network, people, seconds, think
        self.until = 0.0
        self.seed = random.Random(8500)

    async def pause(self):
        if self.think:
            await asyncio.sleep(self.seed.uniform(0, 2 * self.think))

    async def person(self, bare, times):
        while time.perf_counter() < self.until:
            if bare:
                await self.network.bare(times, self.pause)
                continue
            Run.numbers += 1
            await self.network.dialogue(f"+7701{Run.numbers:07d}", Run.numbers, times, self.pause)

    async def measure(self, bare):
        times = []
        began = time.perf_counter()
        self.until = began + self.seconds
        await asyncio.gather(*(self.person(bare, times) for _ in range(self.people)))
        return sorted(times), len(times) / (time.perf_counter() - began)

    async def report(self, name):
        bare, _ = await self.measure(True)
        steps, rate = await self.measure(False)
        row = [percentile(times, share) for times in (steps, bare) for share in (0.5, 0.99)]
        print(f"{name:22} {self.people:6} {len(steps):7} {rate:8.0f}"
              f" {row[0]:8.2f} {row[1]:8.2f} {row[2]:8.2f} {row[3]:8.2f}"
              f" {row[0] / row[2]:7.1f} {row[1] / row[3]:7.1f}",
              file=sys.stderr if Run.as_json else sys.stdout, flush=True)
        return {"name": name, "people": self.people, "steps": len(steps), "steps_s": round(rate, 1),
                **{key: round(ms, 3) for key, ms in
                   zip(("p50_ms", "p99_ms", "bare_p50_ms", "bare_p99_ms"), row)}}


class Bench(Service):
    def __init__(self, build, port):
        super().__init__(child.folder(), build, sims=0, workers=2)
        os.chmod(self.data, 0o711)
        self.port = port

    def secret(self, name, words):
        path = os.path.join(self.data, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as f:
            f.write(words + "\n")
        return path

    def up(self):
        self.make_folders()
        cluster = self.make_cluster(("shared_buffers=256MB", "max_wal_size=4GB"))
        cluster.init()
        cluster.start()
        self.make_database()
        self.write_config()
        with open(self.conf, "a", encoding="utf-8") as f:
            f.write('links = ( { type = "smpp"; name = "op1"; number = "8500"; host = "127.0.0.1";'
                    f' port = {self.port}; system_id = "a"; reconnect = "100 ms";'
                    f' password_file = "{self.secret("pw", "secret")}"; }} );\n'
                    'aggregators = ( { name = "agg"; listen = "127.0.0.1:0"; connections_max = 384;'
                    f' request_timeout = "120 s"; secret_file = "{self.secret("agg", SECRET)}";'
                    f' ussd_stock = "{STOCK}"; }} );\n')
        self.ctl("db", "migrate")
        self.make_keys()
        self.add_programs()
        self.start_all()
        log = self.procs["daemon"].log_text
        if not child.wait_for(lambda: log().count("bus.up") >= 3, 20):
            raise AssertionError("no bus\n" + log())
        return int(re.search(r"http\.listening server=agg port=(\d+)", log())[1])


def commit_ms(bench):
    """The median of a row committed alone, over one connection."""
    bench.cluster.psql("CREATE TABLE bench_row (id bigserial PRIMARY KEY)", db="shyraq")
    times = []
    for _ in range(5):
        began = time.perf_counter()
        bench.cluster.psql("DO $$ BEGIN FOR i IN 1..200 LOOP INSERT INTO bench_row DEFAULT VALUES;"
                           " COMMIT; END LOOP; END $$", db="shyraq")
        times.append((time.perf_counter() - began) / 200)
    return sorted(times)[2] * 1000


async def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--build", default=str(ROOT / "build"))
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--think", type=float, default=1, help="seconds between two steps")
    options.add_argument("--json", action="store_true", help="the table goes to stderr")
    given = options.parse_args()
    Run.as_json = given.json
    out = sys.stderr if given.json else sys.stdout
    rows = []
    gateway = Gateway()
    bench = Bench(given.build, await gateway.listen())
    try:
        port = await asyncio.to_thread(bench.up)
        await asyncio.wait_for(gateway.bound.wait(), 20)
        commit = await asyncio.to_thread(commit_ms, bench)
        print(f"a row committed alone: {commit:.2f} ms; {os.cpu_count()} cores", file=out)
        print(f"{'':22} {'people':>6} {'steps':>7} {'steps/s':>8} {'p50 ms':>8} {'p99 ms':>8}"
              f" {'bare p50':>8} {'bare p99':>8} {'p50 x':>7} {'p99 x':>7}", file=out)
        for name, network in (("SMPP", gateway), ("HTTP", Aggregator(port))):
            for what, people, seconds, think in (("one alone", 1, min(5, given.seconds), 0),
                                                 (f"{given.think:g} s to think", given.people, given.seconds,
                                                  given.think),
                                                 ("flat out", given.people, given.seconds, 0)):
                rows.append(await Run(network, people, seconds, think).report(f"{name}, {what}"))
        if gateway.refused:
            raise AssertionError(f"{gateway.refused} steps were not taken")
        if given.json:
            print(json.dumps({"commit_ms": round(commit, 3), "runs": rows}))
    finally:
        await asyncio.to_thread(bench.stop)
        shutil.rmtree(bench.data, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
