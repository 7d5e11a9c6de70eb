# SPDX-License-Identifier: GPL-3.0-or-later
"""A talk (tests/talk/README.md), line by line, over the road of talkroad.py.

It knows no flow and no words of its own: what must stand in a text is asked of conf/po.
Used by test_talks.py.
"""
import re

from sitelib import SiteError
from talkroad import DAY_MS, LANGS, MINUTE_MS, MORE, NAME_OF, NUMBER_OF, row_digit

UNITS = {"s": 1000, "min": MINUTE_MS, "h": 60 * MINUTE_MS, "d": DAY_MS}
CUT_MS = 3 * MINUTE_MS  # no network keeps a dialogue open so long
PHONES = 4
PAGE = 182              # octets of a screen in GSM-7; 80 in UCS-2 is the gateway's to refuse
WAYS_IN = ("first.intro", "intro", "go.on", "notice")

# Lines that no phone, operator or clock outside of the process can bring about or see, and why.
# A talk that has one is not run over the road; scripts/talk-tests runs it.
NOT_OVER_THE_ROAD = {
    "late": "the SMSC puts no time on what it delivers, so nothing can be read late",
    "press": "a gateway takes no key from a phone whose dialogue has ended",
    "phone none": "a gateway and an aggregator give each dialogue a number",
    "flood": "its limit, the texts a minute, is lifted here",
    "data": "what it tests is how the alphabet of a link is read: test_smpp_road.py, test_smpp_in.py",
    "job answer": "shyraqctl's own, no operator's: test_job.py",
    "job refuses": "shyraqctl's own, no operator's: test_job.py",
    "console": "shyraqctl's own, no operator's: test_case.py",
}


class Said:
    """What came to somebody: its key, None for a screen, whose key the outbox does not know."""

    def __init__(self, key, text, parts=1):
        self.key, self.text, self.parts = key, text, parts

    @property
    def ussd(self):
        return self.key is None


class Heard:
    """A number, and what came to it since the talk began, in order."""

    def __init__(self, road, number):
        self.road, self.number = road, number
        self.said, self.read, self.rows = [], 0, set()
        self.first = self.base = len(road.came.get(number, []))

    def collect(self, where):
        """Pairs the texts that came with the rows of the outbox that were sent."""
        rows = self.road.run("SELECT id, key FROM outbox WHERE state IN ('sent', 'delivered',"
                             f" 'uncertain') AND {where} ORDER BY created_at, id")
        rows = [row for row in rows if row[0] not in self.rows]
        if not rows and len(self.road.came.get(self.number, [])) == self.base:
            return
        self.road.wait(lambda: len(self.road.came.get(self.number, [])) - self.base >= len(rows),
                       f"the texts {[row[1] for row in rows]}", 5)
        texts = self.road.came[self.number][self.base:]
        if len(texts) != len(rows):
            raise SiteError(f"{len(texts)} texts came for {[row[1] for row in rows]}")
        self.base += len(texts)
        self.rows |= {row[0] for row in rows}
        for _, key in rows:
            # two that go at once may pass each other on the way
            at = next((i for i, (text, _) in enumerate(texts)
                       if not self.road.texts.has(key) or
                       self.road.texts.fit(text, [key], False, whole=False)), None)
            if at is None:
                raise SiteError(f"no words of {key} in {texts[0][0]!r}")
            self.said.append(Said(key, *texts.pop(at)))

    def last(self):
        if self.read == 0:
            raise SiteError("no text came yet")
        return self.said[self.read - 1]

    def no_more(self):
        if self.said[self.read:]:
            next_one = self.said[self.read]
            raise SiteError(f"also came: {next_one.key or 'a screen'}: {next_one.text!r}")


class Mobile(Heard):
    """A person's phone."""

    def __init__(self, road, number):
        super().__init__(road, number)
        self.peers, self.peer, self.case = [], None, None
        self.in_dialogue = self.texted = self.asked_sms = False
        self.code = None

    def collect(self, where=None):
        if self.peers:
            super().collect(f"peer_id = ANY(ARRAY{self.peers}::bigint[])")


class Receiver(Heard):
    def __init__(self, road, letter):
        super().__init__(road, NUMBER_OF[letter])
        self.letter = letter
        self.contact = road.value("SELECT k.id FROM contact k JOIN receiver r ON r.id ="
                                  " k.receiver_id WHERE r.name = %s", NAME_OF[letter])

    def collect(self, where=None):
        super().collect(f"contact_id = {self.contact}")


class Talk:
    def __init__(self, road, text, way=None):
        """way: a dial of talkroad.py; None: by SMS."""
        self.road, self.way = road, way
        self.lines = text.splitlines()
        found = re.search(r"(?m)^(?!#)\s*\S.*$", text)
        self.of_sms = way is not None and not found[0].startswith("bearer")
        self.lang, self.zone, self.begun = "uz", 5 * 60, False
        self.start = (12 * 60, False)
        self.phones = [Mobile(road, f"+7701000000{i + 1}") for i in range(PHONES)]
        self.receivers = {letter: Receiver(road, letter) for letter in NUMBER_OF}
        self.groups, self.hours, self.duties = [], [], []
        self.at = 0
        self.commands = {
            "<~": self.on_holds, "<!": self.on_lacks, "<#": self.on_parts, "<=": self.on_one_screen,
            "<": self.on_hears, ">": self.on_says, "+": self.on_time, "asked": self.on_asked,
            "not asked": self.on_not_asked, "at most": self.on_at_most, "at": self.on_at,
            "bearer": self.on_nothing, "case": self.on_case, "consent": self.on_consent,
            "cut": self.on_cut, "dial": self.on_dial, "duty": self.on_duty, "flow": self.on_flow,
            "group": self.on_group, "hours": self.on_hours, "lang": self.on_lang, "menu": self.on_menu,
            "no sms": self.on_no_sms, "no task": self.on_no_task, "only": self.on_lang,
            "phone": self.on_phone, "slot": self.on_slot, "speaks": self.on_speaks,
            "task done": self.on_task_done, "task open": self.on_task_open, "task": self.on_task,
            "zone": self.on_zone}

    # a talk

    def for_bearer(self, line):
        """The line without "sms:" or "ussd:"; None: not this time."""
        if not line.strip() or line.startswith("#"):
            return None
        found = re.match(r"(sms|ussd): ?(.*)", line)
        if found is None:
            return line
        return found[2] if found[1] == ("sms" if self.way is None else "ussd") else None

    def run(self):
        for self.at, line in enumerate(self.lines):
            words = self.for_bearer(line)
            if words is None:
                continue
            try:
                self.line(words)
            except SiteError as error:
                raise SiteError(f"line {self.at + 1}: {line}: {error}") from None
        self.road.settle()
        self.look()
        for phone in self.phones:
            phone.no_more()

    def line(self, line):
        found = re.match(r"([ABCPKSO])([<>~!#]) ?(.*)", line)
        if found:
            self.begin()
            self.receiver_line(self.receivers[found[1]], found[2], found[3])
            return
        phone, line = self.phone_of(line)
        for word in sorted(self.commands, key=len, reverse=True):
            if line == word or line.startswith(word + " "):
                if word not in ("at", "bearer", "duty", "group", "hours", "lang", "only", "phone",
                                "zone"):
                    self.begin()
                self.commands[word](phone, line[len(word) + 1:])
                return
        raise SiteError("not a line of a talk that runs over the road")

    def phone_of(self, line):
        if line[0] in "1234" and line[1:2] in tuple("<> "):
            return self.phones[int(line[0]) - 1], line[1:].lstrip(" ")
        return self.phones[0], line

    def begin(self):
        """At the first line that says or asks something."""
        if self.begun:
            return
        self.begun = True
        self.road.begin(*self.start, self.zone)
        for letters in self.groups:
            self.road.run("SELECT talk_group(%s)", ";".join(NAME_OF[c] for c in letters))
        for letter, hours in self.hours:
            self.road.run("UPDATE receiver SET hours = %s WHERE name = %s", hours, NAME_OF[letter])
        for part, letter in self.duties:
            self.road.run("INSERT INTO duty (login, part, contact_id, from_at, to_at) SELECT 'duty', %s,"
                          " k.id, shyraq_now() - interval '1 day', shyraq_now() + interval '30 days'"
                          " FROM contact k JOIN receiver r ON r.id = k.receiver_id WHERE r.name = %s",
                          part, NAME_OF[letter])

    def look(self):
        """What came to anybody; and what holds for each of it, whatever the talk asks."""
        for who in (*self.phones, *self.receivers.values()):
            before = len(who.said)
            who.collect()
            for said in who.said[before:]:
                self.check(who, said)

    def check(self, who, said):
        digits = re.sub(r"[ -]", "", said.text)
        for number in [p.number for p in self.phones] + list(NUMBER_OF.values()):
            if number[-9:] in digits:
                raise SiteError("a number of somebody in a text")
        if not said.text.strip() or re.search(r"[{}]", said.text):
            raise SiteError(f"{said.key}: empty, or a place was not filled: {said.text!r}")
        if said.parts > 2 or (said.ussd and len(said.text) > PAGE):
            raise SiteError(f"{said.key}: {said.parts} parts, {len(said.text)} characters")
        if isinstance(who, Mobile):
            found = re.search(r"(?<!\d)(\d{5}) ?(\d{5})(?!\d)", said.text)
            who.code = found[1] + found[2] if found else who.code
            if not said.ussd and not who.texted and not self.has_safe_time(who):
                raise SiteError(f"{said.key} as a text to who came by USSD")

    def has_safe_time(self, phone):
        return bool(self.road.value("SELECT safe_from IS NOT NULL FROM casefile WHERE id = %s",
                                    self.case_of(phone)))

    # who says what

    def heard_of(self, phone):
        """After each text or step: who is it, and what came of it."""
        phone.peer = self.road.peer()
        if phone.peer is not None and phone.peer not in phone.peers:
            phone.peers.append(phone.peer)
        self.road.settle()
        self.look()

    def screen(self, phone, got):
        text, end = got
        phone.in_dialogue = not end
        phone.said.append(Said(None, text))
        self.check(phone, phone.said[-1])
        self.heard_of(phone)

    def dial(self, phone):
        self.screen(phone, self.way.dial(phone.number))

    def key(self, phone, words):
        self.road.site.remember(phone.number, words)
        self.screen(phone, self.way.key(phone.number, words))

    def fill(self, phone, receiver, words):
        """{code} and its like."""
        def one(found):
            name = found[1]
            if ":" in name:
                times, _, what = name.partition(":")
                return what * int(times)
            if receiver is None and re.fullmatch(r"code[1-4]?|wrong", name):
                raise SiteError(f"{{{name}}} is of a receiver")
            if name == "code":
                got = self.road.value(
                    "SELECT lpad(code::text, 3, '0') FROM referral_ask WHERE contact_id = %s"
                    " ORDER BY referral_id DESC LIMIT 1", receiver.contact)
            elif re.fullmatch(r"code[1-4]", name):
                got = self.road.value(
                    "SELECT lpad(a.code::text, 3, '0') FROM referral_ask a JOIN referral r"
                    " ON r.id = a.referral_id WHERE a.contact_id = %s AND r.case_id = %s",
                    receiver.contact, self.case_of(self.phones[int(name[4]) - 1]))
            elif name == "wrong":
                got = self.road.value(
                    "SELECT lpad(min(n)::text, 3, '0') FROM generate_series(100, 999) n WHERE NOT"
                    " EXISTS (SELECT FROM referral_ask WHERE contact_id = %s AND code = n)",
                    receiver.contact)
            elif name == "lang":
                got = row_digit(phone.said[-1].text, self.lang) if phone.said else None
            elif name == "case":
                got = self.road.value("SELECT number::text FROM casefile WHERE id = %s",
                                      self.case_of(self.phones[0]))
            else:
                got = self.own_code(name)
            if got is None:
                raise SiteError(f"no {{{name}}} is known")
            return got
        return re.sub(r"\{([^}]+)\}", one, words)

    def own_code(self, name):
        """{mycode}, or {badcode} with one digit changed."""
        code = next((p.code for p in self.phones if p.code), None)
        if code is None or name == "mycode":
            return code
        at = int(name[7]) if len(name) == 8 else 4
        return code[:at] + ("9" if code[at] != "9" else "8") + code[at + 1:]

    def next_key(self, phone):
        """The last key of the next line that says what this phone hears."""
        for line in self.lines[self.at + 1:]:
            words = self.for_bearer(line)
            if words is None or re.match(r"[ABCPKSO][<>~!#]", words):
                continue
            whose, words = self.phone_of(words)
            if whose is phone and words.startswith(">"):
                break
            if whose is phone and words.startswith("< "):
                return words.split()[-1]
        return ""

    def is_screen_of(self, phone, key):
        return phone.said and phone.said[-1].ussd and \
            self.road.texts.fit(phone.said[-1].text, [key], True)

    def lead_in(self, phone):
        """A talk written for texts, by dialogue: dialled, and led to the question in hand."""
        self.dial(phone)
        for _ in range(6):
            digit = row_digit(phone.said[-1].text, self.lang)
            if not phone.in_dialogue or \
                    (digit is None and not any(self.is_screen_of(phone, k) for k in WAYS_IN)):
                return
            if digit and self.road.value("SELECT hidden FROM session WHERE peer_id = %s", phone.peer):
                digit = "77"
            self.key(phone, digit or "1")

    def on_says(self, phone, words):
        phone.no_more()
        words = self.fill(phone, None, words)
        if self.way is None:
            phone.texted = True
            self.road.pace(phone.number)
            self.road.text(phone.number, words)
            self.heard_of(phone)
            return
        if not phone.in_dialogue:
            if not self.of_sms:
                raise SiteError("no dialogue is open")
            opening = not phone.peer or not self.road.value(
                "SELECT step FROM session WHERE peer_id = %s", phone.peer)
            self.lead_in(phone)
            if opening and self.is_screen_of(phone, self.next_key(phone)):
                phone.read = len(phone.said) - 1
                return
            phone.read = len(phone.said)
        self.key(phone, words)

    def on_menu(self, phone, words):
        phone.no_more()
        self.lead_in(phone)
        self.key(phone, "4")
        phone.read = len(phone.said)
        self.key(phone, words)

    def on_dial(self, phone, _words):
        if self.way is None:
            raise SiteError("a dial in a talk by texts")
        if phone.in_dialogue:
            self.on_cut(phone, "")
        phone.no_more()
        self.dial(phone)

    def on_cut(self, phone, _words):
        phone.no_more()
        if phone.in_dialogue:
            phone.in_dialogue = False
            self.way.cut(phone.number)
            self.heard_of(phone)

    def receiver_line(self, who, op, arg):
        if op == ">":
            self.road.text(who.number, self.fill(None, who, arg))
            self.road.settle()
            self.look()
        elif op == "<":
            self.expect(who, arg)
        elif op == "#":
            self.has_parts(who, arg)
        else:
            self.holds(who, arg, op == "~")

    # what came

    def expect(self, who, arg):
        self.road.settle()
        self.look()
        if arg == "-":
            who.no_more()
            return
        if len(who.said) == who.read:
            raise SiteError(f"{arg} was expected, nothing came")
        said, keys = who.said[who.read], arg.split()
        if said.key is not None and said.key not in (keys[-1], keys[-1] + "@ussd"):
            raise SiteError(f"{keys[-1]} was expected, {said.key} came: {said.text!r}")
        if said.ussd and self.of_sms:
            keys = [k for k in keys[:-1] if k != "first.intro"] + keys[-1:]
        if keys == ["first.row"]:
            if row_digit(said.text, "ru") is None:
                raise SiteError(f"the row of languages was expected: {said.text!r}")
        elif len(keys) > 1 or said.ussd or self.road.texts.has(keys[-1]):
            lang = self.road.texts.fit(said.text, keys, said.ussd, whole=said.ussd)
            if lang is None:
                raise SiteError(f"no words of {arg} in: {said.text!r}")
            rival = said.ussd and self.road.texts.rival(said.text, keys, lang)
            if rival:
                raise SiteError(f"{arg} was expected, {rival} came: {said.text!r}")
        who.read += 1

    def on_hears(self, phone, arg):
        self.expect(phone, arg)

    @staticmethod
    def holds(who, words, want):
        if (words in who.last().text) != want:
            raise SiteError(f"{words!r} {'not ' if want else ''}in: {who.last().text!r}")

    @staticmethod
    def has_parts(who, arg):
        if not who.last().ussd and who.last().parts != int(arg):
            raise SiteError(f"{who.last().parts} parts: {who.last().text!r}")

    def on_holds(self, phone, arg):
        self.holds(phone, arg, True)

    def on_lacks(self, phone, arg):
        self.holds(phone, arg, False)

    def on_parts(self, phone, arg):
        self.has_parts(phone, arg)

    @staticmethod
    def on_one_screen(phone, _arg):
        if phone.last().text.endswith(MORE):
            raise SiteError(f"more than one screen: {phone.last().text!r}")

    @staticmethod
    def on_at_most(phone, arg):
        came, phone.read = len(phone.said) - phone.read, len(phone.said)
        if came > int(arg):
            raise SiteError(f"{came} texts came")

    # time, and what stands before the first words

    def on_time(self, _phone, arg):
        now = self.road.now_ms()
        if arg.startswith("until "):
            local = (now // MINUTE_MS + self.zone) % 1440
            ahead = (self.minute_of(arg[6:]) - local) % 1440 or 1440
            then = (now // MINUTE_MS + ahead) * MINUTE_MS
        else:
            found = re.fullmatch(r"([\d.]+) *(s|min|h|d)", arg)
            if found is None:
                raise SiteError("+ N s|min|h|d, or + until hh:mm")
            then = now + int(float(found[1]) * UNITS[found[2]])
        for phone in self.phones:
            if phone.in_dialogue and then - now >= CUT_MS:
                self.on_cut(phone, "")
        self.road.until(then)
        self.look()

    @staticmethod
    def minute_of(words):
        hours, minutes = words.split(":")
        return int(hours) * 60 + int(minutes)

    def on_at(self, _phone, arg):
        when, _, day = arg.partition(" ")
        self.start = (self.minute_of(when), day == "sunday")

    def on_zone(self, _phone, arg):
        self.zone = int(arg) * 60

    def on_lang(self, _phone, arg):
        if arg and arg not in LANGS:
            raise SiteError("no such language")
        self.lang = arg or self.lang

    def on_phone(self, phone, arg):
        self.phones[self.phones.index(phone)] = Mobile(self.road, arg)

    def on_group(self, _phone, arg):
        self.groups.append(arg)

    def on_hours(self, _phone, arg):
        self.hours.append(arg.split(" ", 1))

    def on_duty(self, _phone, arg):
        self.duties.append(arg.split(" ", 1))

    def on_nothing(self, _phone, _arg):
        pass

    # what stands in the database

    def case_of(self, phone):
        if phone.peer is not None:
            phone.case = self.road.value(
                "SELECT COALESCE((SELECT case_id FROM session WHERE peer_id = %s),"
                " (SELECT max(id) FROM casefile WHERE peer_id = %s), %s)",
                phone.peer, phone.peer, phone.case)
        return phone.case

    def on_case(self, phone, arg):
        now = self.road.value("SELECT state || ' ' || class FROM casefile WHERE id = %s",
                              self.case_of(phone)) or "none"
        if now != arg:
            raise SiteError(f"the case is: {now}")

    def on_slot(self, phone, arg):
        name, _, want = arg.partition(" ")
        code = self.road.value("SELECT code FROM case_answer WHERE case_id = %s AND slot = %s",
                               self.case_of(phone), name)
        if code is None:
            slots = self.road.value("SELECT slots FROM session WHERE peer_id = %s", phone.peer) or ""
            code = dict(s.split("=", 1) for s in slots.split() if "=" in s).get(name, "-")
            code = code.replace(",", " ") or "-"
        if code != want:
            raise SiteError(f"slot {name} is {code}")

    def on_consent(self, phone, arg):
        kind, _, want = arg.partition(" ")
        yes = self.road.value("SELECT yes FROM consent WHERE case_id = %s AND kind = %s"
                              " ORDER BY id DESC LIMIT 1", self.case_of(phone), kind)
        if {None: "-", True: "yes", False: "no"}[yes] != want:
            raise SiteError(f"the consent is {yes}")

    def tasks(self, phone, kind, more=""):
        case = self.case_of(phone)
        return self.road.value("SELECT count(*) FROM task WHERE kind = %s AND (case_id = %s"
                               f" OR case_id IS NULL OR %s){more}", kind, case, case is None)

    def on_task(self, phone, arg):
        if not self.tasks(phone, arg):
            raise SiteError(f"no such task; there are {self.road.run('SELECT kind FROM task')}")

    def on_no_task(self, phone, arg):
        if self.tasks(phone, arg):
            raise SiteError("there is such a task")

    def on_task_open(self, phone, arg):
        if not self.tasks(phone, arg, " AND done_at IS NULL"):
            raise SiteError("no such task is open")

    def on_task_done(self, phone, arg):
        if self.tasks(phone, arg, " AND done_at IS NULL") or not self.tasks(phone, arg):
            raise SiteError("the task is open, or there is none")

    def asked(self, phone):
        rows = self.road.run("SELECT r.name FROM referral f JOIN receiver r ON r.id = f.receiver_id"
                             " WHERE f.case_id = %s", self.case_of(phone))
        return {letter for letter, name in NAME_OF.items() if (name,) in rows}

    def on_asked(self, phone, arg):
        if set(arg) - self.asked(phone):
            raise SiteError(f"asked were only {sorted(self.asked(phone))}")

    def on_not_asked(self, phone, arg):
        if set(arg) & self.asked(phone):
            raise SiteError(f"asked were {sorted(self.asked(phone))}")

    def on_no_sms(self, phone, _arg):
        if len(self.road.came.get(phone.number, [])) > phone.first:
            raise SiteError("a text went out to this phone")

    def on_speaks(self, phone, arg):
        now = self.road.value("SELECT lang FROM session WHERE peer_id = %s", phone.peer)
        if now != arg:
            raise SiteError(f"it speaks {now}")

    def on_flow(self, phone, arg):
        rows = self.road.run("SELECT flow, step FROM session WHERE peer_id = %s", phone.peer)
        now = rows[0][0] if rows and rows[0][1] else "none"
        if now != arg:
            raise SiteError(f"the open question is of: {now}")


def run_file(road, path, way=None):
    """A failure names the file and the line. `way`: a dial of the road; None: by SMS."""
    try:
        Talk(road, path.read_text(encoding="utf-8"), way).run()
    except SiteError as error:
        raise SiteError(f"{path.name}: {error}") from None
