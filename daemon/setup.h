/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the config says to a daemon: its own section and the modems that are its.
 * It never keeps a secret: files are named here, and read by who needs them. Used by shyraqd.c.
 */
#ifndef SHYRAQ_SETUP_H
#define SHYRAQ_SETUP_H

#include "conf.h"
#include "http_ussd.h"
#include "links.h"
#include "modem.h"
#include "selftest.h"
#include "smpp.h"

struct daemon_conf {
	char *name, *worker_endpoint, *dispatch_endpoint, *log_key_file, *cert_file,
	    *worker_certs, *dispatch_certs, *state_dir;
	int64_t texts_max, rows_max, stop_wait_ms, clock_hold_ms;
};

struct setup {
	struct daemon_conf daemon;
	struct modem_conf modem[LINKS_MAX];
	size_t modem_n;
	struct smpp_conf smpp[LINKS_MAX];
	size_t smpp_n;
	struct http_ussd_conf http[HTTP_USSD_MAX];
	size_t http_n;
	struct selftest_conf selftest[SELFTESTS_MAX];
	size_t selftest_n;
};

/* Ends the process with a log line when something is wrong. `section` NULL: "daemon". */
void setup_read(struct setup *s, const char *path, const char *section);
void setup_clear(struct setup *s);
/* setup.c's alone: the aggregators. */
void setup_read_http(struct setup *s, struct conf *c);
void setup_clear_http(struct setup *s);
/* Also its alone: self-tests; every link of the config is told between their reading and their check. */
void setup_read_selftests(struct setup *s, struct conf *c);
void setup_meet_link(struct setup *s, const char *name, const char *number);
void setup_check_selftests(const struct setup *s);
void setup_clear_selftests(struct setup *s);

#endif
