/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two children that run what is due, as dispatch does: one of them, or both at once, and either is killed
 * at a point of the source or at any moment. It writes no text. Called by simulate.c.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "simulate.h"
#include "variant.h"

#define CHILDREN 2
#define PATIENCE 400 /* of the parent with one moment */
#define POINTS 24    /* a kill at one of the next so many points */
#define ANY_US 4000  /* or within so many microseconds */
#define STUCK_S 30

struct dispatch_counts dispatch_counts;

struct order {
	uint32_t points; /* passed until the end; 0: none */
};
struct report {
	uint32_t done, broken;
};

static struct {
	pid_t pid;
	int fd;
	bool asked;
} child[CHILDREN];
static struct rng rng;
static uint32_t points_left; /* of a child */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names of ld's --wrap */
void __wrap_kill_point(const char *name);
void
__wrap_kill_point(const char *name)
{
	(void)name;
	if (points_left != 0 && --points_left == 0)
		kill(getpid(), SIGKILL);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* As dispatch's own run_due: one look. */
static struct report
run_due(struct turn *t)
{
	struct report said = { 0 };
	struct db_rows *r;

	if (db_run0(t->db, ST_DUE, &r) != RC_OK)
		return (struct report){ .broken = 1 };
	for (int i = 0; i < db_count(r); i++) {
		enum rc rc = turn_due(
		    t, db_get_text(r, i, 0), db_get_i64(r, i, 1), db_get_i64(r, i, 2));

		said.done += rc == RC_OK;
		said.broken += rc == RC_BROKEN || rc == RC_REFUSED;
	}
	db_rows_free(r);
	turn_sends_clear(t);
	return said;
}

static void
serve(int fd)
{
	struct turn t;
	struct order o;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	turn_init(&t, world_db("shyraq_dispatch", DB_DISPATCH), &world.setup.keys,
	    &world.setup.flows, world.setup.policy, &world.setup.limits);
	while (read(fd, &o, sizeof(o)) == (ssize_t)sizeof(o)) {
		struct report said;

		points_left = o.points;
		said = run_due(&t);
		points_left = 0;
		if (write(fd, &said, sizeof(said)) != (ssize_t)sizeof(said))
			break;
	}
	_exit(0);
}

static void
spawn(int i)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
		fatal("simulate.pair", "no pair of sockets");
	fflush(NULL);
	child[i].pid = fork();
	if (child[i].pid < 0)
		fatal("simulate.fork", "no child");
	if (child[i].pid == 0) {
		close(fd[0]);
		for (int k = 0; k < CHILDREN; k++) {
			if (k != i && child[k].pid != 0)
				close(child[k].fd);
		}
		serve(fd[1]);
	}
	close(fd[1]);
	child[i].fd = fd[0];
	child[i].asked = false;
}

static void
bury(int i)
{
	int status;

	kill(child[i].pid, SIGKILL);
	while (waitpid(child[i].pid, &status, 0) < 0 && errno == EINTR)
		continue;
	close(child[i].fd);
	if (!WIFSIGNALED(status))
		fatalx("simulate.child", "a dispatcher ended by itself");
	dispatch_counts.kills++;
	spawn(i);
}

void
dispatch_open(void)
{
	signal(SIGPIPE, SIG_IGN);
	rng.s = options.seed ^ UINT64_C(0x5851f42d4c957f2d);
	for (int i = 0; i < CHILDREN; i++)
		spawn(i);
}

static void
ask(int i, uint32_t points)
{
	struct order o = { points };

	dispatch_counts.looks++;
	child[i].asked = true;
	if (write(child[i].fd, &o, sizeof(o)) != (ssize_t)sizeof(o))
		bury(i);
}

void
dispatch_begin(void)
{
	bool two = draw_part(&rng) < options.two;
	int first = (int)draw(&rng, CHILDREN);

	dispatch_counts.twins += two;
	for (int i = 0; i < CHILDREN; i++) {
		bool at_point = draw_part(&rng) < options.kill / 2;

		if (!two && i != first)
			continue;
		dispatch_counts.at_points += at_point;
		ask(i, at_point ? 1 + draw(&rng, POINTS) : 0);
	}
}

/* Answered, dead, or killed now. */
static void
wait_for(int i)
{
	bool by_force = draw_part(&rng) < options.kill / 2;
	int64_t us = by_force ? draw(&rng, ANY_US) : STUCK_S * 1000000LL;
	struct timespec limit = { .tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000 };
	struct pollfd f = { .fd = child[i].fd, .events = POLLIN };
	struct report said;
	int n;

	child[i].asked = false;
	while ((n = ppoll(&f, 1, &limit, NULL)) < 0 && errno == EINTR)
		continue;
	if (n == 0 && !by_force)
		wrong(NULL, "a dispatcher said nothing for %d s", STUCK_S);
	if (n == 0 || read(child[i].fd, &said, sizeof(said)) != (ssize_t)sizeof(said)) {
		bury(i);
		return;
	}
	dispatch_counts.done += said.done;
	if (said.broken > 0)
		wrong(NULL, "a dispatcher failed %u times", said.broken);
}

int64_t
dispatch_wait(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		if (child[i].asked)
			wait_for(i);
	}
	for (int round = 0; round < PATIENCE; round++) {
		int64_t due = world_next_due();
		int i = (int)draw(&rng, CHILDREN);

		if (due < 0 || due > clock_wall_ms())
			return due;
		ask(i, 0);
		wait_for(i);
	}
	wrong(NULL, "what is due is never done");
	return -1;
}

void
dispatch_close(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		close(child[i].fd);
		while (waitpid(child[i].pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
}
