/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a conversation: each line a text, its first byte how it comes. A step never fails, says
 * at most two parts, and refers nobody without cause. Called by make fuzz, from the top folder.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "gsm.h"
#include "str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct flows *flows;

static void
insist(bool so)
{
	if (!so)
		abort();
}

static void
load(void)
{
	struct flow_err err;

	if (flows_load("conf", &flows, &err) != RC_OK) {
		fputs(err.s, stderr);
		abort();
	}
}

static void
holds(const struct session *s, const struct effects *e, bool yes)
{
	char screen[FLOW_TEXT_MAX];

	insist(e->n <= FLOW_EFFECTS && s->slots <= FLOW_SLOTS);
	insist(str_is_utf8(e->text, strlen(e->text)));
	insist(gsm_size_of(e->text).parts <= 2);
	for (unsigned i = 0; i < e->n; i++) {
		if (e->v[i].kind == EFFECT_REFER)
			insist(yes || s->class == CASE_DANGER ||
			    strcmp(session_slot(s, "who"), "child") == 0);
	}
	insist(flow_screen(flows, s,
		   &(struct flow_input){ .bearer = BEARER_SMS, .country = "" },
		   screen) == RC_OK);
	insist(flow_screen(flows, s,
		   &(struct flow_input){ .bearer = BEARER_USSD, .country = "" },
		   screen) == RC_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const countries[] = { "KZ", "UZ", "RU", "" };
	struct session s = { .lang = LANG_NONE };
	static char text[3 * 16384 + 1];
	int64_t now = 1;

	if (flows == NULL)
		load();
	while (n > 0) {
		const uint8_t *end = memchr(data, '\n', n);
		size_t len = end != NULL ? (size_t)(end - data) : n;
		struct flow_input in = { .text = text };
		struct effects e;

		if (len > 16384)
			return 0;
		str_clean_utf8(text, sizeof text, data + (len > 0), len - (len > 0));
		in.kind = len > 0 && (data[0] & 0x70) == 0x70 ? INPUT_EXPIRED
							      : INPUT_TEXT;
		in.bearer = len > 0 && (data[0] & 8) != 0 ? BEARER_USSD : BEARER_SMS;
		in.late = len > 0 && (data[0] & 4) != 0;
		in.country = countries[len > 0 ? data[0] & 3 : 0];
		in.state = (enum case_state)(len > 0 ? data[0] % 5 : 0);
		in.now_ms = now += 60000;
		insist(flow_step(flows, &s, &in, &e) == RC_OK);
		for (unsigned i = 0; i < e.n; i++) {
			if (e.v[i].kind == EFFECT_CASE_OPEN)
				s.case_id = now;
		}
		holds(&s, &e, strcmp(session_slot(&s, "ngo"), "yes") == 0);
		data += len + (end != NULL);
		n -= len + (end != NULL);
	}
	return 0;
}
