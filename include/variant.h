/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between a live and a test build, one file each: variant_live.c, variant_test.c.
 * A live build has no way to move the clock and no way to be killed at a line.
 * Called by clock.c and by the steps of both roads.
 */
#ifndef SHYRAQ_VARIANT_H
#define SHYRAQ_VARIANT_H

#include <stdint.h>

/*
 * Test build: SHYRAQ_CLOCK_FILE names a file of two little-endian int64: ms added to every clock,
 * ms added to the wall clock alone. Mapped shared and read at each call. Live build: 0.
 */
int64_t variant_offset_ms(void);
int64_t variant_wall_offset_ms(void);

/*
 * Test build: SHYRAQ_KILL_AT=name:n ends the process with SIGKILL when this point is passed for the
 * n-th time (n from 1). SHYRAQ_KILL_LIST=FILE appends each point's name at its first passing.
 * Live build: nothing.
 */
void kill_point(const char *name);

/* "live" or "test"; printed by --version. */
const char *variant_name(void);

#endif
