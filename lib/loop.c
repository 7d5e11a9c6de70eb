/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to zloop, and to zactor for the few threads there are. One loop a process.
 * It never blocks but in poll. Called by mains, lib/bus.c and the modems.
 */
#include "loop.h"

#include <czmq.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "log.h"

#define WATCHES_MAX 256
#define TIMERS_MAX 64

struct watch {
	int fd; /* -1: free, unless sock */
	void *sock;
	loop_fd *on_fd;
	loop_sock *on_sock;
	void *arg;
};

struct timer {
	int id;
	loop_timer *f;
	void *arg;
};

struct loop {
	zloop_t *z;
	int signals;
	bool ended;
	struct timer hup, term;
	struct watch watch[WATCHES_MAX];
	struct timer timer[TIMERS_MAX];
};

struct actor {
	zactor_t *z;
	zsock_t *pipe; /* the thread's end */
	struct loop *loop;
	actor_body *body;
	actor_heard *heard;
	void *arg;
};

#define ACTOR_MSG_MAX 16384

static void
on_signal(void *arg, int fd)
{
	struct loop *l = arg;
	struct signalfd_siginfo si;

	if (read(fd, &si, sizeof(si)) != (ssize_t)sizeof(si))
		return;
	if (si.ssi_signo == SIGHUP) {
		if (l->hup.f != NULL)
			l->hup.f(l->hup.arg);
		return;
	}
	log_info("proc.signal", "signal=%u", si.ssi_signo);
	if (l->term.f != NULL)
		l->term.f(l->term.arg);
	else
		l->ended = true;
}

struct loop *
loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	setenv("ZSYS_SIGHANDLER", "false", 1);
	zsys_init();
	zsys_handler_set(NULL);
	for (size_t i = 0; i < WATCHES_MAX; i++)
		l->watch[i].fd = -1;
	l->z = zloop_new();
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->z == NULL || l->signals < 0)
		fatal("loop.new", "no loop");
	loop_read(l, l->signals, on_signal, l);
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	zloop_destroy(&l->z);
	close(l->signals);
	free(l);
}

static struct watch *
watch_free(struct loop *l)
{
	for (size_t i = 0; i < WATCHES_MAX; i++) {
		if (l->watch[i].fd < 0 && l->watch[i].sock == NULL)
			return &l->watch[i];
	}
	fatalx("loop.watches", "more than %d watches", WATCHES_MAX);
}

/* The one loop of the process while it runs: zloop hands a handler only its own argument. */
static struct loop *running;

static int
ended(void)
{
	return running != NULL && running->ended ? -1 : 0;
}

static int
on_fd_watch(zloop_t *z, zmq_pollitem_t *item, void *arg)
{
	struct watch *w = arg;

	(void)z;
	w->on_fd(w->arg, item->fd);
	return ended();
}

static int
on_sock_watch(zloop_t *z, zsock_t *sock, void *arg)
{
	struct watch *w = arg;

	(void)z;
	w->on_sock(w->arg, sock);
	return ended();
}

void
loop_read(struct loop *l, int fd, loop_fd *f, void *arg)
{
	struct watch *w = watch_free(l);
	zmq_pollitem_t item = { .fd = fd, .events = ZMQ_POLLIN };

	*w = (struct watch){ .fd = fd, .on_fd = f, .arg = arg };
	if (zloop_poller(l->z, &item, on_fd_watch, w) != 0)
		fatalx("loop.read", "fd=%d", fd);
	zloop_poller_set_tolerant(l->z, &item);
}

void
loop_forget(struct loop *l, int fd)
{
	zmq_pollitem_t item = { .fd = fd, .events = ZMQ_POLLIN };

	for (size_t i = 0; i < WATCHES_MAX; i++) {
		if (l->watch[i].fd == fd) {
			zloop_poller_end(l->z, &item);
			l->watch[i] = (struct watch){ .fd = -1 };
			return;
		}
	}
}

void
loop_read_sock(struct loop *l, void *sock, loop_sock *f, void *arg)
{
	struct watch *w = watch_free(l);

	*w = (struct watch){ .fd = -1, .sock = sock, .on_sock = f, .arg = arg };
	if (zloop_reader(l->z, sock, on_sock_watch, w) != 0)
		fatalx("loop.read_sock", "no reader");
}

void
loop_forget_sock(struct loop *l, void *sock)
{
	for (size_t i = 0; i < WATCHES_MAX; i++) {
		if (l->watch[i].sock == sock) {
			zloop_reader_end(l->z, sock);
			l->watch[i] = (struct watch){ .fd = -1 };
			return;
		}
	}
}

static int
on_timer(zloop_t *z, int id, void *arg)
{
	struct timer *t = arg;

	(void)z;
	if (t->id == id)
		t->f(t->arg);
	return ended();
}

int
loop_every(struct loop *l, unsigned ms, loop_timer *f, void *arg)
{
	for (size_t i = 0; i < TIMERS_MAX; i++) {
		struct timer *t = &l->timer[i];

		if (t->id != 0)
			continue;
		t->f = f;
		t->arg = arg;
		t->id = zloop_timer(l->z, ms, 0, on_timer, t);
		if (t->id <= 0)
			fatalx("loop.timer", "no timer");
		return t->id;
	}
	fatalx("loop.timers", "more than %d timers", TIMERS_MAX);
}

void
loop_stop_timer(struct loop *l, int id)
{
	for (size_t i = 0; i < TIMERS_MAX; i++) {
		if (id > 0 && l->timer[i].id == id) {
			zloop_timer_end(l->z, id);
			l->timer[i] = (struct timer){ 0 };
			return;
		}
	}
}

void
loop_on_hup(struct loop *l, loop_timer *f, void *arg)
{
	l->hup.f = f;
	l->hup.arg = arg;
}

void
loop_on_term(struct loop *l, loop_timer *f, void *arg)
{
	l->term.f = f;
	l->term.arg = arg;
}

void
loop_end(struct loop *l)
{
	l->ended = true;
}

void
loop_again(struct loop *l)
{
	l->ended = false;
}

void
loop_run(struct loop *l)
{
	running = l;
	while (!l->ended)
		zloop_start(l->z);
	running = NULL;
}

static void
actor_thread(zsock_t *pipe, void *arg)
{
	struct actor *a = arg;

	a->pipe = pipe;
	zsock_signal(pipe, 0);
	a->body(a, a->arg);
	zmq_send(zsock_resolve(pipe), "", 0, 0);
}

static void
on_actor(void *arg, void *sock)
{
	struct actor *a = arg;
	static uint8_t msg[ACTOR_MSG_MAX];

	for (;;) {
		int n = zmq_recv(zsock_resolve(sock), msg, sizeof(msg), ZMQ_DONTWAIT);

		if (n < 0)
			return;
		a->heard(a->arg, msg, (size_t)n);
		if (n == 0)
			return; /* its end: `a` may be gone */
	}
}

struct actor *
actor_new(struct loop *l, actor_body *body, actor_heard *heard, void *arg)
{
	struct actor *a = xcalloc(1, sizeof(*a));

	a->loop = l;
	a->body = body;
	a->heard = heard;
	a->arg = arg;
	a->z = zactor_new(actor_thread, a);
	if (a->z == NULL)
		fatalx("loop.actor", "no thread");
	loop_read_sock(l, zactor_sock(a->z), on_actor, a);
	return a;
}

enum rc
actor_tell(struct actor *a, const void *msg, size_t n)
{
	if (n == 0 || n > ACTOR_MSG_MAX)
		return RC_REFUSED;
	return zmq_send(zsock_resolve(a->z), msg, n, ZMQ_DONTWAIT) < 0 ? RC_BROKEN
								       : RC_OK;
}

void
actor_free(struct actor *a)
{
	if (a == NULL)
		return;
	loop_forget_sock(a->loop, zactor_sock(a->z));
	zactor_destroy(&a->z);
	free(a);
}

void
actor_abandon(struct actor *a)
{
	loop_forget_sock(a->loop, zactor_sock(a->z));
}

int
actor_wait(struct actor *self, int fd, int ms)
{
	zmq_pollitem_t item[2] = {
		{ .socket = zsock_resolve(self->pipe), .events = ZMQ_POLLIN },
		{ .fd = fd, .events = ZMQ_POLLIN },
	};
	int ready = ACTOR_NOTHING;

	if (zmq_poll(item, fd < 0 ? 1 : 2, ms) <= 0)
		return ACTOR_NOTHING;
	if (item[0].revents != 0)
		ready |= ACTOR_MSG;
	if (fd >= 0 && item[1].revents != 0)
		ready |= ACTOR_FD;
	return ready;
}

int
actor_next(struct actor *self, void *msg, size_t size)
{
	int n = zmq_recv(zsock_resolve(self->pipe), msg, size, ZMQ_DONTWAIT);

	if (n < 0)
		return -1;
	return (size_t)n > size ? -2 : n;
}

enum rc
actor_say(struct actor *self, const void *msg, size_t n)
{
	if (n == 0 || n > ACTOR_MSG_MAX)
		return RC_REFUSED;
	return zmq_send(zsock_resolve(self->pipe), msg, n, 0) < 0 ? RC_BROKEN : RC_OK;
}
