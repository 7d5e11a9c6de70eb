/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The throwaway cluster of a test, and the clock in a file that all its processes look at.
 * It moves no clock and keeps nothing. Included by tests/db, tests/talk and tests/simulate.
 */
#ifndef SHYRAQ_CLUSTER_H
#define SHYRAQ_CLUSTER_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "db.h"
#include "log.h"

/* A connection in the name of `user`, open; without one the test ends here. */
static struct db *
cluster_open(const char *who, const char *user, unsigned roles)
{
	const char *where = getenv("SHYRAQ_TEST_DB");
	char conninfo[512];
	struct db *db;

	if (where == NULL)
		fatalx("cluster.missing",
		    "run me by scripts/db-tests, talk-tests or simulate");
	snprintf(conninfo, sizeof(conninfo), "%s user=%s", where, user);
	db = db_new(conninfo, who, roles);
	if (db_open(db) != RC_OK)
		fatalx("cluster.closed", "user=%s cannot open it", user);
	return db;
}

/* The offset in SHYRAQ_CLOCK_FILE, little-endian milliseconds: who writes it moves the clock. */
__attribute__((unused)) static uint64_t *
cluster_clock(void)
{
	const char *path = getenv("SHYRAQ_CLOCK_FILE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *map = fd < 0
	    ? MAP_FAILED
	    : mmap(NULL, 2 * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		fatalx("cluster.clock", "SHYRAQ_CLOCK_FILE cannot be mapped");
	close(fd);
	return map;
}

#endif
