/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every file of the project may lean on: the result type, attributes, allocators.
 * It never grows a helper that belongs to a trade; included by every header that needs it.
 */
#ifndef SHYRAQ_BASE_H
#define SHYRAQ_BASE_H

#include <stddef.h>

/*
 * The result of every function that can fail.
 * RC_OK       done
 * RC_AGAIN    not now; the same call may work later
 * RC_REFUSED  this input never will; do not retry
 * RC_BROKEN   the resource is gone; reopen it first
 * The function that learns the cause logs it, once.
 */
enum rc {
	RC_OK,
	RC_AGAIN,
	RC_REFUSED,
	RC_BROKEN,
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Allocators that never return NULL: running out of memory ends the process. Free with free(). */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));

#endif
