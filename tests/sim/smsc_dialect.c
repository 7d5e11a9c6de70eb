/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dialects that USSD gateways speak: five that are met, and a person's own from a file.
 * It sends nothing. Called by smsc_sim.c and smsc_ctl.c.
 */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "log.h"
#include "smsc_ussd.h"
#include "str.h"

enum {
	STEP_MS = 30000,
	USER_MS = 60000,
	SESSION_MS = 180000,
};

static const struct ussd_dialect known[] = {
	{ "standard", USSD_ITS, 1, 18, 18, 2, 17, false },
	{ "tata", USSD_ITS, 1, 18, USSD_NO_OP, 2, USSD_NO_OP, false },
	{ "sixdee", USSD_ITS15, 1, 18, 0x81, 2, 0x17, false },
	{ "mica", USSD_REFERENCE, 1, 18, 0x81, 2, 0x17, false },
	{ "huawei", USSD_NOWHERE, 1, 18, 18, 2, 17, false },
};

/* A row of the file. */
struct written {
	char *name, *session, *dialled;
	int64_t begin, answer, abort, more, end;
};

static const struct conf_option options[] = {
	{ "name", CONF_STRING, offsetof(struct written, name), NULL, 0, 0, NULL },
	{ "session", CONF_WORDS, offsetof(struct written, session), "its", 0, 0,
	    "its its15 reference none" },
	{ "dialled", CONF_WORDS, offsetof(struct written, dialled), "message", 0, 0,
	    "message destination" },
	{ "begin", CONF_INT, offsetof(struct written, begin), "1", 0, 255, NULL },
	{ "answer", CONF_INT, offsetof(struct written, answer), "18", 0, 255, NULL },
	{ "abort", CONF_INT, offsetof(struct written, abort), "18", -1, 255, NULL },
	{ "continue", CONF_INT, offsetof(struct written, more), "2", 0, 255, NULL },
	{ "end", CONF_INT, offsetof(struct written, end), "17", -1, 255, NULL },
};

void
ussd_init(struct ussd *u)
{
	*u = (struct ussd){
		.dialects = ARRAY_LEN(known),
		.step_ms = STEP_MS,
		.user_ms = USER_MS,
		.session_ms = SESSION_MS,
	};
	memcpy(u->dialect, known, sizeof(known));
	u->speaks = &u->dialect[0];
}

static enum ussd_where
where_of(const char *word)
{
	static const char *const words[] = { [USSD_ITS] = "its",
		[USSD_ITS15] = "its15",
		[USSD_REFERENCE] = "reference",
		[USSD_NOWHERE] = "none" };
	enum ussd_where w = 0;

	while (w < USSD_NOWHERE && strcmp(words[w], word) != 0)
		w++;
	return w;
}

static bool
add(struct ussd *u, const struct written *w)
{
	struct ussd_dialect d = {
		.where = where_of(w->session),
		.begin = (int)w->begin,
		.answer = (int)w->answer,
		.abort = (int)w->abort,
		.more = (int)w->more,
		.end = (int)w->end,
		.in_dest = strcmp(w->dialled, "destination") == 0,
	};

	if (u->dialects == USSD_DIALECTS_MAX ||
	    !str_copy(d.name, sizeof(d.name), w->name))
		return false;
	u->dialect[u->dialects++] = d;
	return true;
}

enum rc
ussd_read_conf(struct ussd *u, const char *path)
{
	static const char *const names[] = { "dialects", NULL };
	struct conf_err err = { "" };
	struct conf *conf = NULL;
	enum rc rc = conf_open(path, &conf, &err);

	if (rc == RC_OK)
		rc = conf_only(conf, names, &err);
	for (size_t i = 0; rc == RC_OK && i < conf_list_len(conf, "dialects"); i++) {
		struct written w = { 0 };

		rc = conf_list_item(
		    conf, "dialects", i, options, ARRAY_LEN(options), &w, &err);
		if (rc != RC_OK)
			break;
		if (!add(u, &w)) {
			rc = RC_REFUSED;
			memcpy(err.s, "too many, or too long a name", 29);
		}
		conf_clear(options, ARRAY_LEN(options), &w);
	}
	if (rc != RC_OK)
		log_error("smscsim.conf", "wrong=\"%s\"", err.s);
	conf_free(conf);
	return rc;
}

bool
ussd_speak(struct ussd *u, const char *dialect)
{
	for (size_t i = 0; i < u->dialects; i++) {
		if (strcmp(u->dialect[i].name, dialect) == 0) {
			u->speaks = &u->dialect[i];
			return true;
		}
	}
	return false;
}
