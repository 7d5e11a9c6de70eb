# SPDX-License-Identifier: GPL-3.0-or-later
"""A throwaway cluster for the runner of talks, and as many runners as there are processors.

It never uses a server of the system and keeps nothing.
Called by scripts/talk-tests (main) and scripts/talk (Talks).
"""
import argparse
import glob
import os
import re
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))

from desk.cluster import PORT            # noqa: E402
from desk.throwaway import Throwaway     # noqa: E402

LIMIT = 600  # seconds a runner


class Talks:
    """Databases and configs for runners; each runner has one of its own."""

    def __init__(self, conf=None):
        self.base = Throwaway()
        self.conf = os.path.abspath(conf or os.path.join(ROOT, "conf"))
        self.made = 0

    def __enter__(self):
        try:
            self.base.start()
        except BaseException:
            self.base.close()
            raise
        return self

    def __exit__(self, *_why):
        self.base.close()

    def _config(self):
        """The sample's config with the folder of flows and texts that was asked for."""
        own = self.base.service.conf
        path = os.path.join(self.base.folder, "talk.conf")
        with open(own, encoding="utf-8") as f:
            text = re.sub(r'conf_dir = "[^"]*"', f'conf_dir = "{self.conf}"', f.read())
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def start(self, files, options=()):
        self.made += 1
        db = self.base.database()
        self.base.cluster.psql(file=os.path.join(ROOT, "tests", "talk", "setup.sql"), db=db)
        clock = os.path.join(self.base.folder, f"clock{self.made}")
        with open(clock, "wb") as f:
            f.write(struct.pack("<qq", 0, 0))
        env = {**os.environ, "SHYRAQ_CLOCK_FILE": clock,
               "SHYRAQ_TEST_DB": f"host={self.base.cluster.sockets} port={PORT} dbname={db}"}
        argv = [os.path.join(self.base.build, "test", "talk"), "--config", self._config(),
                *options, *files]
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env=env)


def finish(proc):
    try:
        out = proc.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        proc.kill()
        out = proc.communicate()[0] + f"\nnot within {LIMIT} s"
    return out


def counts(out):
    """(passed, failed) of a runner's last line; one that has none failed."""
    found = re.findall(r"(?m)^(\d+) passed, (\d+) failed", out)
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 1)


def main(argv):
    ask = argparse.ArgumentParser(prog="scripts/talk-tests")
    ask.add_argument("--conf", help="a folder of flows, words, places and texts")
    ask.add_argument("--lang", help="every talk in this language, whatever it types")
    ask.add_argument("--bearer", choices=("sms", "ussd"))
    ask.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ask.add_argument("talks", nargs="*")
    got = ask.parse_args(argv)
    files = got.talks or sorted(glob.glob(os.path.join(ROOT, "tests", "talk", "*.talk")))
    options = [f"--{name}={value}" for name in ("lang", "bearer")
               if (value := getattr(got, name))]
    passed = failed = 0
    with Talks(got.conf) as talks:
        jobs = max(1, min(got.jobs, len(files)))
        procs = [talks.start(files[i::jobs], options) for i in range(jobs)]
        for proc in procs:
            out = finish(proc)
            print(out.rstrip())
            mine = counts(out)
            passed, failed = passed + mine[0], failed + mine[1]
    if os.environ.get("SHYRAQ_COUNTS"):
        with open(os.environ["SHYRAQ_COUNTS"], "a", encoding="utf-8") as f:
            f.write(f"{passed} {failed}\n")
    print(f"talks: {passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
