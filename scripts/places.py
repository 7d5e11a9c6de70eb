#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes conf/places/{kz,kg,uz,tj,tm}.csv from a GeoNames file, cities500.txt or cities1000.txt.

  scripts/places.py cities500.txt [conf/places]

Beside GeoNames it reads conf/places/hand/: regions.csv (countries and regions, copied as they are),
overrides.csv (what is known better, a row a GeoNames id) and shy.txt (names that are also words).
It writes no other file and asks no network. docs/PLACES.md says how a list is renewed.
"""
import csv
import re
import sys
import unicodedata
from pathlib import Path

LANGS = ["kk", "ru", "uz", "ky", "tg", "tk", "en"]
HEAD = ["id", "region"] + ["name_" + l for l in LANGS] + ["menu", "zone", "variants"]
NAME_MAX = 22
LEFT_OUT = ("PPLX", "PPLH", "PPLQ")  # quarters of towns, what is no more
VARIANTS_MAX = 14

# GeoNames' first division to ISO 3166-2; divisions of 2022 come by overrides
REGIONS = {
    "KZ": {"01": "KZ-19", "02": "KZ-75", "03": "KZ-11", "04": "KZ-15", "05": "KZ-71",
           "06": "KZ-23", "07": "KZ-27", "08": "KZ-43", "09": "KZ-47", "10": "KZ-61",
           "11": "KZ-55", "12": "KZ-35", "13": "KZ-39", "14": "KZ-43", "15": "KZ-63",
           "16": "KZ-59", "17": "KZ-31", "1537272": "KZ-79", "12510143": "KZ-10",
           "12510144": "KZ-33", "12510145": "KZ-62"},
    "KG": {"01": "KG-GB", "02": "KG-C", "03": "KG-J", "04": "KG-N", "06": "KG-T", "07": "KG-Y",
           "08": "KG-O", "09": "KG-B"},
    "UZ": {"01": "UZ-AN", "02": "UZ-BU", "03": "UZ-FA", "05": "UZ-XO", "06": "UZ-NG",
           "07": "UZ-NW", "08": "UZ-QA", "09": "UZ-QR", "10": "UZ-SA", "12": "UZ-SU",
           "13": "UZ-TK", "14": "UZ-TO", "15": "UZ-JI", "16": "UZ-SI"},
    "TJ": {"01": "TJ-GB", "02": "TJ-KT", "03": "TJ-SU", "04": "TJ-DU", "RR": "TJ-RA"},
    "TM": {"01": "TM-A", "02": "TM-B", "03": "TM-D", "04": "TM-L", "05": "TM-M", "S": "TM-S"},
}
OWN = {"KZ": "kk", "KG": "ky", "UZ": "uz", "TJ": "tg", "TM": "tk"}

RUSSIAN = re.compile(r"[А-Яа-яЁё .'-]+")
OURS = re.compile(r"[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІіЎўҲҳӢӣӮӯҶҷ .'-]+")
SPECIAL = {"kk": "әғқңөұүһі", "ky": "ңөү", "uz": "ўқғҳ", "tg": "ғӣқӯҳҷ"}
LATIN = re.compile(r"[A-Za-zʻʼ‘’'` .çÇşŞýÝžŽňŇäÄöÖüÜğĞŭŬōŌūŪīĪāĀí-]+")
APOSTROPHES = "'`´‘’‛ʻʼʹ′‵"

# a spelling is read by the longest piece that fits
CYRILLIC_UZ = {"ғ": "g'", "қ": "q", "ў": "o'", "ҳ": "h", "х": "x", "ж": "j", "җ": "j", "ҷ": "j",
               "ш": "sh", "щ": "sh", "ч": "ch", "ц": "s", "ң": "n", "ө": "o'", "ұ": "u", "ү": "u",
               "ә": "a", "і": "i", "ы": "i", "һ": "h", "э": "e", "ю": "yu", "я": "ya", "ё": "yo",
               "ъ": "'", "ь": "", "й": "y", "ӣ": "i", "ӯ": "o'", "а": "a", "б": "b", "в": "v",
               "г": "g", "д": "d", "е": "e", "з": "z", "и": "i", "к": "k", "л": "l", "м": "m",
               "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f"}
CYRILLIC_TK = dict(CYRILLIC_UZ, **{"ғ": "g", "қ": "k", "ў": "o", "ҳ": "h", "х": "h", "ж": "j",
                                   "ш": "ş", "щ": "ş", "ч": "ç", "ц": "s", "ң": "ň", "ө": "ö",
                                   "ү": "ü", "ә": "ä", "ы": "y", "ю": "ýu", "я": "ýa", "ё": "ýo",
                                   "ъ": "", "й": "ý", "ӯ": "u", "в": "w"})
UZ_TK = {"o'": "o", "g'": "g", "sh": "ş", "ch": "ç", "x": "h", "q": "k", "y": "ý", "v": "w",
         "'": "", "ye": "ýe"}
UZ_CYRILLIC = {"o'": "ў", "g'": "ғ", "sh": "ш", "ch": "ч", "yo": "ё", "ya": "я", "yu": "ю",
               "ye": "е", "x": "х", "q": "қ", "h": "ҳ", "j": "ж", "y": "й", "'": "ъ", "a": "а",
               "b": "б", "d": "д", "e": "е", "f": "ф", "g": "г", "i": "и", "k": "к", "l": "л",
               "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у",
               "v": "в", "z": "з", "w": "в", "c": "к"}
UZ_RU = dict(UZ_CYRILLIC, **{"o'": "у", "g'": "г", "q": "к", "h": "х", "j": "дж", "o": "а",
                             "'": "", "yo": "я"})
TK_RU = {"ş": "ш", "ç": "ч", "ž": "ж", "j": "дж", "ýa": "я", "ýe": "е", "ýo": "ё", "ýu": "ю",
         "ý": "й", "y": "ы", "ä": "я", "ö": "ё", "ü": "ю", "ň": "н", "w": "в", "h": "х",
         "a": "а", "b": "б", "d": "д", "e": "е", "f": "ф", "g": "г", "i": "и", "k": "к", "l": "л",
         "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "z": "з",
         "'": "", "sh": "ш", "ch": "ч", "kh": "х", "zh": "ж"}
TK_UZ = {"ş": "sh", "ç": "ch", "ž": "j", "ý": "y", "y": "i", "ä": "a", "ö": "o'", "ü": "u",
         "ň": "ng", "w": "v"}
TK_EN = {"ş": "sh", "ç": "ch", "ž": "zh", "ý": "y", "ä": "a", "ö": "o", "ü": "u", "ň": "n"}
TG_LATIN = {"kh": "х", "gh": "ғ", "sh": "ш", "ch": "ч", "zh": "ж", "yo": "ё", "ya": "я", "yu": "ю",
            "ŭ": "ӯ", "ū": "ӯ", "í": "ӣ", "ī": "ӣ", "q": "қ", "h": "ҳ", "j": "ҷ", "y": "й",
            "'": "ъ", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "z": "з",
            "i": "и", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р",
            "s": "с", "t": "т", "u": "у", "f": "ф", "c": "к", "w": "в", "x": "х"}
CYRILLIC_RU = {"ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х",
               "і": "и", "ў": "у", "ҳ": "х", "ӣ": "и", "ӯ": "у", "ҷ": "дж"}


def read_as(text, table):
    """A word in another alphabet, its capitals kept."""
    out, i = [], 0
    longest = max(len(k) for k in table)
    while i < len(text):
        for n in range(longest, 0, -1):
            piece = text[i:i + n].lower()
            if len(piece) == n and piece in table:
                new = table[piece]
                out.append(new[:1].upper() + new[1:] if text[i].isupper() else new)
                i += n
                break
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


FOLD = {"ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и",
        "ў": "у", "ҳ": "х", "ӣ": "и", "ӯ": "у", "ҷ": "ч", "ё": "е", "ъ": "", "ь": ""}
PAIRS = [("shch", "ш"), ("sch", "ш"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"),
         ("sh", "ш"), ("yu", "ю"), ("ya", "я"), ("yo", "е"), ("ye", "е"), ("gh", "г")]
SINGLES = dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхижклмнопкрстуввхиз"))
MERGED = {"й": "и", "ы": "и", "э": "е", "щ": "ш"}


def fold(text):
    """As lib/engine/match.c folds, without its blanks."""
    out = []
    for c in unicodedata.normalize("NFKC", text).lower():
        if c in APOSTROPHES:
            continue
        if "а" <= c <= "ӿ":
            out.append(FOLD.get(c, c))
            continue
        base = unicodedata.normalize("NFD", c)[0]
        if base.isalnum():
            out.append("i" if base == "ı" else base)
    return "".join(out)


def words_in(text):
    for c in APOSTROPHES:
        text = text.replace(c, "")
    return len(re.findall(r"[^\W\d_]+|\d+", text))


def bones(text):
    """As lib/engine/skeleton.c reads both scripts."""
    text = fold(text)
    for pair, letter in PAIRS:
        text = text.replace(pair, letter)
    text = "".join(MERGED.get(SINGLES.get(c, c), SINGLES.get(c, c)) for c in text)
    return re.sub(r"(.)\1+", r"\1", text)


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def nearest(cands, name):
    want = bones(name)
    return min(cands, key=lambda c: (distance(bones(c), want), len(c)), default="")


def tidy(name):
    for c in APOSTROPHES:
        name = name.replace(c, "'")
    name = re.sub(r"\s*\(.*?\)", "", name)
    name = re.sub(r"\s+(shahri|shaharchasi|shahar|posyolok)$", "", name, flags=re.I)
    name = re.sub(r"^(gorod|imeni|im\.|posëlok|город|посёлок|поселок|село|пос\.)\s+", "", name, flags=re.I)
    return name.strip(" .").replace(",", "")


def uzbek(name):
    """GeoNames' Uzbek Latin: ŭ for o'."""
    return unicodedata.normalize("NFC", name).replace("ŭ", "o'").replace("Ŭ", "O'").replace("‘", "'")


def plain(name):
    name = re.sub("['`]", "", tidy(name))
    name = name.replace("ş", "sh").replace("ç", "ch").replace("ž", "zh").replace("ı", "i")
    return "".join(c for c in unicodedata.normalize("NFD", name) if c.isascii())


def russian_of(name):
    return read_as(name, CYRILLIC_RU)


def names_of(country, name, alt, known):
    """The seven names of a GeoNames row; what is known better comes first, and others follow it."""
    cyr = [tidy(a) for a in alt if OURS.fullmatch(a)]
    rus = [a for a in cyr if RUSSIAN.fullmatch(a)]
    own = OWN[country]
    special = [a for a in cyr if any(c in SPECIAL.get(own, "") for c in a.lower())
               and all(RUSSIAN.fullmatch(c) or c.lower() in SPECIAL.get(own, "") for c in a)]
    n = dict.fromkeys(LANGS, "")
    n["en"] = plain(name)
    if country in ("KZ", "KG"):
        local = nearest(special, name)
        n["ru"] = nearest(rus, name) or russian_of(local)
        n["ru"] = known.get("name_ru") or n["ru"]
        n[own] = local if local and distance(bones(local), bones(name)) <= 3 else n["ru"]
        n[own] = known.get("name_" + own) or n[own]
        n["ru"] = n["ru"] or russian_of(n[own])
        n["kk"] = n["kk"] or n[own]
        n["uz"] = read_as(n[own], CYRILLIC_UZ)
        n["tk"] = read_as(n[own], CYRILLIC_TK)
        if n["ky"] == n["ru"]:
            n["ky"] = ""
    elif country == "UZ":
        n["uz"] = known.get("name_uz") or tidy(uzbek(name))
        n["ru"] = known.get("name_ru") or nearest(rus, name) or read_as(n["uz"], UZ_RU)
        n["en"] = plain(n["uz"])
        n["tk"] = read_as(n["uz"], UZ_TK)
        n["kk"] = n["ru"]
    elif country == "TJ":
        local = nearest(special + rus, name)
        if not local or distance(bones(local), bones(name)) > 2:
            local = read_as(tidy(name), TG_LATIN)
        n["tg"] = local = known.get("name_tg") or local
        n["ru"] = known.get("name_ru") or nearest(rus, name) or russian_of(local)
        n["kk"] = n["ru"]
        n["uz"] = read_as(local, CYRILLIC_UZ)
        n["tk"] = read_as(local, CYRILLIC_TK)
    else:
        n["tk"] = known.get("name_tk") or tidy(name)
        n["ru"] = known.get("name_ru") or nearest(rus, name) or read_as(n["tk"], TK_RU)
        n["kk"] = n["ru"]
        n["uz"] = read_as(n["tk"], TK_UZ)
        n["en"] = plain(read_as(n["tk"], TK_EN))
    return n


def variants_of(row, alt, more):
    """Spellings that the names of the row do not already reach."""
    out, seen = [], {bones(row["name_" + l]) for l in LANGS if row["name_" + l]}
    uz = row["name_uz"]
    made = [read_as(uz, UZ_CYRILLIC)] if row["region"].startswith("UZ") else []
    for v in more + made + alt:
        v = tidy(uzbek(v))
        if not v or (v not in more and not (OURS.fullmatch(v) or LATIN.fullmatch(v))):
            continue
        if words_in(v) > 3 or len(fold(v)) < 3 or len(v) > 40 or re.search("^(shahr|city)", v, re.I):
            continue
        # airports' codes, and readings of other alphabets
        if v not in more and (v.isupper() or not v[0].isupper() or len(fold(v)) < 4):
            continue
        if bones(v) in seen or (v not in more and len(fold(v)) > 6 and is_near(v, row)):
            continue
        seen.add(bones(v))
        out.append(v)
        if len(out) == VARIANTS_MAX + len(more):
            break
    return out


def is_near(v, row):
    """One letter off a name, which the search reaches by itself."""
    return any(distance(bones(v), bones(row["name_" + l])) < 2 for l in LANGS if row["name_" + l])


def drop_others_names(rows):
    """An old name of one town that is today's name of another says the other."""
    names = {}
    for row in rows:
        for l in LANGS:
            names.setdefault(bones(row["name_" + l]), set()).add(row["id"])
    for row in rows:
        if isinstance(row["variants"], list):
            row["variants"] = [v for v in row["variants"]
                               if v in row["kept"] or not names.get(bones(v), set()) - {row["id"]}]


def with_cases(row):
    """A Russian region is also written in its cases, and without its noun."""
    more = []
    for v in row["variants"].split(";"):
        if v.endswith("ая область"):
            stem = v[:-len("ая область")]
            more += [stem + "ой области", stem + "ую область", stem + "ая", stem + "ой"]
    return dict(row, variants=";".join([v for v in [row["variants"]] + more if v]))


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(line for line in f if not line.startswith("#")))


def slug(name):
    return re.sub("[^a-z0-9]", "", plain(name).lower())


def make_row(country, src, known, ids):
    gid, name, alt, admin = src[0], src[1], [a for a in src[3].split(",") if a], src[10]
    n = names_of(country, name, alt, known)
    row = dict.fromkeys(HEAD, "")
    row["region"] = known.get("region") or REGIONS[country].get(admin, "")
    for l in LANGS:
        row["name_" + l] = known.get("name_" + l) or n[l]
    row["menu"] = known.get("menu", "")
    row["id"] = known.get("id") or slug(row["name_en"])
    if row["id"] in ids:
        row["id"] = "%s-%s" % (row["id"][:16], row["region"].lower())
    if row["id"] in ids:
        row["id"] = "%s-%s" % (row["id"][:14], gid)
    row["kept"] = [v for v in known.get("variants", "").split(";") if v]
    row["variants"] = variants_of(row, [name] + alt, row["kept"])
    return row


def merge(row, other):
    """GeoNames has some towns twice, as a settlement and as the seat of a district."""
    seen = {bones(v) for v in row["variants"] + [row["name_" + l] for l in LANGS]}
    for v in other["variants"] + [other["name_" + l] for l in LANGS]:
        if v and bones(v) not in seen:
            seen.add(bones(v))
            row["variants"].append(v)


def mark_shy(row, shy):
    if any(fold(row["name_" + l]) in shy for l in LANGS if row["name_" + l]):
        row["variants"].insert(0, "=")
    row["variants"] = [v for v in row["variants"] if v in row["kept"] or fold(v) not in shy]
    del row["kept"]
    row["variants"] = ";".join("=" + v if v != "=" and fold(v) in shy else v for v in row["variants"])


def wrong(row):
    long = [row["name_" + l] for l in LANGS if len(row["name_" + l]) > NAME_MAX]
    empty = [l for l in ("kk", "ru", "uz", "en") if not row["name_" + l]]
    return not row["region"] or long or empty


def main():
    source = sys.argv[1]
    out = Path(sys.argv[2] if len(sys.argv) > 2 else "conf/places")
    hand = out / "hand"
    regions = read_csv(hand / "regions.csv")
    known = {r["geonameid"]: r for r in read_csv(hand / "overrides.csv")}
    shy = {fold(w) for w in (hand / "shy.txt").read_text("utf-8").split() if not w.startswith("#")}
    with open(source, encoding="utf-8") as f:
        cities = [line.rstrip("\n").split("\t") for line in f]
    bad, made = 0, {}
    ids, abroad = {r["id"] for r in regions}, []
    for path in sorted(out.glob("*.csv")):
        if path.stem.upper() not in REGIONS:
            abroad += read_csv(path)
    ids |= {r["id"] for r in abroad}
    for country in REGIONS:
        rows = made[country] = [with_cases(r) for r in regions if r["region"].split("-")[0] == country]
        same = {}
        mine = [c for c in cities if c[8] == country and c[6] == "P"
                and (int(c[14]) >= 1000 or c[7].startswith("PPLA")) and c[7] not in LEFT_OUT]
        for c in sorted(mine, key=lambda c: (-int(c[14]), c[0])):
            better = {k: v for k, v in known.get(c[0], {}).items() if v}
            if better.get("drop"):
                continue
            row = make_row(country, c, better, ids)
            if wrong(row):
                print("left out: %s %s" % (c[0], c[1]), file=sys.stderr)
                bad += 1
                continue
            like = (row["region"], bones(row["name_" + OWN[country]] or row["name_ru"]))
            if like in same:
                merge(same[like], row)
                continue
            same[like] = row
            ids.add(row["id"])
            rows.append(row)
    drop_others_names([row for rows in made.values() for row in rows] + abroad)
    for country, rows in made.items():
        write(out, country, rows, shy)
    return 1 if bad else 0


def write(out, country, rows, shy):
    for row in rows:
        if "kept" in row:
            mark_shy(row, shy)
    with open(out / (country.lower() + ".csv"), "w", encoding="utf-8", newline="") as f:
        f.write("# SPDX-License-Identifier: CC-BY-4.0\n"
                "# Places of %s. Made by scripts/places.py; what is wrong here is mended in hand/.\n"
                "# source: GeoNames (geonames.org), CC BY 4.0; regions, readings in other alphabets "
                "and corrections are ours.\n" % country)
        w = csv.DictWriter(f, HEAD, lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        w.writeheader()
        w.writerows(rows)
    print("%s: %d rows" % (country, len(rows)))


if __name__ == "__main__":
    sys.exit(main())
