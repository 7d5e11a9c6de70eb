# SPDX-License-Identifier: GPL-3.0-or-later
"""Three talks of tests/talk over the full road with a modem: bus, worker, dispatch, outbox.

The journeys run over the operators' links as well (test_talks_links.py); all others without the road
(scripts/talk-tests). What a line means stands in tests/talk/README.md. Called by scripts/talk-tests.
"""
import pytest

from talklines import run_file
from talkroad import TALKS, Road

NAMES = ("road-journey1", "road-next-receiver", "road-stop")


class ModemRoad(Road):
    """Texts by way of a modem with a SIM; nothing is dialled."""

    def __init__(self, base):
        super().__init__(base, sims=1)

    def text(self, number, words, **more):
        self.site.remember(number, words)
        n = self.value("SELECT count(*) FROM inbox")
        self.net.text(number, words, **more)
        self.wait(lambda: self.value("SELECT count(*) FROM inbox") > n, "the commit of a text")

    def is_up(self):
        return self.net.order("status")["opened"]

    def is_idle(self):
        return self.net.order("status")["slots_used"] == 0


@pytest.fixture(scope="module")
def road(base):
    made = ModemRoad(base)
    try:
        yield made.up()
        made.site.assert_no_leaks()
    finally:
        made.close()


@pytest.mark.parametrize("name", NAMES)
def test_talk(road, name):
    run_file(road, TALKS / f"{name}.talk")
