/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allocators that never return NULL.
 * They never try to go on without memory: the process ends and is started anew.
 * Called by everyone.
 */
#include "base.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

static void *
or_die(void *p, size_t size)
{
	if (p == NULL)
		fatalx("mem.exhausted", "bytes=%zu", size);
	return p;
}

void *
xmalloc(size_t size)
{
	return or_die(malloc(size > 0 ? size : 1), size);
}

void *
xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n > 0 ? n : 1, size > 0 ? size : 1), size);
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	return or_die(reallocarray(p, n > 0 ? n : 1, size > 0 ? size : 1), size);
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}
