# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: rules of docs/SAFETY.md that only the air shows.

No database.
"""
import pytest

from daemonlib import PERSON, SHELTER, long_lived, rows, send, shared  # noqa: F401

GENERAL = {0x00, 0x08}  # GSM-7 and UCS-2, no class: shown as any text, kept by the phone


@pytest.mark.parametrize("text", ["Tinchmi? 1 ha 2 yo'q", "Қазір тыныш па? 1 иә 2 жоқ", "Ы" * 140],
                         ids=["gsm7", "ucs2", "parts"])
@pytest.mark.parametrize("to", [PERSON, SHELTER], ids=["person", "receiver"])
def test_no_flash(shared, rows, text, to):
    """S1c: class 0 stands on the screen for whoever looks; it is never sent."""
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    send(worker, rows, text, to=to)
    assert worker.wait("result")["state"] == "accepted"
    assert {s["dcs"] for s in shared.sims[0].sent(last)} <= GENERAL
