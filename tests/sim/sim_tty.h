/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The serial line: a pty whose slave stands behind a symlink, with a bounded way out.
 * Never reads a command; a host that is not there loses what is written to it.
 * Called by modem_sim.c (the loop), sim_at.c and sim_fault.c.
 */
#ifndef SHYRAQ_SIM_TTY_H
#define SHYRAQ_SIM_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

enum {
	TTY_OUT_MAX = 1 << 19
};

struct tty {
	const char *link; /* borrowed */
	int master;       /* -1: hung up */
	int slave;        /* ours: keeps the line alive while the host is away */
	int watch;        /* inotify: who opens and closes the slave */
	unsigned opens;
	unsigned bps;      /* bytes a second each way, 0: no limit */
	int64_t tokens_ms; /* when the allowances below were last raised */
	double may_write, may_read;
	size_t out_len;
	uint64_t lost; /* bytes: nobody there, or the way out full */
	char out[TTY_OUT_MAX];
};

/* Makes a pty and points the symlink at it; RC_BROKEN: logged. */
MUST_CHECK enum rc tty_open(struct tty *t);
/* Hangs up: the host's next write fails. The symlink goes too. */
void tty_close(struct tty *t);

void tty_put(struct tty *t, const char *s, size_t n);
/* Reads what the host wrote; 0: nothing now. */
size_t tty_read(struct tty *t, char *buf, size_t size, int64_t now_ms);
/* Writes what the line takes. */
void tty_run(struct tty *t, int64_t now_ms);
/* Counts who came and went. True when the last one went. */
bool tty_watch(struct tty *t);
/* poll() events of the master; the earliest moment to look again. */
short tty_events(const struct tty *t, int64_t now_ms);
int64_t tty_due_ms(const struct tty *t, int64_t now_ms);

#endif
