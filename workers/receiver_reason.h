/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a receiver cannot, where the words of the same text say so: nobody is asked what they said.
 * Pure but for a table folded at the first call. Included by receivers.c and receiver_acts.c.
 */
#ifndef SHYRAQ_RECEIVER_REASON_H
#define SHYRAQ_RECEIVER_REASON_H

/* The digits of the question, for ever. */
enum receiver_reason {
	REASON_NONE = 0,
	REASON_FULL = 1,
	REASON_FAR = 2,
	REASON_PROFILE = 3,
	REASON_UNSAFE = 4,
};

/* The one reason that the text names, in any language; REASON_NONE: none, or several. */
enum receiver_reason receiver_reason_of(const char *text);
/* "full": as the database keeps it; NULL for REASON_NONE. */
const char *receiver_reason_name(enum receiver_reason why);

#endif
