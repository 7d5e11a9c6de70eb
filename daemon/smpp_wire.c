/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection as the loop likes it: the name is looked up by the C library's own helper, the socket
 * never blocks. It never tries again by itself. Called by smpp.c, in the loop.
 */
#include "smpp_wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "smpp_tls.h"

#define ADDRESSES_MAX 8

enum stage {
	CLOSED,
	LOOKING_UP,
	CONNECTING,
	SHAKING,
	OPEN,
	BROKEN, /* `lost` is to be told with the next tick */
};

/* What a look-up may still write to after we gave it up; it is freed when it is over. */
struct look {
	struct look *next;
	struct gaicb cb;
	struct addrinfo hints;
	char host[256], port[8];
};

struct smpp_wire {
	struct smpp_wire_options o;
	struct loop *loop;
	enum stage stage;
	int poll, fd;
	uint32_t events;
	bool want_write; /* TLS, or a full socket */
	struct look *look;
	size_t addresses, tried; /* tried: in this opening */
	size_t begin, at;        /* of them, the first of this opening and the last one */
	bool good;               /* `at` is where the next opening begins */
	int64_t until, next_at;  /* clock_boot_ms: of this opening, and of its address */
	struct {
		struct sockaddr_storage a;
		socklen_t n;
	} address[ADDRESSES_MAX];
	struct smpp_tls *tls;
	const char *why;
};

static struct look *given_up;

static void
sweep_looks(void)
{
	struct look **at = &given_up;

	while (*at != NULL) {
		struct look *l = *at;

		if (gai_error(&l->cb) == EAI_INPROGRESS) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		if (l->cb.ar_result != NULL)
			freeaddrinfo(l->cb.ar_result);
		free(l);
	}
}

static void
give_up_look(struct smpp_wire *w)
{
	if (w->look == NULL)
		return;
	(void)gai_cancel(&w->look->cb);
	w->look->next = given_up;
	given_up = w->look;
	w->look = NULL;
	sweep_looks();
}

static void on_events(void *arg, int fd);

struct smpp_wire *
smpp_wire_new(struct loop *loop, const struct smpp_wire_options *o)
{
	struct smpp_wire *w = xcalloc(1, sizeof(*w));

	w->o = *o;
	w->loop = loop;
	w->fd = -1;
	w->good = true;
	w->why = "";
	w->poll = epoll_create1(EPOLL_CLOEXEC);
	if (w->poll < 0)
		fatal("smpp.poll", "link=%s", o->name);
	loop_read(loop, w->poll, on_events, w);
	return w;
}

static void
watch(struct smpp_wire *w, uint32_t events)
{
	struct epoll_event e = { .events = events };

	if (w->events == events)
		return;
	if (epoll_ctl(
		w->poll, w->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, w->fd, &e) != 0)
		log_error("smpp.watch", "link=%s errno=%d", w->o.name, errno);
	w->events = events;
}

static void
drop_socket(struct smpp_wire *w)
{
	smpp_tls_free(w->tls);
	w->tls = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->events = 0;
	w->want_write = false;
}

void
smpp_wire_close(struct smpp_wire *w)
{
	give_up_look(w);
	if (w->tls != NULL && w->stage == OPEN)
		smpp_tls_end(w->tls);
	drop_socket(w);
	w->stage = CLOSED;
}

void
smpp_wire_free(struct smpp_wire *w)
{
	if (w == NULL)
		return;
	smpp_wire_close(w);
	loop_forget(w->loop, w->poll);
	close(w->poll);
	free(w);
}

static void
broken(struct smpp_wire *w, const char *why)
{
	drop_socket(w);
	give_up_look(w);
	w->why = why;
	w->stage = BROKEN;
}

static void
opened(struct smpp_wire *w)
{
	w->stage = OPEN;
	watch(w, EPOLLIN);
	w->o.opened(w->o.arg);
}

static void
shake(struct smpp_wire *w)
{
	const char *why = "";

	switch (smpp_tls_shake(w->tls, &why)) {
	case SMPP_TLS_DONE:
		opened(w);
		break;
	case SMPP_TLS_READ:
		watch(w, EPOLLIN);
		break;
	case SMPP_TLS_WRITE:
		watch(w, EPOLLIN | EPOLLOUT);
		break;
	case SMPP_TLS_FAILED:
		broken(w, why);
		break;
	}
}

static void
connected(struct smpp_wire *w)
{
	struct smpp_tls_options o = { .ca = w->o.ca,
		.name = w->o.tls_name[0] == '\0' ? w->o.host : w->o.tls_name,
		.cert = w->o.cert,
		.key = w->o.key };
	const char *why;

	if (!w->o.tls) {
		opened(w);
		return;
	}
	w->tls = smpp_tls_new(&o, w->fd, &why);
	if (w->tls == NULL) {
		broken(w, why);
		return;
	}
	w->stage = SHAKING;
	shake(w);
}

/* The next address that takes us as far as a connection under way; it has its share of the time left. */
static void
try_next(struct smpp_wire *w)
{
	int64_t now = clock_boot_ms();
	int one = 1;

	drop_socket(w);
	while (w->tried < w->addresses) {
		const struct sockaddr *a;
		socklen_t n;

		w->next_at = now + (w->until - now) / (int64_t)(w->addresses - w->tried);
		w->at = (w->begin + w->tried++) % w->addresses;
		a = (const struct sockaddr *)&w->address[w->at].a;
		n = w->address[w->at].n;
		w->fd = socket(
		    a->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (w->fd < 0)
			continue;
		setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(w->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
		if (connect(w->fd, a, n) == 0 || errno == EINPROGRESS) {
			w->stage = CONNECTING;
			watch(w, EPOLLOUT);
			return;
		}
		drop_socket(w);
	}
	broken(w, "no connection");
}

static void
take_addresses(struct smpp_wire *w, const struct addrinfo *a)
{
	w->addresses = w->tried = 0;
	for (; a != NULL && w->addresses < ADDRESSES_MAX; a = a->ai_next) {
		if (a->ai_addrlen > sizeof(w->address[0].a))
			continue;
		memcpy(&w->address[w->addresses].a, a->ai_addr, a->ai_addrlen);
		w->address[w->addresses++].n = a->ai_addrlen;
	}
	/* one that took us, or one further: an address may answer and still be of no use */
	w->begin = w->good ? w->at : w->at + 1;
	w->good = false;
	try_next(w);
}

void
smpp_wire_open(struct smpp_wire *w)
{
	struct look *l = xcalloc(1, sizeof(*l));
	struct gaicb *list[1] = { &l->cb };
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	struct addrinfo *found = NULL;

	smpp_wire_close(w);
	w->until = clock_boot_ms() + w->o.within_ms;
	l->hints = (struct addrinfo){ .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST };
	snprintf(l->host, sizeof(l->host), "%s", w->o.host);
	snprintf(l->port, sizeof(l->port), "%u", w->o.port);
	/* an address needs no looking up */
	if (getaddrinfo(l->host, l->port, &l->hints, &found) == 0) {
		free(l);
		take_addresses(w, found);
		freeaddrinfo(found);
		return;
	}
	l->hints.ai_flags = AI_ADDRCONFIG;
	l->cb = (struct gaicb){
		.ar_name = l->host, .ar_service = l->port, .ar_request = &l->hints
	};
	if (getaddrinfo_a(GAI_NOWAIT, list, 1, &none) != 0) {
		free(l);
		broken(w, "no look-up of names");
		return;
	}
	w->look = l;
	w->stage = LOOKING_UP;
}

void
smpp_wire_tick(struct smpp_wire *w)
{
	struct look *l = w->look;

	if (given_up != NULL)
		sweep_looks();
	if (w->stage == LOOKING_UP && gai_error(&l->cb) != EAI_INPROGRESS) {
		w->look = NULL;
		if (gai_error(&l->cb) == 0)
			take_addresses(w, l->cb.ar_result);
		else
			broken(w, "the host's name is not known");
		if (l->cb.ar_result != NULL)
			freeaddrinfo(l->cb.ar_result);
		free(l);
	}
	if ((w->stage == CONNECTING || w->stage == SHAKING) && w->tried < w->addresses &&
	    clock_boot_ms() >= w->next_at)
		try_next(w);
	if (w->stage == BROKEN) {
		w->stage = CLOSED;
		w->o.lost(w->o.arg, w->why);
	}
}

static void
on_connect(struct smpp_wire *w)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error != 0)
		try_next(w);
	else
		connected(w);
}

static void
on_events(void *arg, int fd)
{
	struct smpp_wire *w = arg;
	struct epoll_event e[4];

	if (epoll_wait(fd, e, ARRAY_LEN(e), 0) <= 0)
		return;
	if (w->stage == CONNECTING) {
		on_connect(w);
	} else if (w->stage == SHAKING) {
		shake(w);
	} else if (w->stage == OPEN) {
		w->want_write = false;
		watch(w, EPOLLIN);
		w->o.ready(w->o.arg);
	}
}

static long
gone(struct smpp_wire *w, const char *why)
{
	w->why = why;
	return -1;
}

static long
tls_result(struct smpp_wire *w, enum smpp_tls_is is, size_t n)
{
	if (is == SMPP_TLS_DONE)
		return (long)n;
	if (is == SMPP_TLS_FAILED)
		return gone(w, "TLS broke");
	if (is == SMPP_TLS_WRITE)
		watch(w, EPOLLIN | EPOLLOUT);
	return 0;
}

void
smpp_wire_is_good(struct smpp_wire *w)
{
	w->good = true;
}

long
smpp_wire_read(struct smpp_wire *w, void *to, size_t n)
{
	ssize_t got;

	if (w->stage != OPEN)
		return gone(w, "closed");
	if (w->tls != NULL) {
		size_t k;
		enum smpp_tls_is is = smpp_tls_read(w->tls, to, n, &k);

		return is == SMPP_TLS_DONE && k == 0 ? gone(w, "the SMSC hung up")
						     : tls_result(w, is, k);
	}
	got = read(w->fd, to, n);
	if (got > 0)
		return got;
	if (got == 0)
		return gone(w, "the SMSC hung up");
	return errno == EAGAIN || errno == EINTR ? 0 : gone(w, "the connection broke");
}

long
smpp_wire_write(struct smpp_wire *w, const void *from, size_t n)
{
	ssize_t got;

	if (w->stage != OPEN)
		return gone(w, "closed");
	if (w->tls != NULL) {
		size_t k;
		enum smpp_tls_is is = smpp_tls_write(w->tls, from, n, &k);

		return tls_result(w, is, k);
	}
	got = write(w->fd, from, n);
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return gone(w, "the connection broke");
	if (got < (ssize_t)n)
		watch(w, EPOLLIN | EPOLLOUT);
	return got < 0 ? 0 : got;
}

const char *
smpp_wire_why(const struct smpp_wire *w)
{
	return w->why;
}
