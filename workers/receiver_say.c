/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one reply to a receiver who writes, and what its templates may name: case, code, time.
 * It decides nothing and never names a number of anybody. Called by receivers.c and its helpers.
 */
#include <stdio.h>

#include "receiver_acts.h"
#include "refer_text.h"

enum rc
answering_reply(struct answering *a, int64_t case_id, const char *key, const char *text)
{
	const struct person *p = a->p;
	struct turn_text x = {
		.inbox_id = p->inbox_id,
		.contact_id = p->contact_id,
		.case_id = case_id,
		.key = key,
		.text = text,
		.link = p->in->u.sms.link,
		.daemon = p->in->daemon,
		.instance = p->in->instance,
		.priority = PRIORITY_REFERRAL,
		.to = &p->phone,
	};

	return turn_text_out(a->t, &x);
}

enum rc
answering_say(struct answering *a, int64_t case_id, const char *key,
    const struct text_arg *args, size_t n)
{
	char text[REFER_TEXT_MAX];
	enum rc rc = refer_say(a->t->flows, a->lang, key, args, n, text);

	return rc == RC_OK ? answering_reply(a, case_id, key, text) : rc;
}

const struct text_arg *
said_args(struct said *s, int64_t number, int64_t code, int64_t at_ms, const char *region)
{
	snprintf(s->number, sizeof(s->number), "%lld", (long long)number);
	snprintf(s->code, sizeof(s->code), "%03d", (int)(code % 1000));
	s->time[0] = '\0';
	if (at_ms != 0)
		turn_hhmm(at_ms, region, s->time);
	s->arg[0] = (struct text_arg){ "n", s->number };
	s->arg[1] = (struct text_arg){ "code", s->code };
	s->arg[2] = (struct text_arg){ "at", s->time };
	return s->arg;
}
