# SPDX-License-Identifier: GPL-3.0-or-later
"""A link over SMPP in place of modems: to a simulated SMSC, or to somebody else's.

It never keeps the password in the config: that names a file.
Called by service.py and run.py.
"""
import os
import re
import socket

NAME = "smsc"  # of the simulated one: its process, its control socket
NUMBER = "8500"


class Smpp:
    """One link: where, as whom, and for which short code."""

    def __init__(self, host, port, system_id, password, number=NUMBER, simulated=False):
        self.host = host
        self.port = port
        self.system_id = system_id
        self.password = password
        self.number = number
        self.simulated = simulated

    @classmethod
    def simulator(cls, number=NUMBER):
        """On loopback, at a port that is free now."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        return cls("127.0.0.1", port, "shyraq", "secret", number, simulated=True)

    @classmethod
    def parse(cls, words, number=NUMBER):
        """HOST:PORT,SYSTEM_ID,PASSWORD; ValueError for anything else."""
        found = re.fullmatch(r"\[?([^\]]+)\]?:(\d+),([^,]{1,15}),(.{0,8})", words)
        if not found or not 0 < int(found[2]) < 65536:
            raise ValueError("HOST:PORT,SYSTEM_ID,PASSWORD (to 15 and 8 characters)")
        return cls(found[1], int(found[2]), found[3], found[4], number)

    def config_text(self, folder):
        """The list `links`; the password goes to a file in the folder."""
        path = os.path.join(folder, "smpp.password")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as f:
            f.write(self.password + "\n")
        words = {"name": "s1", "type": "smpp", "number": self.number, "host": self.host,
                 "system_id": self.system_id, "password_file": path}
        rows = "".join('{} = "{}"; '.format(k, v.replace("\\", "\\\\").replace('"', '\\"'))
                       for k, v in words.items())
        return f"links = (\n\t{{ {rows}port = {self.port}; }}\n);"

    def simulator_argv(self, program, control):
        """The command of the simulator that this link binds to."""
        return [program, "--port", str(self.port), "--control", control, "--account",
                f"{self.system_id}:{self.password}:{self.number}"]
