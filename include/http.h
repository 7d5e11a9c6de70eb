/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to libmicrohttpd: a server on our loop with bounds on sizes, times and connections, TLS, and
 * answers that may come later. It never logs what a request holds. Called by http_ussd.c.
 *
 * A handler gets a whole request and answers it then or later, from the loop, exactly once. A request is
 * good until it is answered or the server is closed. A client that hung up meanwhile is not noticed.
 */
#ifndef SHYRAQ_HTTP_H
#define SHYRAQ_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "loop.h"
#include "net.h"

struct http;
struct http_request;
typedef void http_handler(void *arg, struct http_request *r);

struct http_route {
	const char *method; /* "GET" hears HEAD, too */
	const char *path;   /* whole, or "/static/" and a "*" for all below */
	http_handler *on;
};

struct http_options {
	const char *name; /* for the log */
	struct sockaddr_storage listen;
	struct net_list allow; /* who else knocks is hung up on; empty: nobody may */
	const struct http_route *routes; /* borrowed */
	size_t routes_n;
	void *arg;                        /* of the handlers */
	const char *cert_file, *key_file; /* PEM; both NULL or "": no TLS */
	const char *
	    client_ca_file; /* whose certificates let a client in; NULL or "": it needs none */
	size_t body_max;
	unsigned connections_max;
	unsigned
	    request_ms; /* for a request to come whole, and for an answer to be taken */
};

/* Listens. RC_REFUSED or RC_BROKEN, logged: a file cannot be used, or the address is taken. */
MUST_CHECK enum rc http_open(
    struct loop *loop, const struct http_options *o, struct http **out);
unsigned http_port(const struct http *h);
/* No new connection; those there are go on. */
void http_stop(struct http *h);
/* Requests that wait for an answer: after http_stop, 0 says that all was said. */
size_t http_waiting(const struct http *h);
/* Hangs up on all. Takes NULL. */
void http_close(struct http *h);

const char *http_method(const struct http_request *r);
const char *http_path(const struct http_request *r);
/* What stands behind "?", not decoded; "" for none. */
const char *http_query(const struct http_request *r);
/* NULL: it has no such header. */
const char *http_header(const struct http_request *r, const char *name);
const char *http_body(const struct http_request *r, size_t *n);

struct http_pair {
	const char *name, *value;
};
struct http_answer {
	unsigned status;
	const char *type; /* Content-Type; NULL: text/plain in UTF-8 */
	const char *body; /* copied */
	size_t n;
	const struct http_pair *headers; /* more of them */
	size_t headers_n;
	bool hang_up; /* after it */
};
/* Frees r. */
void http_answer(struct http_request *r, const struct http_answer *a);
/* The same with a text. */
void http_say(struct http_request *r, unsigned status, const char *text);

#endif
