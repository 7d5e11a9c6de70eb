/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only source of time in C. SQL has shyraq_now(), which takes the same test offset.
 * It never sleeps and never sets a clock; called by every process.
 */
#ifndef SHYRAQ_CLOCK_H
#define SHYRAQ_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Wall clock, UTC, milliseconds since 1970. Test builds add the offset (variant_test.c). */
int64_t clock_wall_ms(void);

/* Milliseconds since boot, suspended time counted (CLOCK_BOOTTIME); for all that is "remaining". */
int64_t clock_boot_ms(void);

/* Microseconds of CLOCK_MONOTONIC, for measuring how long something took; takes no offset. */
int64_t clock_mono_us(void);

/*
 * Watches the wall clock against the monotonic one. Zero-initialise; the first call sets the base.
 * Returns the jump in ms since the base, signed; a jump of more than CLOCK_JUMP_MS is one to act on.
 * clock_watch_reset accepts the present difference as the new base.
 */
#define CLOCK_JUMP_MS 5000
struct clock_watch {
	int64_t base_ms;
	bool set;
};
int64_t clock_watch_jump_ms(struct clock_watch *w);
void clock_watch_reset(struct clock_watch *w);

/* Whether the kernel says that its clock is kept by NTP or PTP (adjtimex(2)). */
bool clock_is_synced(void);

#endif
