# SPDX-License-Identifier: GPL-3.0-or-later
"""One whole site for a test: database, keys, simulated modems, test builds of every program.

It ends only what it started, keeps nothing after the test, and fails a test whose logs or
database hold a number or a word of a person.
Used by the system tests through the fixtures of conftest.py.
"""
import datetime
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from desk import child, throwaway                       # noqa: E402
from desk.cluster import PORT, binary                   # noqa: E402
from desk.service import NUMBERS, Service, ServiceError, is_network  # noqa: E402
from desk.sim import Inbox, Sim, SimError               # noqa: E402

PERSON = "+77010000001"
SHELTER_A, SHELTER_B = "+77020000001", "+77020000002"
MINUTE, HOUR = 60_000, 3_600_000
SECRET_LEAST = 12  # shorter texts are menu digits and codes


class SiteError(AssertionError):
    """Something that a test waited for did not come."""


class Phone:
    """One number: what it texts, and what came to it, in order, over any modem."""

    def __init__(self, site, number):
        self.site = site
        self.number = number
        self.read = 0
        self.texted = {}

    def text(self, words, modem="m1", **more):
        """The same words twice in a second of the SMSC's clock would be one message."""
        self.site.remember(self.number, words)
        if int(time.time()) <= self.texted.get(words, 0):
            time.sleep(1.05)
        answer = self.site.sims[modem].text(self.number, words, **more)
        self.texted[words] = int(time.time())
        return answer

    def all(self):
        """Every text that came so far: dicts with text, at_ms, vp_minutes, parts, modem."""
        return [t for t in self.site.sent_texts() if t["to"] == self.number]

    def new(self):
        texts = self.all()
        fresh, self.read = texts[self.read:], len(texts)
        return fresh

    def expect(self, pattern, seconds=15.0):
        """The next text to this number; it must fit, and come in time."""
        got = child.wait_for(lambda: self.all()[self.read:], seconds, 0.05)
        if not got:
            raise SiteError(f"no text to {self.number} within {seconds} s (for /{pattern}/)\n"
                            + self.site.tail())
        self.read += 1
        if not re.search(pattern, got[0]["text"]):
            raise SiteError(f"/{pattern}/ was expected, {got[0]['text']!r} came")
        return got[0]

    def silence(self, seconds=1.5):
        """Nothing comes within the time."""
        got = child.wait_for(lambda: self.all()[self.read:], seconds, 0.1)
        if got:
            raise SiteError(f"silence was expected, {got[0]['text']!r} came")

    def ask(self, words, pattern, seconds=15.0, **more):
        self.text(words, **more)
        return self.expect(pattern, seconds)


class Site(Service):
    def __init__(self, base, sims=1, workers=1, own_cluster=False, daemon_more="",
                 worker_more="", dispatch_more="", rules="", modem_more='poll = "2 s";',
                 sim_more=(), receivers=True):
        super().__init__(child.folder(), base.build, variant="test", sims=sims, workers=workers)
        self.base = base
        self.own = own_cluster
        self.with_receivers = receivers
        self.more = {"daemon_more": daemon_more, "worker_more": worker_more,
                     "dispatch_more": dispatch_more, "rules": rules, "modem_more": modem_more}
        self.sim_more = sim_more
        self.clock_file = os.path.join(self.data, "clock")
        self.offset = 0
        self.sims = {}
        self.phones = {}
        self.secrets = set()
        self.db = "shyraq"

    # birth and end

    def make(self):
        """Everything but the processes."""
        self.make_folders()
        self.write_clock()
        self.env = {"SHYRAQ_CLOCK_FILE": self.clock_file}
        shutil.copytree(self.base.keys, self.keys, dirs_exist_ok=True)
        if self.own:
            self.cluster = self.base.own_cluster(self)
            self.cluster.start()
        else:
            self.cluster = self.base.cluster
            self.db = self.base.database()
        self.write_config(**self.more)
        self.add_sims(["--clock", self.clock_file, *self.sim_more])
        self.add_programs()
        return self

    def up(self):
        """Makes and starts everything, with two receivers for KZ-47."""
        self.make()
        self.start_all()
        self.connect_sims()
        self.wait_links()
        if self.with_receivers:
            self.add_receiver("Shelter A", SHELTER_A)
            self.add_receiver("Shelter B", SHELTER_B)
            self.wait_receivers(2)
        return self

    def connect_sims(self):
        self.sims = {row[0]: self.sim(row[0]) for row in self.sim_rows()}

    def conninfo(self, user):
        return self.cluster.conninfo(user, self.db)

    def close(self):
        for sim in self.sims.values():
            sim.close()
        for proc in self.procs.values():
            proc.kill()
        if self.own:
            if self.cluster is not None and self.cluster.proc is not None:
                self.cluster.stop(fast=False)
        elif self.db != "shyraq":
            self.base.drop(self.db)
        self.remove_sockets()
        shutil.rmtree(self.data, ignore_errors=True)

    def stop_in_order(self, seconds=10.0):
        """Every program by SIGTERM; each must end by itself."""
        for name in sorted(self.programs(), key=lambda n: n != "daemon"):
            if not self.procs[name].stop(seconds):
                raise SiteError(f"{name} did not end on SIGTERM\n" + self.tail())

    def programs(self):
        return [name for name in self.procs if not is_network(name)]

    def restart(self, name, env=None):
        """Starts one program again and waits until it is ready."""
        return self.procs[name].start(env).wait_ready()

    # receivers

    def add_receiver(self, name, number, kind="ngo", region="KZ-47", lang="ru"):
        self.remember(number, "")
        self.ctl("receiver", "add", "--name", name, "--kind", kind, "--region", region,
                 "--lang", lang, "--number", number, "--vetted")

    def wait_receivers(self, count, seconds=15.0):
        if not child.wait_for(lambda: len(self.ctl_json("receiver", "list")) >= count,
                              seconds, 0.1):
            raise SiteError("the receivers were not taken\n" + self.tail())

    # phones

    def phone(self, number):
        return self.phones.setdefault(number, Phone(self, number))

    def sent_texts(self):
        """Whole texts that the modems sent, in order of their last part."""
        texts = []
        for name, sim in self.sims.items():
            inbox, first = Inbox(), {}
            for entry in sim.sent():
                whole = inbox.take(entry)
                key = (entry["to"], entry.get("concat_ref"), entry.get("total"))
                first.setdefault(key, entry)
                if whole is None:
                    continue
                texts.append({"to": entry["to"], "text": whole, "at_ms": entry["at_ms"],
                              "vp_minutes": entry["vp_minutes"], "modem": name,
                              "parts": entry.get("total", 1), "seq": entry["seq"]})
        for text in texts:
            self.remember(text["to"], text["text"])
        return sorted(texts, key=lambda t: (t["at_ms"], t["seq"]))

    # the clock

    def write_clock(self, wall_extra=0):
        with open(self.clock_file, "r+b" if os.path.exists(self.clock_file) else "wb") as f:
            f.write(struct.pack("<qq", self.offset, wall_extra))

    def now_ms(self):
        return int(time.time() * 1000) + self.offset

    def local(self, ms):
        """hh:mm in the zone of KZ-47 (+05:00)."""
        zone = datetime.timezone(datetime.timedelta(hours=5))
        return datetime.datetime.fromtimestamp(ms / 1000, zone).strftime("%H:%M")

    def advance(self, minutes, quiet=True):
        """Moves every clock; returns when links that took the jump for a silence are up again."""
        if quiet:
            self.wait_quiet()
        ups = {name: self._ups(name) for name in self.programs()}
        self.offset += int(minutes * MINUTE)
        self.sql(f"UPDATE test_clock SET ms = {self.offset}")
        self.write_clock()
        time.sleep(1.2)
        for name in self.programs():
            if not self.procs[name].is_alive():
                continue
            child.wait_for(lambda n=name, u=ups[name]: self._ups(n)[0] - u[0] >=
                           self._ups(n)[1] - u[1], 8, 0.1)

    def advance_away(self, minutes):
        """Moves C's clock while the database is away; sync_clock() when it is back."""
        self.offset += int(minutes * MINUTE)
        self.write_clock()

    def sync_clock(self):
        self.sql(f"UPDATE test_clock SET ms = {self.offset}")

    def _ups(self, name):
        text = self.procs[name].log_text()
        return text.count(" bus.up "), text.count(" bus.down ")

    def wait_quiet(self, seconds=10.0):
        """Until no outbox row is claimed and no slot of a SIM is filled."""
        def quiet():
            claimed = self.sql("SELECT count(*) FROM outbox WHERE state = 'claimed'")
            slots = sum(sim.order("status")["slots_used"] for sim in self.sims.values())
            return claimed == "0" and slots == 0
        return child.wait_for(quiet, seconds, 0.1)

    # the database

    def sql(self, text):
        """As superuser: rows as lines, columns parted by |."""
        return self.cluster.psql(text, db=self.db)

    def count(self, what):
        return int(self.sql(f"SELECT count(*) FROM {what}"))

    def wait_sql(self, text, want, seconds=15.0):
        if not child.wait_for(lambda: self.sql(text) == str(want), seconds, 0.1):
            raise SiteError(f"{text}: {self.sql(text)!r}, not {want!r}\n" + self.tail())

    # what must never be seen

    def remember(self, number, words):
        self.secrets.add(number.lstrip("+"))
        if len(words) >= SECRET_LEAST:
            self.secrets.add(words)

    def leaks(self):
        """Where a number or a text of this test stands that should not: 'file: what'."""
        found = []
        own = set(NUMBERS) | {n.lstrip("+") for n in NUMBERS}
        wanted = {s: (s.encode(), s.encode().hex().encode()) for s in self.secrets - own}
        for name in os.listdir(self.logs):
            with open(os.path.join(self.logs, name), "rb") as f:
                held = f.read()
            found += [f"log/{name}: {s}" for s, (plain, _) in wanted.items() if plain in held]
        if self.cluster is not None and (not self.own or self.cluster.proc is not None):
            dump = subprocess.run(
                [binary("pg_dump"), "-h", self.cluster.sockets, "-p", PORT, "-U", "postgres",
                 "--data-only", self.db], capture_output=True, check=False, timeout=60).stdout
            found += [f"database: {s}" for s, forms in wanted.items()
                      if any(form in dump for form in forms)]
        return found

    def assert_no_leaks(self):
        if self.sims and all(sim is not None for sim in self.sims.values()):
            try:
                self.sent_texts()
            except SimError:
                pass
        found = self.leaks()
        if found:
            raise SiteError("numbers or words of people stand in:\n" + "\n".join(found[:20]))

    def assert_no_reports(self):
        """Under a sanitizer: every program ends in order, and no log holds a report."""
        if "ASAN_OPTIONS" not in os.environ and "TSAN_OPTIONS" not in os.environ:
            return
        for name in self.programs():
            self.procs[name].stop(20)
        for name, proc in self.procs.items():
            text = pathlib.Path(proc.log).read_text(errors="replace") \
                if os.path.exists(proc.log) else ""
            if "runtime error:" in text or "Sanitizer: " in text:
                raise SiteError(f"{name}: a sanitizer reports\n" + self.tail())

    def tail(self, lines=12):
        """The last lines of every log, for the report of a failure."""
        out = []
        for name, proc in self.procs.items():
            last = proc.log_text().strip().splitlines()
            found = [i for i, line in enumerate(last)
                     if "Sanitizer: " in line or "runtime error:" in line]
            last = last[found[0]:found[0] + 40] if found else last[-lines:]
            state = "runs" if proc.is_alive() else "does not run"
            out += [f"--- {name} ({state})"] + last
        return "\n".join(out)


# journey 1 -----------------------------------------------------------------------------------

FIRST = "Assalomu alaykum yordam beringlar pasportimni olib qoyishdi"
FIVE_ANSWERS = ((FIRST, "tinchmi"), ("1", "Qayerdasiz"), ("jetiboy", "nima bo'ldi"),
                ("2 3", "1 erkak 2 ayol"), ("1", "mutaxassisga"))
REFERRAL = re.compile(r"№(\d+).*\b1 (\d{3}) .*\b2 \2 ")


def five_answers(site, person):
    """From the first text to the question for consent."""
    for words, answer in FIVE_ANSWERS:
        person.ask(words, answer)


def referral_of(text):
    """(case number, answer code) of a first referral text."""
    found = REFERRAL.search(text)
    if not found:
        raise SiteError(f"no referral: {text!r}")
    return found.group(1), found.group(2)


__all__ = ["FIRST", "FIVE_ANSWERS", "HOUR", "MINUTE", "PERSON", "Phone", "REFERRAL", "ROOT", "SHELTER_A",
           "SHELTER_B", "Service", "ServiceError", "Sim", "SimError", "Site", "SiteError",
           "child", "five_answers", "referral_of", "throwaway"]
