/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What worker and dispatch read at birth: their section, the rules, the daemons, keys, flows, policies.
 * Any fault ends the process with a line that says where. Called by both mains.
 */
#ifndef SHYRAQ_SETUP_H
#define SHYRAQ_SETUP_H

#include "conf.h"
#include "turn.h"

#define SETUP_DAEMONS 32

struct setup_daemon {
	char *worker; /* endpoints, as the daemon binds them */
	char *dispatch;
	char *cert_file; /* "" on ipc */
	char *daemon_cert_file;
};

struct setup {
	char *name;
	char *database;
	char *keys_dir;
	char *conf_dir;
	char *log_key_file;
	char *maintenance; /* dispatch: the owner's connection, "" none */
	int64_t retention_ms;
	int64_t batch;
	struct turn_limits limits;
	struct setup_daemon daemon[SETUP_DAEMONS];
	size_t daemons;
	struct keys keys;
	struct flowset flows;
	struct policy *policy;
};

/* `intake`: this process opens what consoles sealed. Fatal on any error. */
void setup_read(struct setup *s, const char *file, const char *section, bool intake);
/* SIGHUP: flows, words, places, texts and policies anew; what is broken is refused, what was stays. */
void setup_reload(void *setup);
void setup_clear(struct setup *s);

#endif
