/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What makes a receiver: one check for a command line and for a row of a file.
 * Included by console/ctl_receiver.c and ctl_import.c.
 */
#ifndef SHYRAQ_CTL_RECEIVER_H
#define SHYRAQ_CTL_RECEIVER_H

#include "intake.h"

/* As a person wrote them; NULL or "": not given. */
struct ctl_receiver_words {
	const char *name, *kind, *regions, *lang, *number, *order, *vetted;
};

#define CTL_WHY_MAX 160
/* False: `why` says which value is wrong and what is allowed; never a number. */
MUST_CHECK bool ctl_receiver_check(const struct ctl_receiver_words *w,
    struct intake_receiver *out, char why[CTL_WHY_MAX]);

#endif
