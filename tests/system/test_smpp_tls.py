# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP with TLS: by which name the SMSC proves itself, and how we prove ourselves to it.

No database, no modem.
"""
import ssl
import time

import pytest

from rawsmsc import Smsc
from smpplib import make  # noqa: F401
from test_smpp_session import certificate


def server(folder, alt, client=None):
    """An SMSC with a certificate for that name; which names it was asked for. `client`: whom it wants."""
    key, cert = certificate(folder, "smsc", alt)
    context, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(cert, key)
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    if client is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client)
    return Smsc(tls=context), cert, asked


def start(make, smsc, cert, more="", host="127.0.0.1"):  # noqa: F811
    desk, _ = make(f'tls = true; tls_ca = "{cert}"; {more}', smsc=smsc, start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace('host = "127.0.0.1"', f'host = "{host}"'))
    return desk.start()


def is_not_spoken_to(desk, smsc):
    desk.wait_log("smpp.lost")
    time.sleep(0.5)
    return smsc.heard == []                     # not even the password


@pytest.mark.parametrize("host, name, alt, good", [
    ("localhost", "", "DNS:localhost", True),
    ("localhost", "", "DNS:smsc.example", False),
    ("localhost", "", "IP:127.0.0.1", False),
    ("127.0.0.1", "smsc.example", "DNS:smsc.example", True),
    ("127.0.0.1", "smsc.example", "DNS:other.example", False),
    ("127.0.0.1", "smsc.example", "IP:127.0.0.1", False),
    ("localhost", "smsc.example", "DNS:localhost", False),
    ("127.0.0.1", "a.smsc.example", "DNS:*.smsc.example", True),
    ("127.0.0.1", "ab.smsc.example", "DNS:a*.smsc.example", False)])
def test_the_name_that_is_proved(make, tmp_path, host, name, alt, good):  # noqa: F811
    smsc, cert, asked = server(tmp_path, alt)
    desk = start(make, smsc, cert, f'tls_name = "{name}";' if name else "", host)
    if good:
        smsc.bound()
    else:
        assert is_not_spoken_to(desk, smsc) and "mismatch" in desk.text()
    assert set(asked) == {name or host}         # the SMSC may have several certificates


def test_our_certificate(make, tmp_path):  # noqa: F811
    key, cert = certificate(tmp_path, "esme", "DNS:esme.example")
    smsc, ca, _ = server(tmp_path, "IP:127.0.0.1", client=cert)
    start(make, smsc, ca, f'tls_cert = "{cert}"; tls_key = "{key}";')
    session = smsc.bound()
    assert session.sock.getpeercert()["subjectAltName"] == (("DNS", "esme.example"),)


@pytest.mark.parametrize("which", ["none", "another"])
def test_an_smsc_that_wants_our_certificate(make, tmp_path, which):  # noqa: F811
    _, wanted = certificate(tmp_path, "esme", "DNS:esme.example")
    key, cert = certificate(tmp_path, "another", "DNS:esme.example")
    smsc, ca, _ = server(tmp_path, "IP:127.0.0.1", client=wanted)
    desk = start(make, smsc, ca,
                 "" if which == "none" else f'tls_cert = "{cert}"; tls_key = "{key}";')
    assert is_not_spoken_to(desk, smsc)


@pytest.mark.parametrize("wrong, says", [
    ("cert", "tls_cert cannot be read"), ("key", "tls_key cannot be read, or is another's"),
    ("pair", "tls_key cannot be read, or is another's"), ("ca", "tls_ca cannot be read")])
def test_files_that_are_wrong(make, tmp_path, wrong, says):  # noqa: F811
    key, cert = certificate(tmp_path, "esme", "DNS:esme.example")
    other, _ = certificate(tmp_path, "another", "DNS:esme.example")
    smsc, ca, _ = server(tmp_path, "IP:127.0.0.1")
    gone = tmp_path / "gone"
    desk = start(make, smsc, gone if wrong == "ca" else ca,
                 f'tls_cert = "{gone if wrong == "cert" else cert}";'
                 f' tls_key = "{gone if wrong == "key" else other if wrong == "pair" else key}";')
    assert is_not_spoken_to(desk, smsc) and says in desk.text()
