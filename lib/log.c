/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line an event on stderr, by one write each, so that lines of threads never mix.
 * It never allocates but while lines are held, never waits for a lock and never changes errno.
 * Called by whoever learns a cause, once.
 */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static const struct {
	const char *name;
	int priority; /* journald's, syslog(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },
	[LOG_LEVEL_WARN] = { "warn", 4 },
	[LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

static const char *log_process = "shyraq";
static enum log_level log_up_to = LOG_LEVEL_INFO;

/* Lines that wait for log_held, of this thread. */
static _Thread_local struct {
	bool on;
	char *s;
	size_t n, cap;
} held;

void
log_open(const char *process, enum log_level level)
{
	log_process = process;
	log_up_to = level;
}

enum rc
log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*level = (enum log_level)i;
			return RC_OK;
		}
	}
	return RC_REFUSED;
}

/* What snprintf says it wanted, as what it had. */
static size_t
had(int wanted, size_t room)
{
	if (wanted < 0)
		return 0;
	return (size_t)wanted < room ? (size_t)wanted : room - 1;
}

/* A cut character's first bytes go too: journald shows no line that is not UTF-8. */
static size_t
whole_characters(const char *line, size_t n)
{
	size_t i = n;

	while (i > 0 && ((unsigned char)line[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && ((unsigned char)line[i - 1] & 0xc0) == 0xc0)
		i--;
	return i;
}

static void
write_line(const char *line, size_t n)
{
	ssize_t done;

	do {
		done = write(STDERR_FILENO, line, n);
	} while (done < 0 && errno == EINTR);
}

static void
hold_line(const char *line, size_t n)
{
	if (held.cap - held.n < n) {
		held.cap = 2 * held.cap + LINE_MAX_BYTES;
		held.s = xreallocarray(held.s, held.cap, 1);
	}
	memcpy(held.s + held.n, line, n);
	held.n += n;
}

static void
log_line(enum log_level level, const char *event, const char *why, const char *fmt,
    va_list args)
{
	char line[LINE_MAX_BYTES];
	const size_t room = sizeof(line) - 1; /* for the line end */
	int kept = errno;
	size_t n;

	n = had(snprintf(
		    line, room, "<%d>%s %s ", levels[level].priority, log_process, event),
	    room);
	n += had(vsnprintf(line + n, room - n, fmt, args), room - n);
	if (why != NULL)
		n += had(snprintf(line + n, room - n, " why=\"%s\"", why), room - n);
	if (n == room - 1)
		n = whole_characters(line, n);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[n++] = '\n';
	if (held.on && level >= LOG_LEVEL_INFO)
		hold_line(line, n);
	else
		write_line(line, n);
	errno = kept;
}

void
log_hold(void)
{
	held.on = true;
	held.n = 0;
}

void
log_held(bool done)
{
	size_t n;

	held.on = false;
	for (size_t at = 0; done && at < held.n; at += n) {
		const char *end = memchr(held.s + at, '\n', held.n - at);

		n = end == NULL ? held.n - at : (size_t)(end - held.s) - at + 1;
		write_line(held.s + at, n);
	}
	held.n = 0;
}

void
log_error(const char *event, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_ERROR, event, NULL, fmt, args);
	va_end(args);
}

void
log_warn(const char *event, const char *fmt, ...)
{
	va_list args;

	if (log_up_to < LOG_LEVEL_WARN)
		return;
	va_start(args, fmt);
	log_line(LOG_LEVEL_WARN, event, NULL, fmt, args);
	va_end(args);
}

void
log_info(const char *event, const char *fmt, ...)
{
	va_list args;

	if (log_up_to < LOG_LEVEL_INFO)
		return;
	va_start(args, fmt);
	log_line(LOG_LEVEL_INFO, event, NULL, fmt, args);
	va_end(args);
}

void
log_debug(const char *event, const char *fmt, ...)
{
	va_list args;

	if (log_up_to < LOG_LEVEL_DEBUG)
		return;
	va_start(args, fmt);
	log_line(LOG_LEVEL_DEBUG, event, NULL, fmt, args);
	va_end(args);
}

/* No exit handlers: with sockets open or a thread at work they may not come back. */
void
fatal(const char *event, const char *fmt, ...)
{
	const char *why = strerrordesc_np(errno);
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_ERROR, event, why != NULL ? why : "unknown error", fmt, args);
	va_end(args);
	_exit(1);
}

void
fatalx(const char *event, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_ERROR, event, NULL, fmt, args);
	va_end(args);
	_exit(1);
}
