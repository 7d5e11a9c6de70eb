/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Aggregators' USSD over HTTP: a link that has dialogues and no texts. Each request is a step, its answer
 * "CON " or "END " and the screen. It dials nobody and sends nothing on its own. Used by shyraqd.c.
 */
#ifndef SHYRAQ_HTTP_USSD_H
#define SHYRAQ_HTTP_USSD_H

#include "dialogue.h"
#include "link.h"
#include "loop.h"

#define HTTP_USSD_MAX 16 /* aggregators of a daemon */

struct http_ussd_conf {
	char *name, *daemon, *number, *listen, *path, *allow;
	char *secret_file, *secret_header, *secret_field;
	char *cert_file, *key_file, *client_ca_file;
	char *input; /* "accumulated", "last" */
	char *session_field, *phone_field, *text_field;
	char *stock;
	bool cleartext;
	int64_t connections_max, body_max, request_ms, answer_ms;
};

/* `conf` and `host` are borrowed for the link's life. RC_REFUSED, logged: something in conf is wrong. */
MUST_CHECK enum rc http_ussd_new(struct loop *loop, const struct http_ussd_conf *conf,
    struct dialogues *v, const struct link_host *host, struct link **out);

/* What a request adds to what was keyed before. Pure; for tests. */
enum http_ussd_move {
	HTTP_USSD_OPENS,   /* a service was dialled */
	HTTP_USSD_REPEATS, /* the request that was there before */
	HTTP_USSD_KEYS,
};
/*
 * `before` is the text of the request before in this dialogue, NULL: there is no such dialogue, or it is
 * forgotten. `first`: that was its first; `asked`: it is not answered yet; `ended`: its last word is said.
 * *keyed is into `text`; of what opens, "" unless it has words, which nobody dials: a daemon that was
 * started anew in the middle hears what was keyed last there, and takes digits alone as a dial, which shows
 * no more than a dial does.
 */
struct http_ussd_before {
	const char *text;
	bool first, asked, ended;
};
enum http_ussd_move http_ussd_move(bool accumulated,
    const struct http_ussd_before *before, const char *text, const char **keyed);

#endif
