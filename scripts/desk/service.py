# SPDX-License-Identifier: GPL-3.0-or-later
"""One running Shyraq in a folder: cluster, config, keys, simulated networks, processes.

It uses no TCP port but loopback's for a simulated SMSC, and leaves no process, socket or lock.
Called by run.py and tests/system/sitelib.py.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from . import child
from .cluster import Cluster, is_plain
from .sim import Sim, SimError
from .smpp import NAME as SMSC

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONF = os.path.join(ROOT, "conf")
SOCKET_PATH_MAX = 60  # of the folder: a socket's whole path has room for about 100
NUMBERS = tuple(f"+770000000{n:02d}" for n in range(1, 33))
KEYHOLDER = "desk"  # the sample's case worker


class ServiceError(Exception):
    pass


def is_network(name):
    """Whether a process of that name is a simulated modem or SMSC."""
    return name.startswith("m") or name == SMSC


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Process:
    """One program of ours: its command, its log, and how to know that it is ready."""

    def __init__(self, name, argv, log, env=None, marker="proc.ready"):
        self.name = name
        self.argv = argv
        self.log = log
        self.env = env
        self.marker = marker
        self.proc = None
        self.last_env = None
        self.log_from = 0

    def start(self, env=None):
        self.last_env = env
        self.log_from = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        self.proc = child.start(self.argv, log=self.log,
                                env={**os.environ, **(self.env or {}), **(env or {})})
        return self

    def log_text(self):
        """What it logged since its last start."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                f.seek(self.log_from)
                return f.read()
        except FileNotFoundError:
            return ""

    def is_alive(self):
        return self.proc is not None and self.proc.poll() is None

    def wait_ready(self, seconds=20.0):
        child.wait_for(lambda: self.marker in self.log_text() or not self.is_alive(), seconds)
        if self.marker not in self.log_text():
            last = self.log_text().strip().splitlines()[-3:]
            raise ServiceError(f"{self.name} did not get ready: " + (" / ".join(last) or "no log"))
        return self

    def stop(self, wait=10.0):
        if self.proc is None:
            return True
        ended = child.end(self.proc, signal.SIGTERM, wait)
        self.proc = None
        return ended

    def kill(self):
        if self.proc is not None:
            self.proc.kill()
            self.proc.wait(10)
            self.proc = None


class Service:
    def __init__(self, data, build=None, variant="", sims=2, devices=(), conf=None, workers=1,
                 smpp=None):
        self.data = os.path.abspath(data)
        self.bin = os.path.join(build or os.path.join(ROOT, "build"), variant)
        self.devices = list(devices)
        self.smpp = smpp
        self.sim_count = 0 if self.devices or smpp else sims
        self.workers = workers
        self.given_conf = conf
        self.conf = conf or os.path.join(self.data, "shyraq.conf")
        self.keys = os.path.join(self.data, "keys")
        self.logs = os.path.join(self.data, "log")
        self.env = {}
        self.sockets = None
        self.cluster = None
        self.procs = {}

    # folders and config

    def make_folders(self):
        for folder in (self.data, self.keys, self.logs, os.path.join(self.data, "state")):
            os.makedirs(folder, mode=0o711 if folder == self.data else 0o700, exist_ok=True)
        self.sockets = self._socket_folder()

    def _socket_folder(self):
        """In DATA when its path is short and plain, else a short one whose name DATA keeps."""
        own = os.path.join(self.data, "s")
        if len(own) <= SOCKET_PATH_MAX and is_plain(own):
            os.makedirs(own, exist_ok=True)
            os.chmod(own, 0o711)
            return own
        note = os.path.join(self.data, "sockets")
        if os.path.exists(note):
            with open(note, encoding="utf-8") as f:
                known = f.read().strip()
            if os.path.isdir(known) and os.stat(known).st_uid == os.geteuid():
                return known
        made = tempfile.mkdtemp(prefix="shyraq.", dir="/tmp")
        os.chmod(made, 0o711)
        with open(note, "w", encoding="utf-8") as f:
            f.write(made + "\n")
        return made

    def socket(self, name):
        return os.path.join(self.sockets, name)

    def make_cluster(self, settings=()):
        self.cluster = Cluster(os.path.join(self.data, "pg"), self.socket("pg"),
                               os.path.join(self.logs, "postgresql.log"), settings)
        return self.cluster

    def conninfo(self, user):
        return self.cluster.conninfo(user)

    def modem_rows(self):
        rows = []
        for i in range(self.sim_count):
            rows.append((f"m{i + 1}", self.socket(f"m{i + 1}.tty"), NUMBERS[i]))
        for i, device in enumerate(self.devices):
            path, _, number = device.partition("=")
            rows.append((f"m{i + 1}", os.path.abspath(path),
                         number or NUMBERS[i % len(NUMBERS)]))
        return rows

    def config_text(self, worker="worker1", modem_more="", daemon_more="", worker_more="",
                    dispatch_more="", rules=""):
        daemon = f"""\
    name = "site1";
    worker_endpoint = {quoted("ipc://" + self.socket("w.sock"))};
    dispatch_endpoint = {quoted("ipc://" + self.socket("c.sock"))};
    log_key_file = {quoted(os.path.join(self.keys, "log.key"))};
    state_dir = {quoted(os.path.join(self.data, "state"))};
    {daemon_more}"""
        modems = ",\n".join(
            f'\t{{ name = "{name}"; device = {quoted(device)}; number = "{number}"; '
            f'{modem_more} }}' for name, device, number in self.modem_rows())
        daemons = (f'\t{{ worker = {quoted("ipc://" + self.socket("w.sock"))};\n'
                   f'\t  dispatch = {quoted("ipc://" + self.socket("c.sock"))}; }}')
        shared = (f'\tkeys_dir = {quoted(self.keys)};\n'
                  f'\tlog_key_file = {quoted(os.path.join(self.keys, "log.key"))};\n'
                  f'\tconf_dir = {quoted(CONF)};\n')
        parts = ["# Written at each start: to change it, copy it and give the copy with --conf.",
                 f"daemon: {{\n{daemon}\n}};",
                 f"modems = (\n{modems}\n);",
                 f"daemons = (\n{daemons}\n);"]
        if self.smpp is not None:
            parts.append(self.smpp.config_text(os.path.join(self.data, "state")))
        parts.append(f'worker: {{\n\tname = "{worker}";\n'
                     f'\tdatabase = {quoted(self.conninfo("shyraq_worker"))};\n'
                     f'{shared}\t{worker_more}\n}};')
        parts.append(f'rules: {{ {rules} }};')
        parts.append('dispatch: {\n\tname = "dispatch1";\n'
                     f'\tdatabase = {quoted(self.conninfo("shyraq_dispatch"))};\n'
                     f'{shared}\t{dispatch_more}\n}};')
        parts.append(f'ctl: {{\n\tdatabase = {quoted(self.conninfo("shyraq_owner"))};\n'
                     f'\tkeys_dir = {quoted(self.keys)};\n'
                     f'\tsql_dir = {quoted(os.path.join(ROOT, "sql"))};\n'
                     f'\tconf_dir = {quoted(CONF)};\n}};')
        return "\n".join(parts) + "\n"

    def write_config(self, **more):
        if self.given_conf is None:
            for i in range(self.workers):
                with open(self.worker_conf(i), "w", encoding="utf-8") as f:
                    f.write(self.config_text(f"worker{i + 1}", **more))

    def worker_conf(self, i):
        """The config of all; a second worker differs by its name alone."""
        return self.conf if i == 0 else f"{self.conf}.worker{i + 1}"

    def conf_values(self, name):
        with open(self.conf, encoding="utf-8") as f:
            text = re.sub(r"(?m)^\s*(#|//).*$", "", f.read())
        return re.findall(rf'\b{name}\s*=\s*"([^"]*)"', text)

    def has_own_cluster(self):
        """Whether the config speaks of our private cluster, or of a server somewhere else."""
        return any(f"host={self.socket('pg')}" in value for value in self.conf_values("database"))

    # schema and keys

    def ctl(self, *args, check=True, text=None):
        got = subprocess.run([os.path.join(self.bin, "shyraqctl"), "-c", self.conf, *args],
                             input=text or "", capture_output=True, text=True, check=False,
                             env={**os.environ, **self.env})
        if check and got.returncode != 0:
            raise ServiceError(f"shyraqctl {' '.join(args[:2])}: " +
                               (got.stderr.strip() or got.stdout.strip()))
        return got.stdout if check else got

    def ctl_json(self, *args):
        return json.loads(self.ctl(*args, "--json"))

    def make_database(self):
        """Roles and an empty database; the schema is shyraqctl's."""
        self.cluster.psql(file=os.path.join(ROOT, "sql", "roles.sql"))
        if self.cluster.psql("SELECT 1 FROM pg_database WHERE datname = 'shyraq'") != "1":
            self.cluster.psql("CREATE DATABASE shyraq OWNER shyraq_owner")

    def make_keys(self):
        """Once. A try of ours that was cut short is begun again, nothing was sealed with it; a
        folder that a given config names is touched only while it is empty."""
        folder = self.keys
        if self.given_conf is not None:
            folder = (self.conf_values("keys_dir") or [self.keys])[0]
        whole = os.path.join(folder, KEYHOLDER + ".pub")
        if not os.path.exists(whole):
            if self.given_conf is not None and os.path.isdir(folder) and os.listdir(folder):
                return
            for name in os.listdir(folder) if os.path.isdir(folder) else ():
                os.remove(os.path.join(folder, name))
            self.ctl("keys", "init", "--keyholder", KEYHOLDER)
        if KEYHOLDER not in (h["name"] for h in self.ctl_json("keys", "status")["holders"]):
            self.ctl("keyholder", "add", "--name", KEYHOLDER, "--public", whole)

    # processes

    def add(self, name, argv, **kw):
        proc = Process(name, argv, os.path.join(self.logs, name + ".log"), env=self.env, **kw)
        self.procs[name] = proc
        return proc

    def program(self, name):
        return os.path.join(self.bin, name)

    def sim_rows(self):
        """(name, device, number) of what is simulated."""
        if self.smpp is not None and self.smpp.simulated:
            return [(SMSC, None, self.smpp.number)]
        return [row for row in self.modem_rows() if row[1].startswith(self.sockets + "/")]

    def add_sims(self, more=()):
        """Those modems of the config whose device lies in our socket folder are simulated; or
        the SMSC is."""
        if self.smpp is not None and self.smpp.simulated:
            self.add(SMSC, self.smpp.simulator_argv(self.program("shyraq-smscsim"),
                                                    self.socket(SMSC + ".ctl")) + list(more),
                     marker="smscsim.listening")
            return [SMSC]
        devices = self.conf_values("device")
        rows = [row for row in self.sim_rows() if row[1] in devices]
        for i, (name, device, number) in enumerate(rows):
            self.add(name, [self.program("shyraq-modemsim"), "--tty", device,
                            "--control", self.socket(name + ".ctl"), "--number", number,
                            "--imsi", f"40177000000{i + 1:04d}",
                            "--state", os.path.join(self.data, "state", name + ".sim"), *more],
                     marker="sim.tty.ready")
        return [row[0] for row in rows]

    def sim(self, name="m1"):
        return Sim(self.socket(name + ".ctl"))

    def add_programs(self):
        self.add("daemon", [self.program("shyraqd"), "-c", self.conf])
        for i in range(self.workers):
            self.add(f"worker{i + 1}", [self.program("shyraq-worker"), "-c",
                                        self.worker_conf(i)])
        self.add("dispatch", [self.program("shyraq-dispatch"), "-c", self.conf])

    def start_all(self):
        for proc in self.procs.values():
            if not proc.is_alive():
                proc.start()
        for proc in self.procs.values():
            proc.wait_ready()

    def wait_links(self, seconds=30.0):
        """Until every simulated modem has been initialised for incoming texts, or the SMSC has
        us bound."""
        names = [name for name in self.procs if is_network(name)]
        for name in names:
            if not child.wait_for(lambda n=name: self.link_is_up(n), seconds, 0.1):
                raise ServiceError(f"link {name} was not opened; see {self.logs}/daemon.log")

    def link_is_up(self, name):
        sim = self.sim(name)
        try:
            state = sim.order("status")
        except SimError:
            return False
        finally:
            sim.close()
        if name == SMSC:
            return state["binds"] != []
        return state["opened"] and state["cnmi"][1] != 0

    def stop(self):
        """The daemon first: it waits for verdicts on what it still has. Then who gives them, then
        networks, then the database. True when all ended by themselves."""
        fine = True
        names = list(self.procs)
        ours = [n for n in names if not is_network(n)]
        for name in sorted(ours, key=lambda n: n != "daemon") + \
                [n for n in names if is_network(n)]:
            fine = self.procs[name].stop() and fine
        if self.cluster is not None:
            self.cluster.stop()
        self.remove_sockets()
        return fine

    def remove_sockets(self):
        if self.sockets is None or not os.path.isdir(self.sockets):
            return
        shutil.rmtree(self.sockets, ignore_errors=True)
        note = os.path.join(self.data, "sockets")
        if os.path.exists(note):
            os.remove(note)
