/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Invented receivers in a service that is in production: suspended before anybody is asked.
 * It deletes nothing. Called by dispatch while it leads.
 */
#ifndef SHYRAQ_SAMPLES_H
#define SHYRAQ_SAMPLES_H

#include "turn.h"

struct samples {
	const struct flows *seen; /* the load for which it was done; NULL: not yet */
};

/* Once a load and leadership. RC_OK also where nothing is to be done; else ask nobody before it is. */
MUST_CHECK enum rc samples_run(struct samples *s, struct turn *t);

#endif
