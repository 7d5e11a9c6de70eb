# SPDX-License-Identifier: GPL-3.0-or-later
"""What each program says of its machine's clock when it starts. The kernel's word is a test's here."""
import os
import shutil
import subprocess

import pytest

KERNEL = r"""
#include <string.h>
#include <sys/timex.h>
int adjtimex(struct timex *t)
{
    memset(t, 0, sizeof(*t));
    t->status = STATUS;
    return STATE;
}
"""
WARNING = "proc.clock_unsynced no NTP keeps this machine's clock"


def kernel(folder, name, status, state):
    """A library before libc that answers for the kernel."""
    source, made = folder / f"{name}.c", folder / f"{name}.so"
    source.write_text(KERNEL)
    subprocess.run([shutil.which("gcc"), "-shared", "-fPIC", f"-DSTATUS={status}", f"-DSTATE={state}",
                    "-o", str(made), str(source)], check=True, timeout=60)
    return str(made)


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ,
                    reason="a sanitizer wants to be the first library")
@pytest.mark.parametrize("name,status,state,warns", [
    ("synced", "STA_PLL", "TIME_OK", False),
    ("unsynced", "STA_UNSYNC", "TIME_OK", True),
    ("error", "STA_PLL", "TIME_ERROR", True),
])
def test_time_sync(make_site, tmp_path, name, status, state, warns):
    site = make_site(start=False)
    env = {"LD_PRELOAD": kernel(tmp_path, name, status, state)}
    for program in ("daemon", "worker1", "dispatch"):
        if program == "daemon":
            site.procs["m1"].start().wait_ready()
        log = site.procs[program].start(env).wait_ready().log_text()
        lines = [line for line in log.splitlines() if WARNING in line]
        assert len(lines) == warns, log
        assert all(line.startswith("<4>") for line in lines)    # a warning, and it goes on
        assert site.procs[program].is_alive()
