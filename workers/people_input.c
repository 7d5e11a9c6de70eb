/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the engine is told of a person beside their text: state, code, what waits, what a dial must hide.
 * It says nothing to anybody. Called by step.c.
 */
#include <string.h>

#include "clock.h"
#include "own_stop.h"
#include "people.h"
#include "resume.h"
#include "str.h"

/* "22.11": the day of a human's answer, where the zone of the number has it. */
static void
day_of(int64_t wall_ms, const char *country, char out[6])
{
	int64_t days = (wall_ms / 60000 + turn_zone_minutes(country)) / 1440;
	/* of the civil calendar, counted from 1 March of the year 0 */
	int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	size_t len = 0;

	(void)!str_add(out, 6, &len, "%02d.%02d", (int)(doy - (153 * mp + 2) / 5 + 1),
	    (int)(mp < 10 ? mp + 3 : mp - 9));
}

enum rc
people_input(
    struct turn *t, struct person *p, enum input_kind kind, struct flow_input *in)
{
	const struct waiting *w = &p->waiting;

	*in = (struct flow_input){
		.kind = kind,
		.bearer = p->ussd ? BEARER_USSD : BEARER_SMS,
		.text = p->text,
		.country = p->country != NULL ? p->country : phone_country(&p->phone),
		.now_ms = clock_wall_ms(),
		.session_ms = t->limits.session_ms,
		.redial_ms = t->limits.redial_ms,
		.late = p->late,
		.state = p->state,
		.night = p->night,
		.down = p->down,
		.helped = p->helped,
		.follow = p->follow,
		.code = p->code,
		.job_answer = w->job != 0 ? w->answer : NULL,
		.hidden = p->ussd ? &p->hidden : NULL,
	};
	in->own_stop = kind == INPUT_TEXT && own_stop_is(t, p);
	memcpy(in->taken_at, p->taken_at, sizeof(in->taken_at));
	if (w->job != 0)
		day_of(w->answered_ms, in->country, in->job_at);
	if (w->relay != 0)
		in->waiting = (struct flow_waiting){ w->step, w->at, w->words };
	return kind == INPUT_TEXT ? resume_look(t, p, in) : RC_OK;
}
