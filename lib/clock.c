/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only source of time in C: three kernel clocks, two with the variant's offset.
 * It never sleeps and never sets a clock.
 * Called by every process.
 */
#include "clock.h"

#include <sys/timex.h>
#include <time.h>

#include "log.h"
#include "variant.h"

static struct timespec
read_clock(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0)
		fatal("clock.unreadable", "id=%d", (int)id);
	return t;
}

static int64_t
to_ms(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_wall_ms(void)
{
	return to_ms(read_clock(CLOCK_REALTIME)) + variant_offset_ms() +
	    variant_wall_offset_ms();
}

int64_t
clock_boot_ms(void)
{
	return to_ms(read_clock(CLOCK_BOOTTIME)) + variant_offset_ms();
}

int64_t
clock_mono_us(void)
{
	struct timespec t = read_clock(CLOCK_MONOTONIC);

	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Without the shared offset: read twice, a change in between would look like a jump. */
static int64_t
wall_minus_boot(void)
{
	return to_ms(read_clock(CLOCK_REALTIME)) + variant_wall_offset_ms() -
	    to_ms(read_clock(CLOCK_BOOTTIME));
}

int64_t
clock_watch_jump_ms(struct clock_watch *w)
{
	int64_t difference = wall_minus_boot();

	if (!w->set) {
		w->base_ms = difference;
		w->set = true;
	}
	return difference - w->base_ms;
}

void
clock_watch_reset(struct clock_watch *w)
{
	w->base_ms = wall_minus_boot();
	w->set = true;
}

bool
clock_is_synced(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}
