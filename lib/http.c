/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd driven by our loop through its epoll descriptor: no thread of its own, all of it bounded.
 * It never logs an address, a path or a body. Called by http_ussd.c.
 */
#include "http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "clock.h"
#include "http_pem.h"
#include "log.h"
#include "str.h"

#define TICK_MS 200
#define HEAD_MAX 16384 /* of a request's head, and what libmicrohttpd keeps beside */
#define LINE_MAX 4096  /* of its first line */
#define ROUNDS_MAX 64  /* of work that is ready without a descriptor saying so */
#define TLS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* A connection, from accept to close. */
struct conn {
	struct http *h;
	struct conn *next, *prev;
	int fd;
	int64_t due;   /* of clock_mono_us, in ms: hung up on then; 0: we think */
	bool verified; /* its certificate */
};

struct http_request {
	struct http *h;
	struct conn *conn;
	struct MHD_Connection *mhd;
	struct http_request *next, *prev; /* of those that wait for their answer */
	const struct http_route *route;
	unsigned refused; /* the status it gets once it is whole; 0: none */
	bool begun, waiting, in_handler, answered, hang_up;
	struct MHD_Response *response;
	unsigned status;
	char line[LINE_MAX];
	char *query; /* in line, behind the path */
	const char *method;
	char *body;
	size_t body_n;
};

struct http {
	struct http_options o;
	struct loop *loop;
	struct MHD_Daemon *mhd;
	int fd, listener, timer, wake; /* wake: for requests that are resumed */
	unsigned port;
	bool running; /* inside MHD_run */
	char *key, *cert, *ca;
	struct conn *conns;
	struct http_request *waiting;
	size_t waiting_n;
};

static int64_t
now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* Work that no descriptor announces is done at once: resumed requests, and what TLS had read ahead. */
static void
run(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG left = 0;

	if (h->running)
		return;
	h->running = true;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		if (MHD_run(h->mhd) != MHD_YES ||
		    MHD_get_timeout(h->mhd, &left) != MHD_YES || left != 0)
			break;
	}
	h->running = false;
}

static void
on_ready(void *arg, int fd)
{
	if (fd == ((const struct http *)arg)->wake)
		(void)!eventfd_read(fd, &(eventfd_t){ 0 });
	run(arg);
}

static void
on_tick(void *arg)
{
	struct http *h = arg;
	int64_t now = now_ms();

	for (struct conn *c = h->conns; c != NULL; c = c->next) {
		if (c->due == 0 || now < c->due)
			continue;
		c->due = now + h->o.request_ms;
		shutdown(c->fd, SHUT_RDWR);
	}
	run(h);
}

/* Connections -------------------------------------------------------------------------------- */

static enum MHD_Result
on_knock(void *arg, const struct sockaddr *from, socklen_t n)
{
	const struct http *h = arg;

	(void)n;
	if (net_list_has(&h->o.allow, from))
		return MHD_YES;
	log_warn("http.not_allowed", "server=%s", h->o.name);
	return MHD_NO;
}

static void
on_connection(void *arg, struct MHD_Connection *mhd, void **own,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *h = arg;
	struct conn *c = *own;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		c = xcalloc(1, sizeof(*c));
		c->h = h;
		c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
			    ->connect_fd;
		c->due = now_ms() + h->o.request_ms;
		c->next = h->conns;
		if (c->next != NULL)
			c->next->prev = c;
		h->conns = c;
		*own = c;
		return;
	}
	*(c->prev == NULL ? &h->conns : &c->prev->next) = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	free(c);
	*own = NULL;
}

/* Who has no certificate of ours is no client, whatever it asks. */
static bool
is_known(struct http_request *r)
{
	const union MHD_ConnectionInfo *info;
	unsigned status = 0;

	if (r->h->ca == NULL || r->conn->verified)
		return true;
	info = MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	r->conn->verified = info != NULL &&
	    gnutls_certificate_verify_peers2(info->tls_session, &status) == 0 &&
	    status == 0;
	if (!r->conn->verified)
		log_warn("http.no_certificate", "server=%s", r->h->o.name);
	return r->conn->verified;
}

/* Requests ----------------------------------------------------------------------------------- */

static void
request_free(struct http_request *r)
{
	if (r->body != NULL)
		explicit_bzero(r->body, r->body_n);
	free(r->body);
	if (r->response != NULL)
		MHD_destroy_response(r->response);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

/* libmicrohttpd shows the first line only here; it becomes the request's own pointer. */
static void *
on_line(void *arg, const char *line, struct MHD_Connection *mhd)
{
	struct http_request *r = xcalloc(1, sizeof(*r));

	r->h = arg;
	r->mhd = mhd;
	r->conn = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		      ->socket_context;
	if (!str_copy(r->line, sizeof(r->line), line))
		r->refused = MHD_HTTP_URI_TOO_LONG;
	r->query = strchrnul(r->line, '?');
	if (*r->query == '?')
		*r->query++ = '\0';
	return r;
}

static bool
is_path(const char *path, const char *wanted)
{
	size_t n = strlen(wanted);

	if (n > 0 && wanted[n - 1] == '*')
		return strncmp(path, wanted, n - 1) == 0;
	return strcmp(path, wanted) == 0;
}

static unsigned
find_route(struct http_request *r)
{
	const struct http_options *o = &r->h->o;
	unsigned status = MHD_HTTP_NOT_FOUND;

	for (size_t i = 0; i < o->routes_n; i++) {
		const struct http_route *route = &o->routes[i];

		if (!is_path(r->line, route->path))
			continue;
		status = MHD_HTTP_METHOD_NOT_ALLOWED;
		if (strcmp(r->method, route->method) != 0 &&
		    (strcmp(r->method, MHD_HTTP_METHOD_HEAD) != 0 ||
			strcmp(route->method, MHD_HTTP_METHOD_GET) != 0))
			continue;
		r->route = route;
		return 0;
	}
	return status;
}

/* More than what was announced to be too much is not read; the answer ends the connection. */
static bool
is_announced_too_long(const struct http_request *r)
{
	const char *text = http_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return text != NULL && strtoull(text, NULL, 10) > r->h->o.body_max;
}

static enum MHD_Result
queue(struct http_request *r)
{
	enum MHD_Result done = MHD_queue_response(r->mhd, r->status, r->response);

	r->answered = true;
	r->conn->due = now_ms() + r->h->o.request_ms;
	return done;
}

static void
make_response(struct http_request *r, const struct http_answer *a)
{
	static const char plain[] = "text/plain; charset=utf-8";
	const void *body = a->body == NULL ? "" : a->body;
	/* not const in libmicrohttpd, which copies it */
	union {
		const void *in;
		void *out;
	} lent = { .in = body };

	r->status = a->status;
	r->response = MHD_create_response_from_buffer(
	    a->body == NULL ? 0 : a->n, lent.out, MHD_RESPMEM_MUST_COPY);
	if (r->response == NULL)
		fatalx("http.response", "no memory");
	(void)!MHD_add_response_header(
	    r->response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type == NULL ? plain : a->type);
	(void)!MHD_add_response_header(
	    r->response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	for (size_t i = 0; i < a->headers_n; i++)
		(void)!MHD_add_response_header(
		    r->response, a->headers[i].name, a->headers[i].value);
	if (a->hang_up)
		(void)!MHD_add_response_header(
		    r->response, MHD_HTTP_HEADER_CONNECTION, "close");
}

static enum MHD_Result
refuse(struct http_request *r, unsigned status)
{
	struct http_answer a = { .status = status, .hang_up = true };

	log_info("http.refused", "server=%s status=%u", r->h->o.name, status);
	make_response(r, &a);
	return queue(r);
}

static enum MHD_Result
on_head(struct http_request *r, const char *method)
{
	r->begun = true;
	r->method = method;
	if (r->refused == 0 && !is_known(r))
		r->refused = MHD_HTTP_FORBIDDEN;
	if (r->refused == 0)
		r->refused = find_route(r);
	if (r->refused == 0 && is_announced_too_long(r))
		r->refused = MHD_HTTP_CONTENT_TOO_LARGE;
	return r->refused == 0 ? MHD_YES : refuse(r, r->refused);
}

/* libmicrohttpd takes no answer in the middle of a body: what is longer than announced is hung up on. */
static enum MHD_Result
on_body(struct http_request *r, const char *data, size_t *n)
{
	if (*n > r->h->o.body_max - r->body_n) {
		log_info("http.too_long", "server=%s", r->h->o.name);
		return MHD_NO;
	}
	if (r->body == NULL)
		r->body = xmalloc(r->h->o.body_max + 1);
	memcpy(r->body + r->body_n, data, *n);
	r->body_n += *n;
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result
on_whole(struct http_request *r)
{
	struct http *h = r->h;

	r->waiting = true;
	r->next = h->waiting;
	if (r->next != NULL)
		r->next->prev = r;
	h->waiting = r;
	h->waiting_n++;
	r->conn->due = 0;
	r->in_handler = true;
	r->route->on(h->o.arg, r);
	r->in_handler = false;
	if (r->response != NULL)
		return queue(r);
	MHD_suspend_connection(r->mhd);
	return MHD_YES;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *mhd, const char *path, const char *method,
    const char *version, const char *data, size_t *n, void **own)
{
	struct http_request *r = *own;

	(void)arg;
	(void)mhd;
	(void)path;
	(void)version;
	if (r == NULL)
		return MHD_NO;
	if (!r->begun)
		return on_head(r, method);
	if (*n > 0)
		return on_body(r, data, n);
	if (r->answered || r->waiting)
		return MHD_YES;
	return on_whole(r);
}

static void
leave_waiting(struct http_request *r)
{
	struct http *h = r->h;

	if (!r->waiting)
		return;
	*(r->prev == NULL ? &h->waiting : &r->prev->next) = r->next;
	if (r->next != NULL)
		r->next->prev = r->prev;
	h->waiting_n--;
	r->waiting = false;
}

static void
on_completed(void *arg, struct MHD_Connection *mhd, void **own,
    enum MHD_RequestTerminationCode code)
{
	struct http_request *r = *own;
	const struct http *h = arg;

	(void)mhd;
	(void)code;
	if (r == NULL)
		return;
	r->conn->due = now_ms() + h->o.request_ms;
	leave_waiting(r);
	request_free(r);
	*own = NULL;
}

void
http_answer(struct http_request *r, const struct http_answer *a)
{
	if (r->response != NULL)
		return;
	make_response(r, a);
	leave_waiting(r);
	if (r->in_handler)
		return;
	(void)!queue(r);
	MHD_resume_connection(
	    r->mhd); /* which tells no descriptor; no handler runs in here */
	(void)!eventfd_write(r->h->wake, 1);
}

void
http_say(struct http_request *r, unsigned status, const char *text)
{
	struct http_answer a = { .status = status, .body = text, .n = strlen(text) };

	http_answer(r, &a);
}

const char *
http_method(const struct http_request *r)
{
	return r->method;
}

const char *
http_path(const struct http_request *r)
{
	return r->line;
}

const char *
http_query(const struct http_request *r)
{
	return r->query;
}

const char *
http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, name);
}

const char *
http_body(const struct http_request *r, size_t *n)
{
	*n = r->body_n;
	return r->body == NULL ? "" : r->body;
}

/* Birth and end ------------------------------------------------------------------------------ */

static bool
is_given(const char *path)
{
	return path != NULL && path[0] != '\0';
}

static bool
read_files(struct http *h)
{
	if (is_given(h->o.cert_file)) {
		h->cert = http_pem_read(h->o.name, h->o.cert_file);
		h->key = is_given(h->o.key_file) ? http_pem_read(h->o.name, h->o.key_file)
						 : NULL;
		if (h->cert == NULL || h->key == NULL)
			return false;
	}
	if (!is_given(h->o.client_ca_file))
		return true;
	h->ca = h->cert == NULL ? NULL : http_pem_read(h->o.name, h->o.client_ca_file);
	return h->ca != NULL;
}

static struct MHD_Daemon *
start(struct http *h)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_USE_SUPPRESS_DATE_NO_CLOCK | (h->cert == NULL ? 0u : MHD_USE_TLS);
	unsigned idle_s = h->o.request_ms / 1000 + 1;
	struct MHD_OptionItem items[16] = {
		{ MHD_OPTION_LISTEN_SOCKET, h->listener, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)h->o.connections_max, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MAX, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)idle_s, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_line, h },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, h },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, h },
	};
	size_t n = 8;

	if (h->cert != NULL) {
		static char priorities[] = TLS;

		items[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
			h->cert };
		items[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0,
			h->key };
		items[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
			priorities };
	}
	if (h->ca != NULL)
		items[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST, 0,
			h->ca };
	items[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	return MHD_start_daemon(flags, 0, on_knock, h, on_request, h, MHD_OPTION_ARRAY,
	    items, MHD_OPTION_END);
}

static void
http_free(struct http *h)
{
	if (h->key != NULL)
		explicit_bzero(h->key, strlen(h->key));
	free(h->key);
	free(h->cert);
	free(h->ca);
	free(h);
}

enum rc
http_open(struct loop *loop, const struct http_options *o, struct http **out)
{
	struct http *h = xcalloc(1, sizeof(*h));

	h->o = *o;
	h->loop = loop;
	h->listener = -1;
	if (!read_files(h)) {
		http_free(h);
		return RC_REFUSED;
	}
	if (net_listen(&o->listen, &h->listener, &h->port) != RC_OK) {
		log_error("http.listen", "server=%s %s", o->name, strerrordesc_np(errno));
		http_free(h);
		return RC_BROKEN;
	}
	h->mhd = start(h);
	if (h->mhd == NULL) {
		log_error("http.start", "server=%s its certificates or its key", o->name);
		close(h->listener);
		http_free(h);
		return RC_REFUSED;
	}
	h->fd = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	loop_read(loop, h->fd, on_ready, h);
	h->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (h->wake < 0)
		fatal("http.wake", "server=%s", o->name);
	loop_read(loop, h->wake, on_ready, h);
	h->timer = loop_every(loop, TICK_MS, on_tick, h);
	log_info("http.listening", "server=%s port=%u tls=%d", o->name, h->port,
	    h->cert != NULL);
	*out = h;
	return RC_OK;
}

unsigned
http_port(const struct http *h)
{
	return h->port;
}

void
http_stop(struct http *h)
{
	if (h->listener < 0)
		return;
	h->listener = MHD_quiesce_daemon(h->mhd);
	if (h->listener >= 0)
		close(h->listener);
	h->listener = -1;
}

size_t
http_waiting(const struct http *h)
{
	return h->waiting_n;
}

void
http_close(struct http *h)
{
	struct http_answer a = { .status = MHD_HTTP_SERVICE_UNAVAILABLE,
		.hang_up = true };

	if (h == NULL)
		return;
	http_stop(h);
	while (h->waiting != NULL)
		http_answer(h->waiting, &a);
	run(h);
	loop_forget(h->loop, h->fd);
	loop_forget(h->loop, h->wake);
	close(h->wake);
	loop_stop_timer(h->loop, h->timer);
	MHD_stop_daemon(h->mhd);
	http_free(h);
}
