# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster for one run of the tests, with a database ready to be copied.

It never keeps anything: its folder goes when it ends, and it ends when its parent does.
Called by db_tests.py and tests/system/sitelib.py.
"""
import os
import shutil
import subprocess

from . import child
from .cluster import Cluster
from .service import ROOT, Service

# a test's machine does not lose power: a crash of any process is still survived
FAST = ("fsync=off", "full_page_writes=off", "autovacuum_naptime=5s", "shared_buffers=32MB",
        "dynamic_shared_memory_type=mmap")
TEMPLATE = "shyraq"


class Throwaway:
    def __init__(self, build=None):
        self.folder = child.folder()
        self.build = build or os.environ.get("BUILD", os.path.join(ROOT, "build"))
        self.made = 0
        self.service = Service(self.folder, self.build, variant="test")
        self.service.make_folders()
        self.cluster = self.service.make_cluster(FAST)
        self.seed = os.path.join(self.folder, "seed")
        self.keys = self.service.keys

    def start(self):
        """The cluster with roles, schema, movable clock and keys; then a copy of its files."""
        self.cluster.init()
        self.cluster.start()
        self.service.make_database()
        self.service.write_config()
        self.service.ctl("db", "migrate")
        self.service.ctl("db", "test-clock")
        self.service.make_keys()
        self.cluster.stop()
        subprocess.run(["cp", "-a", self.cluster.data, self.seed], check=True)
        self.cluster.start()
        return self

    def database(self):
        """The name of a new database, made from the template."""
        self.made += 1
        name = f"site{self.made}"
        self.cluster.psql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER shyraq_owner")
        return name

    def drop(self, name):
        self.cluster.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def own_cluster(self, service):
        """A cluster of its own for one service, from the copied files; not started."""
        data = os.path.join(service.data, "pg")
        subprocess.run(["cp", "-a", self.seed, data], check=True)
        return Cluster(data, service.socket("pg"), os.path.join(service.logs, "postgresql.log"),
                       FAST)

    def close(self):
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
