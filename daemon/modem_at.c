/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One AT command, its answer, bounded in lines and time.
 * It never retries and never parses beyond lines. Called by modem_gammu*.c, in the modem's thread.
 */
#include "modem_at.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "clock.h"
#include "descriptors.h"
#include "str.h"

#define LEAVE_MS 300
#define QUIET_MS 50
#define DRAIN_MS 500

int
at_open(const char *device)
{
	struct termios t;
	int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fd >= DESCRIPTORS) {
		close(fd);
		errno = EMFILE;
		return -1;
	}
	/* before libgammu: a tty that echoes would talk to the modem */
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		t.c_cflag |= CLOCAL | CREAD;
		(void)tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

bool
at_gone(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

bool
at_wait(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

static enum rc
wait_for(int fd, short events, int64_t end)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int64_t left = end - clock_mono_us() / 1000;
		int n;

		if (left <= 0)
			return RC_BROKEN;
		n = poll(&p, 1, (int)left);
		if (n > 0)
			return (p.revents & events) != 0 ? RC_OK : RC_BROKEN;
		if (n < 0 && errno != EINTR)
			return RC_BROKEN;
	}
}

static enum rc
write_all(int fd, const char *s, int64_t end)
{
	size_t n = strlen(s);

	while (n > 0) {
		ssize_t done;

		if (wait_for(fd, POLLOUT, end) != RC_OK)
			return RC_BROKEN;
		done = write(fd, s, n);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return RC_BROKEN;
		if (done > 0) {
			s += done;
			n -= (size_t)done;
		}
	}
	return RC_OK;
}

/* The next line that is not empty, without its end. */
static enum rc
read_line(int fd, char *line, int64_t end)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return RC_BROKEN;
		if (got <= 0) {
			if (wait_for(fd, POLLIN, end) != RC_OK)
				return RC_BROKEN;
			continue;
		}
		if (c != '\r' && c != '\n') {
			if (n == AT_LINE_MAX - 1)
				return RC_BROKEN;
			line[n++] = c;
		} else if (n > 0) {
			line[n] = '\0';
			return RC_OK;
		}
	}
}

static bool
begins(const char *line, const char *head)
{
	return strncmp(line, head, strlen(head)) == 0;
}

enum rc
at_ask(int fd, const char *command, int ms, struct at_answer *a)
{
	int64_t end = clock_mono_us() / 1000 + ms;
	char line[AT_LINE_MAX];

	memset(a, 0, sizeof(*a));
	if (write_all(fd, command, end) != RC_OK || write_all(fd, "\r", end) != RC_OK)
		return RC_BROKEN;
	for (;;) {
		if (read_line(fd, line, end) != RC_OK)
			return RC_BROKEN;
		if (strcmp(line, command) == 0)
			continue; /* the echo */
		if (begins(line, "+CMTI:") || begins(line, "+CDSI:") ||
		    begins(line, "+CMT:")) {
			a->told = true;
			continue;
		}
		if (strcmp(line, "OK") == 0) {
			a->ok = true;
			return RC_OK;
		}
		if (begins(line, "ERROR") || begins(line, "+CME ERROR") ||
		    begins(line, "+CMS ERROR"))
			return RC_OK;
		if (a->n == AT_LINES_MAX)
			return RC_BROKEN;
		if (!str_copy(a->line[a->n], AT_LINE_MAX, line))
			return RC_BROKEN;
		a->n++;
	}
}

/* Drops what is said until it is quiet; a line that never is does not hold us. */
static void
drain(int fd)
{
	int64_t end = clock_mono_us() / 1000 + DRAIN_MS;
	char dropped[256];

	while (at_wait(fd, QUIET_MS) && clock_mono_us() / 1000 < end) {
		if (read(fd, dropped, sizeof(dropped)) <= 0)
			return;
	}
	explicit_bzero(dropped, sizeof(dropped));
}

enum rc
at_knock(int fd, int ms, struct at_answer *a)
{
	(void)tcflush(fd, TCIFLUSH);
	if (at_ask(fd, "AT", ms, a) == RC_OK) {
		drain(fd);
		return RC_OK;
	}
	/* perhaps it took that for the text it waits for */
	(void)!at_ask(fd, "\x1b", LEAVE_MS, a);
	drain(fd);
	return RC_AGAIN;
}

const char *
at_line(const struct at_answer *a, const char *head)
{
	for (unsigned i = 0; i < a->n; i++) {
		const char *rest = a->line[i];

		if (!begins(rest, head))
			continue;
		rest += strlen(head);
		return rest + strspn(rest, " ");
	}
	return NULL;
}
