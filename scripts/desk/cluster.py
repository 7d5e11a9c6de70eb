# SPDX-License-Identifier: GPL-3.0-or-later
"""A private PostgreSQL cluster in a folder, on a Unix socket only.

It never listens on TCP, never touches a server of the system, and never runs as root:
as root, the user postgres (or nobody) runs it.
Called by service.py and tests/system.
"""
import os
import pwd
import re
import shutil
import signal
import subprocess

from . import child

BINARIES = ("/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin",
            "/usr/lib/postgresql/17/bin")
PORT = "5432"  # names the socket's file; nothing listens on it


class ClusterError(Exception):
    pass


def binary(name):
    for folder in BINARIES:
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    path = shutil.which(name)
    if path is None:
        raise ClusterError(f"no {name}: the package postgresql-15 is missing")
    return path


def other_user():
    """The user that runs the cluster when we are root, else None."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ClusterError("neither a user postgres nor a user nobody to run the cluster")


class Cluster:
    def __init__(self, data, sockets, log, settings=()):
        self.data = data
        self.sockets = sockets
        self.log = log
        self.settings = list(settings)
        self.proc = None
        self.user = other_user()
        self.reach = []

    # as whom

    def _as_user(self, argv, death="clear"):
        if self.user is None:
            return argv
        return (["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}",
                 "--clear-groups", f"--pdeathsig={death}"] + self.reach + ["--"] + argv)

    def _can_reach(self, path):
        got = subprocess.run(self._as_user(["stat", os.path.join(path, ".")]), capture_output=True,
                             check=False, cwd="/")
        return got.returncode == 0

    def _find_reach(self, path):
        """A folder below a closed one (a checkout in /root): the right to pass, or an error."""
        for caps in ("", "+dac_read_search", "+dac_override"):
            self.reach = [f"--inh-caps={caps}", f"--ambient-caps={caps}"] if caps else []
            if self._can_reach(path):
                return
        raise ClusterError(f"the user {self.user.pw_name} cannot reach {path}: "
                           "give another folder with --data")

    def _own(self, path):
        os.makedirs(path, mode=0o700, exist_ok=True)
        os.chmod(path, 0o700)
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def prepare(self):
        self._own(self.data)
        self._own(self.sockets)
        if self.user is not None:
            self._find_reach(self.data)
            self._can_reach(self.sockets) or self._find_reach(self.sockets)

    # life

    def exists(self):
        return os.path.exists(os.path.join(self.data, "PG_VERSION"))

    def init(self):
        """initdb, once; half-made files of an earlier try are removed."""
        self.prepare()
        if self.exists() and os.path.exists(os.path.join(self.data, "made")):
            return False
        for name in os.listdir(self.data):
            path = os.path.join(self.data, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        got = subprocess.run(
            self._as_user([binary("initdb"), "-D", self.data, "-U", "postgres", "-E", "UTF8",
                           "--locale=C.UTF-8", "--auth=trust", "--no-instructions",
                           "--no-sync"]),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/")
        if got.returncode != 0:
            raise ClusterError("initdb failed: " + got.stderr.strip().splitlines()[-1])
        with open(os.path.join(self.data, "made"), "w", encoding="utf-8") as f:
            f.write("initdb ended well\n")
        return True

    def start(self, wait=60.0):
        self.prepare()
        argv = [binary("postgres"), "-D", self.data, "-k", self.sockets,
                "-c", "listen_addresses=", "-c", f"port={PORT}",
                "-c", "unix_socket_permissions=0700", "-c", "max_connections=60",
                "-c", "log_statement=none", "-c", "log_min_error_statement=panic",
                "-c", "log_parameter_max_length=0", "-c", "log_parameter_max_length_on_error=0",
                "-c", "log_error_verbosity=terse"]
        for setting in self.settings:
            argv += ["-c", setting]
        self.proc = child.start(self._as_user(argv, death="INT"), log=self.log,
                                death=signal.SIGINT, cwd="/")
        if not child.wait_for(lambda: self.proc.poll() is not None or self.answers(), wait, 0.05) \
                or self.proc.poll() is not None:
            self.stop()
            raise ClusterError(f"PostgreSQL did not start; see {self.log}")

    def is_alive(self):
        """What ended is taken note of, so that nothing of it stays."""
        return self.proc is not None and self.proc.poll() is None

    def answers(self):
        got = subprocess.run([binary("psql"), "-X", "-q", "-h", self.sockets, "-p", PORT,
                              "-U", "postgres", "-d", "postgres", "-c", "SELECT 1"],
                             stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return got.returncode == 0

    def stop(self, fast=True):
        """Fast: sessions are ended, a checkpoint written. Not fast: as if it had crashed."""
        if self.proc is not None:
            child.end(self.proc, signal.SIGINT if fast else signal.SIGQUIT, 30)
            self.proc = None

    def kill(self):
        """The postmaster alone, by SIGKILL; its children notice and leave."""
        self.proc.kill()
        self.proc.wait(10)
        self.proc = None

    def psql(self, sql=None, file=None, db="postgres", user="postgres"):
        argv = [binary("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                "-h", self.sockets, "-p", PORT, "-U", user, "-d", db]
        argv += ["-f", file] if file else ["-c", sql]
        got = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             check=False)
        if got.returncode != 0:
            raise ClusterError("psql: " + got.stderr.strip())
        return got.stdout.strip()

    def conninfo(self, user, db="shyraq"):
        return f"host={self.sockets} port={PORT} dbname={db} user={user}"


def is_plain(path):
    """Paths that need no quoting in conninfo, libconfig and postgresql's own lists."""
    return re.fullmatch(r"[A-Za-z0-9/._-]+", path) is not None
