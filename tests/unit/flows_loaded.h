/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipped flows, loaded for the whole of a test program. It changes nothing of them.
 * Included by flow_stage.h and by the tests of tests/unit that need no more.
 */
#ifndef SHYRAQ_FLOWS_LOADED_H
#define SHYRAQ_FLOWS_LOADED_H

#include "flow.h"

static struct flows *flows;

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (flows_load("conf", &flows, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	flows_free(flows);
	return 0;
}

#endif
