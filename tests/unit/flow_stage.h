/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One person before the shipped flows: what is typed, what must be said, which effects it has.
 * It asks no database. Included by the tests of flows in tests/unit.
 */
#ifndef SHYRAQ_FLOW_STAGE_H
#define SHYRAQ_FLOW_STAGE_H

#include <string.h>

#include "flows_loaded.h"
#include "gsm.h"

#define MINUTE 60000LL

static struct session s;
static struct effects e;
static struct flow_input in;

static const struct effect *
effect_of(enum effect_kind kind, const char *name)
{
	for (unsigned i = 0; i < e.n; i++) {
		if (e.v[i].kind == kind &&
		    (name == NULL || strcmp(e.v[i].name, name) == 0))
			return &e.v[i];
	}
	return NULL;
}

/* The same, which must be there. */
static const struct effect *
there(enum effect_kind kind, const char *name)
{
	static const struct effect none;
	const struct effect *v = effect_of(kind, name);

	assert_non_null(v);
	return v != NULL ? v : &none;
}

static const char *
said_key(void)
{
	const struct effect *v = effect_of(EFFECT_SAY, NULL);

	return v != NULL ? v->key : "";
}

/* One input; `key` is what must be said, "" for silence. Every case that is opened has a number of its own. */
static void
put(enum input_kind kind, const char *text, const char *key)
{
	in.kind = kind;
	in.text = text;
	in.now_ms += MINUTE;
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
	if (effect_of(EFFECT_CASE_OPEN, NULL) != NULL)
		s.case_id += 317;
	if (strcmp(said_key(), key) != 0)
		fail_msg("%s: said \"%s\" (%s), not %s", text, said_key(), e.text, key);
}

#endif
