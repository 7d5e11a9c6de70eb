# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/run and scripts/phone as people use them: two copies side by side, and nothing left."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from sitelib import FIRST, ROOT, child

RUN, PHONE = str(ROOT / "scripts" / "run"), str(ROOT / "scripts" / "phone")


class Run:
    def __init__(self, data, *args):
        self.data = data
        self.out = os.path.join(data, "out")
        with open(self.out, "wb") as f:
            self.proc = subprocess.Popen([RUN, "--data", data, *args], stdin=subprocess.DEVNULL,
                                         stdout=f, stderr=f, start_new_session=True,
                                         preexec_fn=child.dies_with_parent(signal.SIGTERM))

    def text(self):
        return pathlib.Path(self.out).read_text(encoding="utf-8")

    def wait_line(self, pattern, seconds):
        found = child.wait_for(lambda: re.search(pattern, self.text(), re.M) or
                               self.proc.poll() is not None, seconds, 0.1)
        assert found and re.search(pattern, self.text(), re.M), self.text()

    def end(self, sig, seconds=40):
        self.proc.send_signal(sig)
        return self.proc.wait(seconds)


def processes(data):
    """Command lines that name the folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if data.encode() in line and int(pid) != os.getpid():
            found.append(line.replace(b"\0", b" ").decode())
    return found


def left_behind(data):
    """Processes that name the folder, and sockets and locks in it."""
    found = processes(data)
    for path in pathlib.Path(data).rglob("*"):
        if path.is_socket() or path.name in ("lock", "postmaster.pid", "s", "sockets"):
            found.append(str(path))
    return found


@pytest.fixture
def folder(request):
    made = []

    def make():
        made.append(child.folder())
        return made[-1]
    yield make
    for path in made:
        shutil.rmtree(path, ignore_errors=True)


@pytest.mark.limit(300)
def test_two_copies_side_by_side(folder):
    once, stays = Run(folder(), "--once"), Run(folder())
    once.wait_line(r"^ready", 90)
    stays.wait_line(r"^ready", 90)

    phone = subprocess.run([PHONE, "--data", stays.data, "--wait", "20", "+77010000001"],
                           input=FIRST + "\n", capture_output=True, text=True, timeout=60,
                           check=False)
    assert phone.returncode == 0 and "tinchmi" in phone.stdout, phone.stdout + phone.stderr

    second = subprocess.run([RUN, "--data", stays.data], capture_output=True, text=True,
                            timeout=60, check=False)
    assert second.returncode == 1 and "another" in second.stderr

    assert once.proc.wait(200) == 0, once.text()
    assert re.search(r"│ \d\d:\d\d +▸ 1 \d{3} │", once.text()), once.text()
    assert stays.end(signal.SIGTERM) == 0, stays.text()
    time.sleep(0.5)
    assert left_behind(once.data) == [] and left_behind(stays.data) == []


@pytest.mark.limit(120)
def test_real_device_and_given_config(base, folder):
    """--modem drives a device that is there, --conf takes a config as it is."""
    from desk.service import Process
    from desk.sim import Sim
    data, away = folder(), folder()
    tty, ctl = os.path.join(away, "tty"), os.path.join(away, "ctl")
    sim = Process("sim", [os.path.join(base.build, "shyraq-modemsim"), "--tty", tty,
                          "--control", ctl], os.path.join(away, "log"), marker="sim.tty.ready")
    sim.start().wait_ready()
    conf = os.path.join(away, "given.conf")
    try:
        for args in (["--modem", tty + "=+77000000009"], ["--conf", conf]):
            run = Run(data, *args)
            run.wait_line(r"^ready", 90)
            with Sim(ctl).open() as handset:
                after = handset.order("status")["last_seq"]
                handset.text(f"+770100400{len(args[1]) % 90 + 10}", FIRST)
                assert child.wait_for(lambda: handset.sent(after), 30, 0.1), run.text()
            assert run.end(signal.SIGTERM) == 0, run.text()
            assert [x for x in left_behind(data)] == []
            shutil.copy(os.path.join(data, "shyraq.conf"), conf)
    finally:
        sim.stop()


@pytest.mark.long
@pytest.mark.limit(300)
def test_again_and_ctrl_c(folder):
    """The second start in one folder finds what the first one made."""
    data = folder()
    for _ in range(2):
        run = Run(data)
        run.wait_line(r"^text it:", 200)
        assert run.end(signal.SIGINT) == 0, run.text()
        assert left_behind(data) == []


@pytest.mark.long
@pytest.mark.limit(300)
def test_killed_run_leaves_no_process(folder):
    run = Run(folder())
    run.wait_line(r"^ready", 90)
    run.end(signal.SIGKILL)
    assert child.wait_for(lambda: not processes(run.data), 30, 0.1), processes(run.data)
    again = Run(run.data)
    again.wait_line(r"^ready", 90)
    assert again.end(signal.SIGTERM) == 0


def test_phone_without_service(folder):
    got = subprocess.run([PHONE, "--data", folder(), "+77010000001"], capture_output=True,
                         text=True, timeout=20, check=False)
    assert got.returncode == 1 and "scripts/run" in got.stderr


@pytest.mark.parametrize("args", [["--modem", "/nonexistent"], ["--conf", "/nonexistent"],
                                  ["--nosuch"]])
def test_bad_arguments(folder, args):
    got = subprocess.run([RUN, "--data", folder(), *args], capture_output=True, text=True,
                         timeout=60, check=False)
    assert got.returncode == 2 and got.stderr.strip()


@pytest.mark.limit(200)
def test_database_that_dies_is_started_again(folder):
    """The postmaster killed: said, started again, nothing of it stays; the service goes on."""
    run = Run(folder())
    run.wait_line(r"^logs in ", 150)
    pid = int(pathlib.Path(run.data, "pg", "postmaster.pid").read_text(encoding="utf-8").split()[0])
    os.kill(pid, signal.SIGKILL)
    run.wait_line(r"^postgresql ended; started again in 1 s", 20)
    assert child.wait_for(lambda: not os.path.exists(f"/proc/{pid}"), 20, 0.1)
    phone = subprocess.run([PHONE, "--data", run.data, "--wait", "40", "+77010000007"],
                           input=FIRST + "\n", capture_output=True, text=True, timeout=80,
                           check=False)
    assert phone.returncode == 0 and "tinchmi" in phone.stdout, run.text() + phone.stderr
    assert run.end(signal.SIGTERM) == 0, run.text()
    assert left_behind(run.data) == []
