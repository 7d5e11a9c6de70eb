/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pty as a serial line. The slave is held open here too, so that a host may go and come
 * back; who else has it open is told by inotify, as POLLHUP is then never seen.
 * Called by modem_sim.c, sim_at.c and sim_fault.c; never interprets a byte.
 */
#include "sim_tty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <poll.h>

#include "log.h"

enum {
	SLICE_MS = 4
};

static MUST_CHECK enum rc
point_link(const struct tty *t, const char *device)
{
	char beside[4096];
	int n = snprintf(beside, sizeof beside, "%s.new", t->link);

	if (n < 0 || (size_t)n >= sizeof beside)
		return RC_REFUSED;
	unlink(beside);
	if (symlink(device, beside) != 0 || rename(beside, t->link) != 0)
		return RC_BROKEN;
	return RC_OK;
}

static MUST_CHECK enum rc
open_slave(struct tty *t, const char *device)
{
	struct termios raw;

	t->slave = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (t->slave < 0 || tcgetattr(t->slave, &raw) != 0)
		return RC_BROKEN;
	cfmakeraw(&raw);
	if (tcsetattr(t->slave, TCSANOW, &raw) != 0)
		return RC_BROKEN;
	t->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (t->watch < 0 || inotify_add_watch(t->watch, device, IN_OPEN | IN_CLOSE) < 0)
		return RC_BROKEN;
	return RC_OK;
}

enum rc
tty_open(struct tty *t)
{
	char device[64] = "";
	enum rc rc = RC_BROKEN;

	t->slave = t->watch = -1;
	t->opens = 0;
	t->out_len = 0;
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (t->master >= 0 && grantpt(t->master) == 0 && unlockpt(t->master) == 0 &&
	    ptsname_r(t->master, device, sizeof device) == 0)
		rc = open_slave(t, device);
	if (rc == RC_OK)
		rc = point_link(t, device);
	if (rc != RC_OK) {
		log_error(
		    "sim.tty.open", "link=%s error=\"%s\"", t->link, strerror(errno));
		tty_close(t);
		return RC_BROKEN;
	}
	log_info("sim.tty.ready", "link=%s device=%s", t->link, device);
	return RC_OK;
}

void
tty_close(struct tty *t)
{
	int *fd[] = { &t->watch, &t->slave, &t->master };
	size_t i;

	for (i = 0; i < ARRAY_LEN(fd); i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
	unlink(t->link);
	t->opens = 0;
	t->out_len = 0;
}

void
tty_put(struct tty *t, const char *s, size_t n)
{
	if (t->master < 0 || t->opens == 0 || n > sizeof t->out - t->out_len) {
		t->lost += n;
		return;
	}
	memcpy(t->out + t->out_len, s, n);
	t->out_len += n;
}

static void
raise_allowance(struct tty *t, int64_t now_ms)
{
	double more = (double)t->bps * (double)(now_ms - t->tokens_ms) / 1000.0;
	double most = (double)t->bps * SLICE_MS * 2 / 1000.0 + 1.0;

	if (now_ms - t->tokens_ms < SLICE_MS)
		return;
	t->tokens_ms = now_ms;
	t->may_write = t->may_write + more < most ? t->may_write + more : most;
	t->may_read = t->may_read + more < most ? t->may_read + more : most;
}

size_t
tty_read(struct tty *t, char *buf, size_t size, int64_t now_ms)
{
	ssize_t n;

	if (t->master < 0)
		return 0;
	if (t->bps > 0) {
		raise_allowance(t, now_ms);
		if (t->may_read < 1.0)
			return 0;
		if (t->may_read < (double)size)
			size = (size_t)t->may_read;
	}
	n = read(t->master, buf, size);
	if (n <= 0)
		return 0;
	t->may_read -= (double)n;
	return (size_t)n;
}

void
tty_run(struct tty *t, int64_t now_ms)
{
	size_t want = t->out_len;
	ssize_t n;

	if (t->master < 0 || want == 0)
		return;
	if (t->bps > 0) {
		raise_allowance(t, now_ms);
		if (t->may_write < 1.0)
			return;
		if (t->may_write < (double)want)
			want = (size_t)t->may_write;
	}
	n = write(t->master, t->out, want);
	if (n <= 0)
		return;
	t->may_write -= (double)n;
	t->out_len -= (size_t)n;
	memmove(t->out, t->out + n, t->out_len);
}

bool
tty_watch(struct tty *t)
{
	_Alignas(struct inotify_event) char buf[4096];
	bool last_went = false;
	const struct inotify_event *e;
	ssize_t n, at;

	if (t->watch < 0)
		return false;
	while ((n = read(t->watch, buf, sizeof buf)) > 0) {
		for (at = 0; at < n; at += (ssize_t)(sizeof *e + e->len)) {
			e = (const struct inotify_event *)(const void *)(buf + at);
			if (e->mask & IN_OPEN) {
				t->opens++;
				last_went = false;
			} else if (e->mask & IN_CLOSE && t->opens > 0) {
				t->opens--;
				last_went = t->opens == 0;
			}
		}
	}
	if (last_went) {
		t->out_len = 0;
		tcflush(t->slave, TCIOFLUSH);
		ioctl(
		    t->slave, TIOCNXCL); /* the host may have asked for the line alone */
	}
	return last_went;
}

short
tty_events(const struct tty *t, int64_t now_ms)
{
	bool pause = t->bps > 0 && now_ms - t->tokens_ms < SLICE_MS;

	if (pause)
		return 0;
	return (short)(POLLIN | (t->out_len > 0 ? POLLOUT : 0));
}

int64_t
tty_due_ms(const struct tty *t, int64_t now_ms)
{
	if (t->bps == 0 || now_ms - t->tokens_ms >= SLICE_MS)
		return INT64_MAX;
	return t->tokens_ms + SLICE_MS;
}
