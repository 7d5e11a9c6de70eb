# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and ending processes that never outlive their parent.

It never ends a process that it did not start.
Called by cluster.py, service.py and tests/system.
"""
import ctypes
import os
import signal
import subprocess
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
