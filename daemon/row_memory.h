/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is still known of rows that were sent: the highest attempt, and whether the network took one. Twelve
 * bytes and some room a row, so that ten minutes of a busy link fit. It keeps nothing durable and no text.
 * Called by outgoing.c.
 */
#ifndef SHYRAQ_ROW_MEMORY_H
#define SHYRAQ_ROW_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_memory;

/* Each put is remembered for at least keep_ms, and at most a quarter longer. */
struct row_memory *row_memory_new(int64_t keep_ms);
void row_memory_free(struct row_memory *m);

/* `high`: below 2^31. `now` of one clock that never goes back; id is not 0. */
void row_memory_put(
    struct row_memory *m, uint64_t id, uint32_t high, bool accepted, int64_t now);
/* The highest attempt of all that was put, and whether any was accepted; false: nothing is known. */
bool row_memory_find(
    const struct row_memory *m, uint64_t id, uint32_t *high, bool *accepted);
/* Forgets what is over. */
void row_memory_forget(struct row_memory *m, int64_t now);
/* Entries; a row that was put twice may count twice. */
size_t row_memory_count(const struct row_memory *m);

#endif
