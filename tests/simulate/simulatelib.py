# SPDX-License-Identifier: GPL-3.0-or-later
"""A throwaway cluster for the simulation, as many worlds as there are processors, and one report.

Each world has a part of the cases, a database and a clock of its own. It keeps nothing.
Called by scripts/simulate and tests/system/test_simulation.py.
"""
import argparse
import json
import os
import struct
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))

from desk.cluster import PORT            # noqa: E402
from desk.throwaway import Throwaway     # noqa: E402

BOUNDS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 240, 480, 1440, 2880, 10080)
CLASSES = ("danger", "urgent", "held", "other")
# A month is mostly the same few statements on growing tables: planned once, by the indexes. The moved
# clock and the two conversions say the same, but as functions that are planned once a session.
SETTINGS = ("ALTER DATABASE {} SET enable_seqscan = off",
            "ALTER DATABASE {} SET plan_cache_mode = force_generic_plan",
            "ALTER DATABASE {} SET jit = off")
CLOCK = """
GRANT SELECT ON test_clock TO PUBLIC;
CREATE OR REPLACE FUNCTION shyraq_now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN now() + (SELECT ms FROM public.test_clock) * interval '1 millisecond'; END $$;
CREATE OR REPLACE FUNCTION shyraq_ts(ms bigint) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN 'epoch'::timestamptz + ms * interval '1 millisecond'; END $$;
CREATE OR REPLACE FUNCTION shyraq_ms(t timestamptz) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN (extract(epoch FROM t) * 1000)::bigint; END $$"""


class World:
    """One process of build/test/simulate, read line by line."""

    def __init__(self, base, number, options):
        db = base.database()
        for setting in SETTINGS:
            base.cluster.psql(setting.format(db))
        base.cluster.psql(CLOCK, db=db)
        clock = os.path.join(base.folder, f"clock{number}")
        with open(clock, "wb") as f:
            f.write(struct.pack("<qq", 0, 0))
        env = {**os.environ, "SHYRAQ_CLOCK_FILE": clock,
               "SHYRAQ_TEST_DB": f"host={base.cluster.sockets} port={PORT} dbname={db}"}
        argv = [os.path.join(base.build, "test", "simulate"), "--config", base.service.conf]
        self.proc = subprocess.Popen(argv + options, stdin=subprocess.DEVNULL, env=env,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.percent, self.lines, self.result = 0, [], None
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.proc.stdout:
            if line.startswith("progress "):
                self.percent = int(line.split()[1])
            elif line.startswith("{"):
                self.result = json.loads(line)
            else:
                self.lines.append(line.rstrip())
                if line.startswith(("WRONG", "    ")):  # and what was said, as soon as it is known
                    print(line.rstrip(), file=sys.stderr, flush=True)

    def end(self):
        self.proc.kill()
        self.reader.join()


def watch(worlds):
    """Until all have ended; a bar where somebody looks."""
    seen = sys.stderr.isatty()
    while any(w.reader.is_alive() for w in worlds):
        for w in worlds:
            w.reader.join(0.2)
        part = sum(w.percent for w in worlds) / len(worlds) / 100
        if seen:
            done = int(part * 50)
            sys.stderr.write(f"\r[{'#' * done}{'.' * (50 - done)}] {part:4.0%} of the month")
            sys.stderr.flush()
    if seen:
        sys.stderr.write("\r" + " " * 72 + "\r")


def merge(results):
    """Numbers are added, lists put together; the seconds are those of the slowest."""
    out = {}
    for r in results:
        for key, value in r.items():
            if key == "seconds":
                out[key] = max(out.get(key, 0), value)
            elif isinstance(value, dict):
                out[key] = merge([out[key], value] if key in out else [value])
            else:
                out[key] = out[key] + value if key in out else value
    return out


def percentile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))] if values else 0


def buckets(values):
    """How many lie under each bound and not under the one before; the last counts the rest."""
    counts = [0] * (len(BOUNDS) + 1)
    for v in values:
        counts[sum(v >= b for b in BOUNDS)] += 1
    return counts


def minutes(m):
    return f"{m:.0f} min" if m < 120 else f"{m / 60:.0f} h" if m < 2880 else f"{m / 1440:.0f} d"


def histogram(accepted):
    """Log buckets, a column a class."""
    counts = {c: buckets(accepted[c]) for c in CLASSES}
    most = max(1, max(sum(counts[c][i] for c in CLASSES) for i in range(len(BOUNDS) + 1)))
    out = ["time to acceptance, from the moment that the referral left",
           f"{'under':>9} " + "".join(f"{c:>8}" for c in CLASSES) + f"{'all':>8}"]
    for i in range(len(BOUNDS) + 1):
        row = [counts[c][i] for c in CLASSES]
        name = minutes(BOUNDS[i]) if i < len(BOUNDS) else "more"
        out.append(f"{name:>9} " + "".join(f"{n:8}" for n in row) + f"{sum(row):8} "
                   + "#" * round(40 * sum(row) / most))
    for name, part in (("half", 0.5), ("9 of 10", 0.9), ("99 of 100", 0.99)):
        cells = [minutes(percentile(sorted(accepted[c]), part)) for c in CLASSES]
        every = sorted(v for c in CLASSES for v in accepted[c])
        out.append(f"{name:>9} " + "".join(f"{c:>8}" for c in cells)
                   + f"{minutes(percentile(every, part)):>8}")
    return "\n".join(out)


def report(total):
    out = [f"{total['cases']} cases of {total['persons']} persons in {total['seconds']:.0f} s: "
           f"{total['texts_in']} texts in, {total['texts_out']} out, "
           f"{total['referrals']} referrals, {total['tasks']} tasks",
           f"what fell due was run {total['due']} times in {total['looks']} looks, "
           f"{total['twins']} by two dispatchers at once; {total['kills']} were killed", ""]
    for name, n in total["ends"].items():
        out.append(f"{n:8}  {name}")
    out += [f"{total['accepted_by_operator']:8}  of all first acceptances were an operator's", "",
            histogram(total["accepted"])]
    return "\n".join(out)


def read_arguments(argv):
    ask = argparse.ArgumentParser(prog="scripts/simulate")
    ask.add_argument("--cases", type=int, default=300)
    ask.add_argument("--days", type=int, default=30)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--kill", type=float, default=0.02, help="of the looks at what is due")
    ask.add_argument("--two", type=float, default=0.3, help="of the looks by two at once")
    ask.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--show", action="store_true", help="every text, of one world")
    return ask.parse_args(argv)


def main(argv):
    got = read_arguments(argv)
    jobs = 1 if got.show else max(1, min(got.jobs, got.cases))
    base, worlds = Throwaway(), []
    try:
        base.start()
        for i in range(jobs):
            options = ["--cases", str(got.cases // jobs + (i < got.cases % jobs)),
                       "--days", str(got.days), "--seed", str(got.seed + i),
                       "--kill", str(got.kill), "--two", str(got.two)]
            worlds.append(World(base, i, options + ["--show"] * got.show))
        watch(worlds)
    finally:
        for w in worlds:
            w.end()
        base.close()
    lines = [line for w in worlds for line in w.lines]
    results = [w.result for w in worlds if w.result is not None]
    dead = [w.proc.returncode for w in worlds if w.result is None]
    total = merge(results) if results and not dead else None
    for line in lines:
        print(line, file=sys.stderr if got.json else sys.stdout)
    if total is None:
        print(f"a world ended without a report: {dead}", file=sys.stderr)
        return 1
    print(json.dumps(total) if got.json else report(total))
    if not got.json:
        print(f"\n{total['wrong']} faults")
    return total["wrong"] > 0 or total["kills"] == 0 and got.kill > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
