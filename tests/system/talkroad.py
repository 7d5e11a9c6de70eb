# SPDX-License-Identifier: GPL-3.0-or-later
"""The road that talks are run over: one site with an operator's link (texts and dialled codes over SMPP)
and an aggregator (USSD over HTTP), the phones behind them, the texts' own words, and a clock.

It decides nothing of what a talk means: that is talklines.py. Used by test_talks.py.
"""
import ast
import datetime
import os
import pathlib
import re
import time

import psycopg2

import httplib
from desk.smpp import Smpp
from sitelib import ROOT, Inbox, Sim, Site, SiteError, child

TALKS = ROOT / "tests" / "talk"
LANGS = ("kk", "ru", "uz", "ky", "tg", "tk", "en")
OWN_NAMES = {"kk": "Қаз", "ru": "Рус", "uz": "O", "ky": "Кыр", "tg": "То", "tk": "T", "en": "Eng"}
# letter, name, kind, regions, language: as tests/talk/talk_registry.c has them
RECEIVERS = (("A", "Shelter A", "ngo", "KZ KG UZ TJ TM", "ru"),
             ("B", "Shelter B", "shelter", "KZ KG UZ TJ TM", "ru"),
             ("C", "Shelter C", "shelter", "KZ KG UZ TJ TM", "kk"),
             ("P", "Police unit", "police", "KZ KG UZ TJ TM", "ru"),
             ("K", "Child service", "child", "KZ KG UZ TJ TM", "ru"),
             ("S", "Social worker", "social", "KZ KG UZ TJ TM", "ru"),
             ("O", "Operator", "operator", "*", "ru"))
NUMBER_OF = {row[0]: f"+7702000000{i}" for i, row in enumerate(RECEIVERS, 1)}
NAME_OF = {row[0]: row[1] for row in RECEIVERS}
DAY_MS, MINUTE_MS = 86_400_000, 60_000
PACE_MS, SHORT_MS, GONE_MS, TICK = 5000, 1000, 10_000, 0.6
BUS_SIDES = {"daemon": 1, "worker1": 1, "dispatch": 0}  # dispatch is never silent
LINK_MORE = 'dialect = "standard"; reconnect = "100 ms"; reconnect_most = "500 ms"; '
MORE = "\n98 >"
DUE = re.search(r"^-- name: DUE \([^)]*\)\n(.*?);$",
                (ROOT / "sql" / "statements.sql").read_text(encoding="utf-8"), re.M | re.S)[1]
# sent in time or not at all: what is too late to be sent is no longer waited for
UNSENT = ("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed') AND due_at <= shyraq_now()"
          " AND (submit_by IS NULL OR submit_by > shyraq_now())")


class Texts:
    """Every text of conf/po by key, language and register."""

    def __init__(self):
        self.words = {}
        for lang in LANGS:
            text = (ROOT / "conf" / "po" / f"{lang}.po").read_text(encoding="utf-8")
            for block in text.split("\n\n"):
                found = re.search(r'^(?:msgctxt "(\w+)"\n)?msgid "([^"]+)"\nmsgstr ((?:".*"\n?)+)',
                                  block, re.M)
                if found:
                    words = "".join(ast.literal_eval(line) for line in found[3].split("\n") if line)
                    self.words.setdefault((lang, found[2]), []).append(words)

    @staticmethod
    def pattern(words):
        """A regular expression: what is filled in, or stands between sentences, may be anything."""
        return "".join(".*?" if part.startswith("{") else re.escape(part).replace(r"\.\ ", r"\. .*?")
                       for part in re.split(r"(\{\w+\})", words))

    def forms(self, lang, key, ussd):
        own = self.words.get((lang, key + "@ussd"), []) if ussd else []
        return own + self.words.get((lang, key), [])

    def fit(self, text, keys, ussd, whole=True):
        """The language in which all keys' words stand in it, in order, the last at its end; or None."""
        cut = text.endswith(MORE)
        held = text[:-len(MORE)] if cut else text
        for lang in LANGS:
            forms = [self.forms(lang, key, ussd) for key in keys]
            if not all(forms):
                continue
            if self.fits_from(held, 0, forms, whole, cut):
                return lang
        return None

    def fits_from(self, text, at, forms, whole, cut):
        if at > 0 and cut and not text[at:].strip(" ."):
            return True  # what follows waits behind 98
        last = len(forms) == 1
        for words in forms[0]:
            pattern = self.pattern(words) + (r"\s*\Z" if last and whole and not cut else "")
            if last and cut:
                pattern = re.escape(re.split(r"\{\w+\}", words)[0][:20])
            found = re.compile(pattern, re.S).search(text, at)
            if found and (last or self.fits_from(text, found.end(), forms[1:], whole, cut)):
                return True
        return False

    def rival(self, screen, keys, lang):
        """Another key that has more words in common with this screen than those that were expected."""
        def words_of(key):
            return max((len(re.sub(r"\{\w+\}", "", words)) for words in self.forms(lang, key, True)
                        if re.fullmatch(self.pattern(words) + r"\s*", screen, re.S)), default=-1)
        most = max(words_of(key) for key in keys)
        every = {key.removesuffix("@ussd") for of, key in self.words if of == lang}
        return next((key for key in sorted(every) if words_of(key) > max(most, 0)), None) \
            if len(keys) == 1 else None

    def has(self, key):
        return any((lang, key + end) in self.words for lang in LANGS for end in ("", "@ussd"))


class Operator(Smpp):
    """The link of the sample site, with USSD; and an aggregator beside it."""

    def config_text(self, folder):
        link = super().config_text(folder).replace("port = ", LINK_MORE + "port = ")
        rows = httplib.config(pathlib.Path(folder), ussd_answer='"8 s"')
        os.chmod(pathlib.Path(folder) / "agg.secret", 0o600)
        return f"{link}\naggregators = (\n{rows}\n);"


class SmppDial:
    """Phones that dial at the operator's USSD gateway."""

    def __init__(self, road):
        self.road = road

    def _screen(self, number, before):
        road = self.road
        road.wait(lambda: len(road.screens.get(number, [])) > before, "a screen")
        return road.screens[number][before]

    def dial(self, number):
        before = len(self.road.screens.get(number, []))
        self.road.net.order("dial", **{"from": number, "code": "*8500#"})
        return self._screen(number, before)

    def key(self, number, words):
        before = len(self.road.screens.get(number, []))
        self.road.net.order("key", **{"from": number, "text": words})
        return self._screen(number, before)

    def cut(self, number):
        gone = self.road.gone.get(number, 0)
        self.road.net.order("hangup", **{"from": number})
        self.road.wait(lambda: self.road.gone.get(number, 0) > gone, "the end of a session")


class HttpDial:
    """Phones behind an aggregator, which tells nobody that one has hung up."""

    def __init__(self, road):
        self.road = road
        self.open = {}
        self.dialled = 0

    @staticmethod
    def _screen(answer):
        status, body = answer
        if status != 200 or body[:4] not in ("CON ", "END "):
            raise SiteError(f"the aggregator was answered {status} {body[:40]!r}")
        return body[4:], body.startswith("END ")

    def dial(self, number):
        self.dialled += 1
        log = pathlib.Path(self.road.site.procs["daemon"].log)
        self.open[number] = httplib.Dialler(httplib.port_of(log), number, f"s{self.dialled}")
        return self._screen(self.open[number].dial())

    def key(self, number, words):
        return self._screen(self.open[number].key(words))

    def cut(self, number):
        del self.open[number]


class Road:
    """One site for many talks; begin() forgets what the last one left."""

    def __init__(self, base, sims=0):
        self.texts = Texts()
        self.inbox = Inbox()
        self.came, self.parts, self.screens, self.gone, self.answered = {}, {}, {}, {}, {}
        self.site = Site(base, sims=sims, receivers=False)
        self.db = self.net = self.told = None
        self.typed, self.nudged = {}, 0.0  # when, by number; when last
        self.ways = {"smpp": SmppDial(self), "http": HttpDial(self)}

    def up(self):
        site = self.site
        if site.sim_count == 0:
            site.smpp = Operator.simulator()
        site.up()
        self.net = list(site.sims.values())[0]
        self.told = Sim(self.net.path)
        self.told.order("follow")
        for at, (letter, name, kind, regions, lang) in enumerate(RECEIVERS):
            site.remember(NUMBER_OF[letter], "")
            site.ctl("receiver", "add", "--name", name, "--kind", kind, "--region", regions,
                     "--lang", lang, "--number", NUMBER_OF[letter], "--order", str(at), "--vetted")
        site.wait_receivers(len(RECEIVERS))
        self.db = psycopg2.connect(site.conninfo("postgres"))
        self.db.autocommit = True
        self.run((TALKS / "setup.sql").read_text(encoding="utf-8"))
        return self

    def close(self):
        for held in (self.db, self.told):
            if held is not None:
                held.close()
        self.site.close()

    # the database

    def run(self, text, *values):
        with self.db.cursor() as c:
            c.execute(text, values or None)
            return c.fetchall() if c.description else []

    def value(self, text, *values):
        rows = self.run(text, *values)
        return rows[0][0] if rows else None

    # phones

    def pump(self, seconds=0.0):
        """Takes what the SMSC tells, until it has nothing more to tell for so long."""
        while (event := self.told.event(seconds)) is not None:
            kind = event["event"]
            if kind == "sent" and event.get("ussd_op") is None:
                self._sent(event)
            elif kind == "screen":
                self.screens.setdefault(event["to"], []).append((event["text"], event["end"]))
            elif kind == "gone":
                self.gone[event["to"]] = self.gone.get(event["to"], 0) + 1
            elif kind == "answered":
                self.answered[event["delivery"]] = event["status"]

    def _sent(self, entry):
        number = "+" + entry["to"].lstrip("+")
        whole = self.inbox.take(entry)
        if whole is not None:
            self.site.remember(number, whole)
            self.came.setdefault(number, []).append((whole, entry.get("total") or 1))

    def wait(self, ready, what, seconds=20):
        def found():
            self.pump()
            return ready()
        if not child.wait_for(found, seconds, 0.02):
            raise SiteError(f"{what}: not within {seconds} s\n" + self.site.tail())

    def text(self, number, words, **more):
        """Committed, or it is an error."""
        self.site.remember(number, words)
        sent = self.net.order("text", **{"from": number, "text": words, **more})
        self.wait(lambda: sent["delivery"] in self.answered, "the commit of a text")
        if self.answered[sent["delivery"]] != 0:
            raise SiteError(f"the text was refused: {self.answered[sent['delivery']]:#x}")

    def peer(self):
        """Who was heard last."""
        return self.value("SELECT peer_id FROM inbox WHERE peer_id IS NOT NULL"
                          " ORDER BY done_at DESC, id DESC LIMIT 1")

    # rest

    def is_up(self):
        return self.net.order("status")["binds"] != []

    def is_idle(self):
        """Nothing of ours waits in the network."""
        status = self.net.order("status")
        return status["queued"] == 0 and status["out"] == 0

    def is_at_rest(self):
        if self.run(DUE) or self.value(UNSENT) or \
                self.value("SELECT count(*) FROM outbox WHERE state = 'claimed'"):
            return False
        return self.is_up() and self.is_idle()

    def settle(self, seconds=40):
        """Until nothing is due, nothing is to be sent, and nothing is on its way to us."""
        if not child.wait_for(self.is_at_rest, seconds, 0.03):
            raise SiteError(f"no rest: due {self.run(DUE)}, unsent {self.value(UNSENT)}\n"
                            + self.site.tail())
        self.pump(0.02)

    # the clock

    def now_ms(self):
        return self.site.now_ms()

    def pace(self, number):
        """People need some seconds for each text; once a tick, no side of the bus minds."""
        ahead = self.typed.get(number, 0) + PACE_MS - self.now_ms()
        if 0 < ahead <= PACE_MS:
            time.sleep(max(0.0, self.nudged + TICK - time.monotonic()))
            self.nudge(ahead)
            self.nudged = time.monotonic()
        self.typed[number] = self.now_ms()

    def nudge(self, ms):
        self.site.offset += ms
        self.run("UPDATE test_clock SET ms = %s", self.site.offset)
        self.site.write_clock()

    def jump(self, until_ms):
        """Returns when links that took it for a silence are up again: each end sees that for itself."""
        ahead = until_ms - self.now_ms()
        if ahead <= 0:
            return
        before = self.flaps()
        self.nudge(ahead)
        if ahead > GONE_MS:
            child.wait_for(lambda: all(now[1] - was[1] >= was[2] for now, was in
                                       zip(self.flaps(), before)), 1.2, 0.03)
            self.wait(lambda: all(now[0] - was[0] >= now[1] - was[1] for now, was in
                                  zip(self.flaps(), before)), "the bus")
        self.wait(self.is_up, "the link")

    def flaps(self):
        """How often a side of the bus came up and went down, by program; and how often it must."""
        programs = [name for name in self.site.programs() if name in BUS_SIDES]
        logs = {name: self.site.procs[name].log_text() for name in programs}
        return [(logs[name].count(" bus.up "), logs[name].count(" bus.down "), BUS_SIDES[name])
                for name in programs]

    def next_due(self, then_ms):
        """The first moment until then at which something falls due; None."""
        cursor = self.db.cursor()
        try:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE test_clock SET ms = ms + %s", (then_ms - self.now_ms(),))
            cursor.execute(DUE)
            return min((row[2] for row in cursor.fetchall()), default=None)
        finally:
            cursor.execute("ROLLBACK")
            cursor.close()

    def until(self, then_ms):
        """Time passes; everything falls due at its own moment."""
        while True:
            self.settle()
            first = self.next_due(then_ms)
            if first is None or first >= then_ms:
                break
            # shortly before it: while links come back from a long jump, nothing is to be sent
            self.jump(first - SHORT_MS)
            self.nudge(max(0, first - self.now_ms()) + 20)
        self.jump(then_ms)
        self.settle()

    def begin(self, minute, sunday, zone):
        """Everything that the last talk left is forgotten; the next such minute of a working Wednesday."""
        self.settle()
        self.run("SELECT talk_reset()")
        local = self.now_ms() + zone * MINUTE_MS
        day = local // DAY_MS + (local % DAY_MS > minute * MINUTE_MS)
        while not is_right_day(day, sunday):
            day += 1
        self.jump(day * DAY_MS + minute * MINUTE_MS + 1000 - zone * MINUTE_MS)
        self.settle()


def days_off():
    """Of Kazakhstan: MM-DD and YYYY-MM-DD."""
    text = (ROOT / "conf" / "policies" / "holidays.KZ").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^((?:\d{4}-)?\d\d-\d\d) ", text))


def is_right_day(day, sunday):
    """Days since 1970. A Sunday; or a Wednesday that is worked, and so is the day after."""
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    if sunday:
        return date.weekday() == 6
    held = {d.isoformat() for d in (date, date + datetime.timedelta(days=1))}
    held |= {d[5:] for d in held}
    return date.weekday() == 2 and not held & days_off()


def row_digit(screen, lang):
    """The digit of a language on a row of languages; None when the screen is none."""
    lines = re.findall(r"(\d) ?([^\d\n]+)", screen)
    if len(lines) < 4 or not any(name.startswith("Рус") for _, name in lines):
        return None
    return next((digit for digit, name in lines if name.startswith(OWN_NAMES[lang])), None)
