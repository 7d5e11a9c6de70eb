# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/run once packages and programs are there: start, sample conversation, wait, stop.

It never texts over a real device by itself, and leaves no process, socket or lock.
Called by scripts/run.
"""
import argparse
import csv
import fcntl
import os
import signal
import sys
import time

from . import sample
from .cluster import ClusterError
from .service import ROOT, Service, ServiceError
from .sim import SimError
from .smpp import NUMBER, Smpp

RESTART_MIN, RESTART_MAX = 1.0, 30.0


class Stop(Exception):
    pass


def on_signal(number, _frame):
    raise Stop(signal.Signals(number).name)


class Progress:
    def __init__(self, steps):
        self.steps = steps
        self.at = 0

    def step(self, words):
        self.at += 1
        print(f"[{self.at}/{self.steps}] {words}", flush=True)


class Lock:
    """One service a folder."""

    def __init__(self, data):
        self.path = os.path.join(data, "lock")
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ServiceError(f"another scripts/run works in {data}; "
                               "give this one a folder of its own with --data") from error

    def free(self):
        os.unlink(self.path)
        os.close(self.fd)


def arguments(argv):
    p = argparse.ArgumentParser(
        prog="scripts/run",
        description="Starts Shyraq on a private PostgreSQL with simulated modems or a simulated "
        "SMSC, and stays.")
    p.add_argument("--once", action="store_true",
                   help="end after the sample conversation; 0 only if every line came")
    p.add_argument("--modem", metavar="DEVICE[=NUMBER]", action="append", default=[],
                   help="a real serial device, and its SIM's number, in place of the simulated "
                   "modems (repeatable)")
    p.add_argument("--smpp", action="store_true",
                   help="a simulated SMSC and USSD gateway in place of the simulated modems")
    p.add_argument("--smpp-connect", metavar="HOST:PORT,SYSTEM_ID,PASSWORD",
                   help="bind to somebody else's SMSC in their place")
    p.add_argument("--smpp-number", metavar="NUMBER", default=NUMBER,
                   help=f"the short code of the SMPP link ({NUMBER})")
    p.add_argument("--data", metavar="DIR", default=os.path.join(ROOT, "var"),
                   help="cluster, keys, sockets, logs and config (default: var/)")
    p.add_argument("--conf", metavar="FILE", help="this config in place of a written one")
    args = p.parse_args(argv)
    if args.conf is not None and not os.path.isfile(args.conf):
        p.error(f"--conf: no file {args.conf}")
    for device in args.modem:
        if not os.path.exists(device.partition("=")[0]):
            p.error(f"--modem: no device {device}")
    if sum(map(bool, (args.smpp, args.smpp_connect, args.modem, args.conf))) > 1:
        p.error("--smpp, --smpp-connect, --modem, --conf: one of them")
    try:
        args.link = Smpp.simulator(args.smpp_number) if args.smpp else \
            Smpp.parse(args.smpp_connect, args.smpp_number) if args.smpp_connect else None
    except ValueError as error:
        p.error(f"--smpp-connect: {error}")
    return args


def database(service, progress):
    if not service.has_own_cluster():
        progress.step("database: the server of the config")
        return
    progress.step("database: a private PostgreSQL cluster")
    service.cluster.init()
    service.cluster.start()
    service.make_database()


def receivers(service):
    """The sample registry, once; dispatch opens what the console sealed."""
    with open(sample.REGISTRY, encoding="utf-8") as f:
        names = {row["name"] for row in csv.DictReader(f)}
    if not names <= {r["name"] for r in service.ctl_json("receiver", "list")}:
        service.ctl("receiver", "import", sample.REGISTRY, "--yes")


def start(service, progress):
    service.make_folders()
    for name in os.listdir(service.logs):
        os.remove(os.path.join(service.logs, name))
    service.make_cluster()
    service.write_config()
    database(service, progress)
    progress.step("schema and keys")
    service.ctl("db", "migrate")
    service.make_keys()
    sims = service.add_sims()
    service.add_programs()
    progress.step(f"processes: {', '.join(service.procs)}")
    service.start_all()
    progress.step("links")
    service.wait_links()
    if sims:
        receivers(service)
    return sims


def play(service, progress, names):
    progress.step("a sample conversation: five answers, a referral, its acceptance")
    sims = [service.sim(name) for name in names]
    try:
        person = sample.next_person(service.data)
        sample.Conversation(sims, person, sys.stdout).play()
    finally:
        for sim in sims:
            sim.close()


def tell(service, args, sims):
    more = "" if args.data == os.path.join(ROOT, "var") else f" --data {args.data}"
    if sims:
        print(f"text it: scripts/phone{more} +77010000001   "
              f"(a shelter's phone: scripts/phone{more} {sample.SHELTER})")
    if args.smpp:
        print(f"dial it: type *{args.smpp_number}# in scripts/phone{more} +77010000001")
    print(f"logs in {service.logs}, config {service.conf}; Ctrl-C ends it", flush=True)


def watch(service):
    """Stays; a process that ended is started again, as systemd would. The database, too, if it is ours."""
    kept = dict(service.procs)
    if service.has_own_cluster():
        kept = {"postgresql": service.cluster, **kept}
    pause = {}
    due = {}
    while True:
        now = time.monotonic()
        for name, proc in kept.items():
            if proc.is_alive():
                continue
            if name not in due:
                pause[name] = min(2 * pause.get(name, RESTART_MIN / 2), RESTART_MAX)
                due[name] = now + pause[name]
                print(f"{name} ended; started again in {pause[name]:.0f} s", flush=True)
            elif now >= due[name]:
                del due[name]
                try:
                    proc.start()
                except ClusterError as error:  # what is left of the old one may be in its way
                    print(f"{name}: {error}", flush=True)
        time.sleep(0.2)


def main(argv):
    args = arguments(argv)
    service = Service(args.data, os.environ.get("BUILD"), devices=args.modem, conf=args.conf,
                      smpp=args.link)
    progress = Progress(5)
    lock = None
    status = 0
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGHUP, on_signal)
    try:
        os.makedirs(service.data, exist_ok=True)
        lock = Lock(service.data)
        sims = start(service, progress)
        places = [row[2] for row in service.sim_rows() if row[0] in sims] or \
            service.conf_values("device") or service.conf_values("number")
        print("ready: texts are taken on " + ", ".join(places), flush=True)
        if sims:
            play(service, progress, sims)
        else:
            progress.step("a real network: the sample conversation is not played")
        if not args.once:
            tell(service, args, sims)
            watch(service)
        print("every expected line came" if sims else "done", flush=True)
    except Stop as stop:
        print(f"\n{stop}: ending", flush=True)
        status = 1 if args.once else 0
    except (ServiceError, ClusterError, SimError, sample.Missing, OSError) as error:
        print(f"scripts/run: {error}", file=sys.stderr, flush=True)
        status = 1
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if lock is not None:
            if not service.stop():
                print("a process had to be killed; see the logs", file=sys.stderr)
            lock.free()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
