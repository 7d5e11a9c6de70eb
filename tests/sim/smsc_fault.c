/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults: their names, their counts, and chance that is the same for the same seed.
 * It never acts unasked. Called by smsc_*.c.
 */
#include "smsc_fault.h"

#include <string.h>

#include "smsc.h"

static const char *const names[FAULTS] = {
	[FAULT_REFUSE_BIND] = "refuse_bind",
	[FAULT_BIND_SILENT] = "bind_silent",
	[FAULT_EARLY_DELIVER] = "early_deliver",
	[FAULT_THROTTLE] = "throttle",
	[FAULT_REFUSE_SUBMIT] = "refuse_submit",
	[FAULT_SUBMIT_SILENT] = "submit_silent",
	[FAULT_SUBMIT_DROP] = "submit_drop",
	[FAULT_SUBMIT_LOST] = "submit_lost",
	[FAULT_SLOW] = "slow",
	[FAULT_WRONG_SEQUENCE] = "wrong_sequence",
	[FAULT_NACK] = "nack",
	[FAULT_DELIVER_DROP] = "deliver_drop",
	[FAULT_RESPONSE_LOST] = "response_lost",
	[FAULT_RESPONSE_IGNORED] = "response_ignored",
	[FAULT_DUPLICATE] = "duplicate",
	[FAULT_REPEAT_ON_BIND] = "repeat_on_bind",
	[FAULT_CUT] = "cut",
	[FAULT_ENQUIRE_SILENT] = "enquire_silent",
};

enum fault
fault_of(const char *name)
{
	enum fault f = 0;

	while (f < FAULTS && strcmp(name, names[f]) != 0)
		f++;
	return f;
}

const char *
fault_name(enum fault f)
{
	return names[f];
}

bool
fault_in_force(const struct smsc *s, enum fault f)
{
	const struct fault_row *row = &s->fault.row[f];

	return row->left != 0 || row->rate > 0 || smsc_now_ms() < row->until_ms;
}

/* splitmix64: 0 to 1 */
static double
chance(struct faults *f)
{
	uint64_t z = f->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

bool
fault_hits(struct smsc *s, enum fault f)
{
	struct fault_row *row = &s->fault.row[f];

	if (row->left > 0) {
		row->left--;
		return true;
	}
	if (row->left == FAULT_ALWAYS || smsc_now_ms() < row->until_ms)
		return true;
	return row->rate > 0 && chance(&s->fault) < row->rate;
}

void
fault_clear(struct smsc *s)
{
	memset(s->fault.row, 0, sizeof(s->fault.row));
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++)
		s->conns[i].hang_until = 0;
	s->closed_until = 0;
}

void
fault_drop(struct smsc *s, uint64_t serial)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		if (s->conns[i].fd >= 0 && (serial == 0 || s->conns[i].serial == serial))
			smsc_conn_close(&s->conns[i]);
	}
}

void
fault_hang(struct smsc *s, uint64_t serial, int64_t ms)
{
	int64_t until = ms < 0 ? INT64_MAX : smsc_now_ms() + ms;

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		if (s->conns[i].fd >= 0 && (serial == 0 || s->conns[i].serial == serial))
			s->conns[i].hang_until = until;
	}
}
