/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plain AT exchange on the modem's tty, for the few things that libgammu's calls cannot do:
 * read and delete a slot that it cannot decode, the PIN, refuse a call. Never while libgammu waits
 * for an answer. Called by modem_gammu*.c, in the modem's thread.
 */
#ifndef SHYRAQ_MODEM_AT_H
#define SHYRAQ_MODEM_AT_H

#include <stdbool.h>

#include "base.h"

#define AT_LINES_MAX 8
#define AT_LINE_MAX 1024

struct at_answer {
	bool ok;    /* "OK"; false: some error of the modem */
	bool told;  /* an unsolicited line stood between: look at the slots */
	unsigned n; /* lines between the command's echo and the end */
	char line[AT_LINES_MAX][AT_LINE_MAX];
};

/* Opens a second descriptor of the tty, raw, not blocking; -1: errno says why. */
int at_open(const char *device);
/* The device hung up. */
bool at_gone(int fd);

/*
 * Asks for a sign of life, once; at most `ms`, and a second. RC_OK: a modem answers, and nothing of an
 * older command is left on the line. RC_AGAIN: not yet; one that stood at a prompt for a text left it.
 */
MUST_CHECK enum rc at_knock(int fd, int ms, struct at_answer *a);

/* Waits for something to read. */
bool at_wait(int fd, int ms);

/* Sends `command` (without its CR). RC_BROKEN: no whole answer within `ms`; the line is out of step. */
MUST_CHECK enum rc at_ask(int fd, const char *command, int ms, struct at_answer *a);
/* The rest of the first line that begins with `head`, or NULL. */
const char *at_line(const struct at_answer *a, const char *head);

#endif
