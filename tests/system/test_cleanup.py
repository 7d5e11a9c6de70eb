# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests start and write is gone when they are, also when they are killed.

It never looks at folders but its own. Called by pytest.
"""
import pathlib
import signal
import subprocess
import sys

import pytest

from sitelib import ROOT, child

INNER = """
import sys, time
from desk import child
one, two = child.folder("shyraq-kill."), child.folder("shyraq-kill.")
open(one + "/key", "w").close()
child.start(["/bin/sleep", "300"])
print(one, two, flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGKILL])
def test_folders_of_a_killed_run(sig):
    run = subprocess.Popen([sys.executable, "-c", INNER], stdout=subprocess.PIPE, text=True,
                           env={"PYTHONPATH": str(ROOT / "scripts")})
    try:
        folders = [pathlib.Path(name) for name in run.stdout.readline().split()]
        assert len(folders) == 2 and all(f.is_dir() for f in folders)
    finally:
        run.send_signal(sig)
        run.stdout.close()
        run.wait()
    assert child.wait_for(lambda: not any(f.exists() for f in folders), 8), folders
