/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults: their state, their timers and how they end.
 * Never decides by chance: the same orders give the same faults.
 * Called by sim_at.c, sim_at_sms.c, sim_ctl_fault.c and the loop.
 */
#include "sim_fault.h"

#include "sim.h"

void
fault_init(struct fault *f)
{
	*f = (struct fault){ .hang_up_at_submit = -1, .reboot_at_submit = -1 };
}

void
fault_clear(struct sim *s)
{
	bool hung_up = s->fault.line_back_at != 0;
	bool dark = s->fault.dark_until != 0;

	fault_init(&s->fault);
	if (hung_up)
		s->fault.line_back_at = sim_now_ms();
	if (dark)
		s->fault.dark_until = sim_now_ms();
	s->tty.bps = s->opt.bps;
	s->store.bound = s->store.total;
	store_drop_dummies(&s->store);
	net_register(s, NET_HOME);
}

bool
fault_use(int *left)
{
	if (*left == 0)
		return false;
	if (*left != FAULT_FOREVER)
		--*left;
	return true;
}

bool
fault_is_dark(const struct fault *f, int64_t now_ms)
{
	return now_ms < f->dark_until;
}

bool
fault_is_mute(const struct fault *f, int64_t now_ms)
{
	return now_ms < f->silent_until || fault_is_dark(f, now_ms);
}

static int64_t
later(int64_t ms)
{
	return ms < 0 ? INT64_MAX : sim_now_ms() + ms;
}

void
fault_hang_up(struct sim *s, int64_t ms)
{
	tty_close(&s->tty);
	at_line_lost(s);
	s->fault.line_back_at = later(ms);
}

void
fault_reboot(struct sim *s, int64_t ms)
{
	at_power_off(s);
	s->fault.dark_until = later(ms);
}

bool
fault_at_submit(struct sim *s)
{
	struct fault *f = &s->fault;
	int ms;

	if (f->hang_up_at_submit >= 0) {
		ms = f->hang_up_at_submit;
		f->hang_up_at_submit = -1;
		fault_hang_up(s, ms);
		return true;
	}
	if (f->reboot_at_submit >= 0) {
		ms = f->reboot_at_submit;
		f->reboot_at_submit = -1;
		fault_reboot(s, ms);
		return true;
	}
	return fault_use(&f->no_result_left);
}

void
fault_run(struct sim *s, int64_t now_ms)
{
	struct fault *f = &s->fault;

	if (f->line_back_at != 0 && now_ms >= f->line_back_at) {
		f->line_back_at = 0;
		if (tty_open(&s->tty) != RC_OK)
			f->line_back_at = now_ms + 1000;
	}
	if (f->dark_until != 0 && now_ms >= f->dark_until) {
		f->dark_until = 0;
		at_power_on(s);
	}
	if (f->silent_until != 0 && now_ms >= f->silent_until)
		f->silent_until = 0;
	if (f->junk_where == FAULT_LINE && now_ms >= f->junk_at_ms &&
	    fault_use(&f->junk_left)) {
		f->junk_at_ms = now_ms + f->junk_every_ms;
		at_tell_junk(s);
	}
}

int64_t
fault_due_ms(const struct sim *s)
{
	const struct fault *f = &s->fault;
	int64_t due = INT64_MAX;

	if (f->line_back_at != 0 && f->line_back_at < due)
		due = f->line_back_at;
	if (f->dark_until != 0 && f->dark_until < due)
		due = f->dark_until;
	if (f->silent_until != 0 && f->silent_until < due)
		due = f->silent_until;
	if (f->junk_where == FAULT_LINE && f->junk_left != 0 && f->junk_at_ms < due)
		due = f->junk_at_ms;
	return due;
}
