/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The person of flow_stage.h as they stand before a test by SMS: nothing said, nothing known.
 * It says nothing itself. Included by tests/unit/flow_test.c and flow_own_test.c.
 */
#ifndef SHYRAQ_SMS_STAGE_H
#define SHYRAQ_SMS_STAGE_H

#include "flow_stage.h"

/* By SMS, from a number of Kazakhstan. */
static int
anew(void **state)
{
	(void)state;
	s = (struct session){ .lang = LANG_NONE };
	in = (struct flow_input){ .country = "KZ", .now_ms = 1000, .taken_at = "21:49" };
	return 0;
}

#endif
