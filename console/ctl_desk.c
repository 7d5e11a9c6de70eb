/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl desk: the live desk on a case worker's own machine, with their own login and key. It polls, counts
 * windows down, and goes blank when nobody is here. No word reaches a file or the scrollback. Called by ctl.c.
 */
#include "ctl_desk.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ctl_desk_screen.h"
#include "ctl_flow.h"
#include "ctl_words.h"

#define TICK_MS 150
#define POLL_US INT64_C(1000000)
#define MINUTE_US INT64_C(60000000)
#define IDLE_MIN 5

static volatile sig_atomic_t told_to_end;

static void
on_signal(int number)
{
	(void)number;
	told_to_end = 1;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGHUP, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
}

static int
open_desk(struct desk *d)
{
	int status = ctl_own_key(d->c, &d->sec, &d->pub);

	if (status != CTL_DONE)
		return status;
	d->flows = ctl_flow_load(ctl_flow_dir(d->c, NULL));
	if (d->flows == NULL)
		return CTL_NOT_DONE;
	d->db = ctl_db(d->c, DB_CTL);
	if (d->db == NULL)
		return CTL_NOT_DONE;
	if (desk_read_me(d))
		return CTL_DONE;
	return d->me[0] == '\0'
	    ? CTL_NOT_DONE
	    : ctl_wrong("this key is no active key holder's: `shyraqctl keyholder add`");
}

static void
poll_all(struct desk *d)
{
	int64_t newest = d->newest_ms;

	if (!desk_read_list(d))
		return;
	for (int i = 0; i < d->n; i++) {
		if (d->list[i].asked_ms > newest)
			newest = d->list[i].asked_ms;
	}
	if (newest > d->newest_ms && d->newest_ms != 0)
		desk_screen_bell();
	d->newest_ms = newest;
	if (d->open.id != 0 && d->mode != DESK_IDLE)
		(void)!desk_read_case(d);
}

static void
go_idle(struct desk *d)
{
	d->mode = DESK_IDLE;
	desk_forget_words(d);
	d->note[0] = '\0';
	desk_screen_wipe();
}

static void
run(struct desk *d, int64_t idle_us)
{
	int64_t polled = 0, touched = clock_mono_us();

	while (!d->end && told_to_end == 0) {
		int64_t now = clock_mono_us();
		enum desk_key key;
		char utf8[8];

		if (now - polled >= POLL_US) {
			poll_all(d);
			polled = now;
		}
		desk_look(d);
		if (d->mode != DESK_IDLE && now - touched >= idle_us)
			go_idle(d);
		desk_draw(d);
		key = desk_screen_key(TICK_MS, utf8);
		if (key == DESK_NONE)
			continue;
		touched = clock_mono_us();
		if (key != DESK_RESIZED)
			desk_on_key(d, key, utf8);
	}
}

/* While the screen is drawn, stderr would write over it. */
static int
hush_stderr(void)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
	    null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0)
		(void)dup2(null, STDERR_FILENO);
	if (null >= 0)
		close(null);
	return kept;
}

static int
on_screen(struct desk *d, int64_t idle_us)
{
	int kept;

	if (!desk_screen_open())
		return ctl_wrong("the desk needs a terminal");
	kept = hush_stderr();
	catch_signals();
	run(d, idle_us);
	desk_forget_words(d);
	desk_screen_close();
	if (kept >= 0) {
		(void)dup2(kept, STDERR_FILENO);
		close(kept);
	}
	return CTL_DONE;
}

int
ctl_desk(struct ctl *c)
{
	static struct desk d;
	const char *idle = ctl_option(c, "--idle");
	int64_t minutes = IDLE_MIN;
	int status;

	if (c->json)
		return ctl_wrong_usage(c, "the desk is for a terminal: no --json");
	if (idle != NULL && !ctl_number(idle, "--idle", &minutes))
		return CTL_WRONG_USAGE;
	if (minutes > 60)
		return ctl_wrong_usage(c, "--idle: at most 60 minutes");
	ctl_keep_to_ourselves();
	d.c = c;
	status = open_desk(&d);
	if (status == CTL_DONE)
		status = on_screen(&d, minutes * MINUTE_US);
	db_free(d.db);
	flows_free(d.flows);
	seal_wipe(&d, sizeof(d));
	return status;
}
