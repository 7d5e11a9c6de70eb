# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that never outlive their parent, and folders that do not either.

It never ends a process that it did not start.
Called by cluster.py, service.py and tests/system.
"""
import ctypes
import os
import signal
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def dies_with_parent(sig=signal.SIGKILL):
    """For preexec_fn: the kernel sends `sig` when the parent is gone, however it went."""
    parent = os.getpid()

    def set_it():
        _libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return set_it


def start(argv, log=None, env=None, death=signal.SIGKILL, **kw):
    """A session of its own, so that Ctrl-C reaches only us; stdout and stderr to `log`."""
    out = open(log, "ab", buffering=0) if log else subprocess.DEVNULL
    try:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env,
            start_new_session=True, preexec_fn=dies_with_parent(death), **kw)
    finally:
        if log:
            out.close()


# reads names until the pipe ends with us; what still writes there ends with us too, a little later
REAPER = """
while IFS= read -r name; do set -- "$@" "$name"; done
for name; do [ ! -d "$name" ] || { sleep 1; break; }; done
rm -rf -- "$@"
for name; do [ ! -d "$name" ] || { sleep 3; rm -rf -- "$name"; }; done
"""
_reaper = []


def folder(prefix="shyraq."):
    """A new folder in /tmp that is removed when this process is gone, however it went."""
    if not _reaper:
        _reaper.append(subprocess.Popen(
            ["/bin/sh", "-c", REAPER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd="/", start_new_session=True))
    made = tempfile.mkdtemp(prefix=prefix, dir="/tmp")
    _reaper[0].stdin.write(made.encode() + b"\n")
    _reaper[0].stdin.flush()
    os.chmod(made, 0o711)
    return made


def end(proc, sig=signal.SIGTERM, wait=10.0):
    """Asks, waits, then kills. True when it ended by itself within the time."""
    if proc is None:
        return True
    if proc.poll() is None:
        proc.send_signal(sig)
    try:
        proc.wait(wait)
        return True
    except subprocess.TimeoutExpired:
        proc.kill()
        proc.wait(10)
        return False


def wait_for(what, seconds, every=0.02):
    """The first true value of what(), or the last false one when the time is over."""
    until = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() >= until:
            return got
        time.sleep(every)
