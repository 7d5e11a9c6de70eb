# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the system tests: one throwaway cluster a run, one site a test, a time limit a test.

It never starts anything that a test did not ask for.
"""
import signal

import pytest

from sitelib import Site, SiteError, throwaway

LIMIT = 150  # seconds a test; @pytest.mark.limit(n) for another


def pytest_configure(config):
    config.addinivalue_line("markers", "long: not in scripts/test")
    config.addinivalue_line("markers", "limit(seconds): how long this test may take")


@pytest.fixture(autouse=True)
def time_limit(request):
    mark = request.node.get_closest_marker("limit")
    seconds = mark.args[0] if mark else LIMIT

    def over(_number, _frame):
        raise SiteError(f"the test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def base():
    made = throwaway.Throwaway()
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def make_site(base, request):
    """make_site(**options) gives a site that runs; the last leak check and the end are ours."""
    sites = []

    def make(start=True, **options):
        site = Site(base, **options)
        sites.append(site)
        try:
            return site.up() if start else site.make()
        except Exception:
            print(site.tail())
            raise

    yield make
    try:
        for site in sites:
            site.assert_no_leaks()
            site.assert_no_reports()
    finally:
        for site in sites:
            if hasattr(request.node, "failed_call"):
                print(site.tail(25))
            site.close()


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        item.failed_call = True
