/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One shelter with one phone, a person who agrees to an hour, a knock in it: a stage upon play.h.
 * It asks nobody. Included by tests/db/relay_test.c, phones_test.c and rules_test.c.
 */
#ifndef SHYRAQ_SHELTER_STAGE_H
#define SHYRAQ_SHELTER_STAGE_H

#include "play.h"

#define A 9000001U

static int64_t a;

static int
setup(void **state)
{
	int rc = play_setup(state);

	a = play_receiver("a", "shelter", A);
	return rc;
}

static void
agree(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	play_slot(s, "hour", "2200-2300");
	play_effect(e, EFFECT_ANSWER, "hour", "2200-2300");
	play_effect(e, EFFECT_DO, "safe_time", "");
	play_say(e, "end.hour", "noted");
}

static void
knocks(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	if (in->kind == INPUT_KNOCK)
		play_say(e, "knock", "an answer is ready");
}

#endif
