/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line an event on stderr: journald's priority prefix, event name, then facts.
 * It never carries a number, a text or a name of a person: only peer_ref and ids.
 * Called by whoever learns a cause, once.
 */
#ifndef SHYRAQ_LOG_H
#define SHYRAQ_LOG_H

#include <stdbool.h>

#include "base.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* `process` is borrowed for the life of the program. */
void log_open(const char *process, enum log_level level);
/* "error", "warn", "info" or "debug"; RC_REFUSED for anything else. */
MUST_CHECK enum rc log_level_parse(const char *name, enum log_level *level);

/* `event` is dotted and unique in the source: one grep finds the line of code. */
void log_error(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_warn(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_info(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_debug(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * For a transaction: info and debug lines of this thread wait until log_held, which writes them (`done`: it was
 * committed) or drops them, for then it did not happen. Errors and warnings are written at once. log_hold again
 * drops what waits.
 */
void log_hold(void);
void log_held(bool done);

/* For the start of a process and for lost invariants: logs, then exits 1. fatal adds errno's text. */
void fatal(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3)
    __attribute__((noreturn));
void fatalx(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3)
    __attribute__((noreturn));

#endif
