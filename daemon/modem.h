/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A link over a GSM modem on a serial device: the loop side.
 * It never calls libgammu: its thread does. Made by shyraqd.c from the config.
 */
#ifndef SHYRAQ_MODEM_H
#define SHYRAQ_MODEM_H

#include "link.h"
#include "loop.h"
#include "ussd_conf.h"

/* One group of `modems` in the config; shyraqd.c has the table. */
struct modem_conf {
	char *name, *daemon, *device, *pin_file, *number, *imsi, *prefixes, *countries,
	    *beside;
	int64_t cost;
	int64_t poll_ms, submit_ms, ask_ms, read_ms, send_ms, open_ms, parts_per_minute;
	bool receipts;
	struct ussd_conf ussd; /* for ussd.c; nothing to the modem */
};

/* `conf` and `state_dir` are borrowed for the link's life; `host` too. RC_REFUSED, logged: a value is wrong. */
MUST_CHECK enum rc modem_new(struct loop *loop, const struct modem_conf *conf,
    const char *state_dir, const struct link_host *host, struct link **out);

#endif
