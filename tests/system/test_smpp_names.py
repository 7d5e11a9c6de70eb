# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP to hosts with a name: slow name servers, and hosts with several addresses.

A library before libc answers for the name server. No database, no modem.
"""
import os
import shutil
import socket
import subprocess
import time

import pytest

from rawsmsc import Smsc
from simlib import wait_for
from smpplib import Desk, make  # noqa: F401

pytestmark = pytest.mark.skipif("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ,
                                reason="a sanitizer wants to be the first library")
FIRST, SECOND = "127.0.0.1", "127.0.0.77"
# slow.example: no answer for a minute; two.example: both addresses, in this order
NAMES = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **found)
{
    look_up *real = (look_up *)dlsym(RTLD_NEXT, "getaddrinfo");
    struct addrinfo plain = *hints;
    int rc;

    if (hints->ai_flags & AI_NUMERICHOST)
        return real(node, service, hints, found);
    if (strcmp(node, "two.example") != 0) {
        sleep(60);
        return EAI_AGAIN;
    }
    plain.ai_flags = AI_NUMERICHOST;
    rc = real("127.0.0.1", service, &plain, found);
    return rc != 0 ? rc : real("127.0.0.77", service, &plain, &(*found)->ai_next);
}

static void *look(void *arg)
{
    struct gaicb *cb = arg;
    int rc = getaddrinfo(cb->ar_name, cb->ar_service, cb->ar_request, &cb->ar_result);

    __atomic_store_n(&cb->__return, rc, __ATOMIC_SEQ_CST);
    return NULL;
}

int getaddrinfo_a(int mode, struct gaicb *list[], int n, struct sigevent *sev)
{
    pthread_t thread;

    (void)n;
    (void)sev;
    list[0]->__return = EAI_INPROGRESS;
    if (mode == GAI_WAIT)
        look(list[0]);
    else if (pthread_create(&thread, NULL, look, list[0]) != 0)
        return EAI_SYSTEM;
    return 0;
}

int gai_error(struct gaicb *cb)
{
    return __atomic_load_n(&cb->__return, __ATOMIC_SEQ_CST);
}

int gai_cancel(struct gaicb *cb)
{
    return gai_error(cb) == EAI_INPROGRESS ? EAI_NOTCANCELED : EAI_ALLDONE;
}
"""


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    (folder / "names.c").write_text(NAMES)
    subprocess.run([shutil.which("gcc"), "-shared", "-fPIC", "-o", str(folder / "names.so"),
                    str(folder / "names.c")], check=True, timeout=60)
    return {"LD_PRELOAD": str(folder / "names.so")}


def pair(**second):
    """Two SMSCs on one port of two addresses; the first may be none."""
    for _ in range(20):
        good = Smsc(host=SECOND)
        try:
            return Smsc(port=good.port, **second), good
        except OSError:
            good.close()
    raise AssertionError("no port is free on both addresses")


def named(desk, host, link="op1"):
    conf = desk.dir / "conf"
    head, found, tail = conf.read_text().partition(f'"{link}"')
    conf.write_text(head + found + tail.replace('host = "127.0.0.1"', f'host = "{host}"', 1))


def test_a_slow_name_server_holds_up_nobody(names):
    """The other links read, answer and stop as if it were not there."""
    smsc = Smsc()
    desk = Desk([f"port = {smsc.port};"] * 2)
    named(desk, "slow.example", "op2")
    try:
        desk.start(**names)
        session = smsc.bound(seconds=10)
        worker = desk.worker()
        slowest = 0.0
        for i in range(15):
            begun = time.monotonic()
            n = session.deliver(f"+77010000{i:03}", "yordam")
            assert session.answered(n, 10) == 0
            slowest = max(slowest, time.monotonic() - begun)
            time.sleep(0.2)
        assert slowest < 2 and len(worker.all("sms")) == 15
        desk.wait_log("smpp.lost")
        assert 'link=op2' in desk.text() and "no connection in time" in desk.text()
        assert desk.stop(10) == 0
    finally:
        print(desk.text())
        desk.close()
        smsc.close()


def test_an_address_that_is_a_black_hole(make, names):  # noqa: F811
    """Nothing comes back from the first: the second has its share of bind_timeout."""
    hole, good = pair()
    hole.refuse()
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deaf.bind((FIRST, good.port))
    deaf.listen(0)
    full = [deaf]
    for _ in range(4):                          # its queue is full: what follows is dropped
        full.append(socket.socket())
        full[-1].setblocking(False)
        full[-1].connect_ex((FIRST, good.port))
    time.sleep(0.2)
    desk, _ = make('bind_timeout = "4 s";', smsc=good, start=False)
    named(desk, "two.example")
    try:
        desk.start(**names)
        good.bound(seconds=12)
        assert desk.count("smpp.lost") == 0     # in the same try
    finally:
        for sock in full:
            sock.close()


def test_an_address_that_binds_nobody(make, names):  # noqa: F811
    """It takes the connection and says nothing: the next try begins with the other, and stays with it."""
    mute, good = pair()
    mute.answer_binds = False
    desk, _ = make('bind_timeout = "1 s";', smsc=good, start=False)
    named(desk, "two.example")
    try:
        desk.start(**names)
        session = good.bound(seconds=10)
        assert len(mute.connects) == 1
        for _ in range(3):
            session.close()
            before = session
            session = wait_for("another bind", lambda: next(
                (s for s in good.sessions if s.bound and s.open and s is not before), None))
        assert len(mute.connects) == 1
    finally:
        mute.close()
