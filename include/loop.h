/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to zloop: descriptors, timers, signals (signalfd), for one thread a process.
 * It never sleeps outside poll. Called by every process's main and by lib/bus.c.
 */
#ifndef SHYRAQ_LOOP_H
#define SHYRAQ_LOOP_H

#include <stdbool.h>

#include "base.h"

struct loop;
typedef void loop_fd(void *arg, int fd);
typedef void loop_timer(void *arg);

/* SIGTERM, SIGINT end loop_run; SIGHUP calls loop_on_hup's handler. Blocks them for all threads born later. */
struct loop *loop_new(void);
void loop_free(struct loop *l);

/* Readable descriptor; a failing one is reported as readable. */
void loop_read(struct loop *l, int fd, loop_fd *f, void *arg);
void loop_forget(struct loop *l, int fd);
/* The same for a ZeroMQ socket, given as CZMQ's zsock_t or zactor_t. */
typedef void loop_sock(void *arg, void *sock);
void loop_read_sock(struct loop *l, void *sock, loop_sock *f, void *arg);
void loop_forget_sock(struct loop *l, void *sock);

/* Every `ms` until loop_stop_timer. Returns its id (> 0). Real time: takes no test offset. */
int loop_every(struct loop *l, unsigned ms, loop_timer *f, void *arg);
void loop_stop_timer(struct loop *l, int id);

void loop_on_hup(struct loop *l, loop_timer *f, void *arg);
/* Instead of ending at once: called at the first SIGTERM; must call loop_end when it is done. */
void loop_on_term(struct loop *l, loop_timer *f, void *arg);
void loop_end(struct loop *l);
/* Until loop_end or a signal. */
void loop_run(struct loop *l);
/* Takes the end back, for tests that run a loop in pieces. */
void loop_again(struct loop *l);

/*
 * A thread with one pipe to the loop (CZMQ's zactor). Messages are copied bytes, whole or not at all.
 * Its thread has all signals blocked. `body` returns to end it; the loop then gets a message of 0 bytes.
 */
struct actor;
typedef void actor_body(struct actor *self, void *arg);
typedef void actor_heard(void *arg, const void *msg, size_t n);

struct actor *actor_new(struct loop *l, actor_body *body, actor_heard *heard, void *arg);
/* Loop's side. RC_BROKEN: the thread does not take messages (its queue is full). */
MUST_CHECK enum rc actor_tell(struct actor *a, const void *msg, size_t n);
/* Only after its end was heard (n == 0): a thread that hangs would hang us. Frees `a`. */
void actor_free(struct actor *a);
/* For one that hangs: stops listening to it and leaks it. */
void actor_abandon(struct actor *a);

/* Thread's side. Waits at most `ms` for a message or for `fd` (-1: none) to be readable. */
enum actor_ready {
	ACTOR_NOTHING = 0,
	ACTOR_MSG = 1,
	ACTOR_FD = 2,
};
int actor_wait(struct actor *self, int fd, int ms);
/* Next message, if any: its length, or -1 when none waits, or -2 when it is longer than size (dropped). */
int actor_next(struct actor *self, void *msg, size_t size);
MUST_CHECK enum rc actor_say(struct actor *self, const void *msg, size_t n);

#endif
