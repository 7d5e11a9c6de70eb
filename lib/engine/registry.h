/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What may be written of a receiver: one check for a command line, a row of a file, and dispatch. Pure.
 * It keeps nothing and names no number. Called by console/ctl_receiver*.c, ctl_import.c and intake_receiver.c.
 */
#ifndef SHYRAQ_REGISTRY_H
#define SHYRAQ_REGISTRY_H

#include "intake.h"
#include "place.h"

#define REGISTRY_WHY_MAX 200

/*
 * Gives `r` a field as it is kept ("yes" is kept as "1", lists with single blanks); what is kept already
 * stays as it is. "" is what a field is by default, where it has one. `places` NULL: regions by their form
 * alone. False: `why` says what is allowed.
 */
MUST_CHECK bool registry_give(struct intake_receiver *r, enum intake_field f,
    const char *written, const struct places *places, char why[REGISTRY_WHY_MAX]);

/* Between fields: an embassy has a country, and nobody else. */
MUST_CHECK bool registry_fits(
    const struct intake_receiver *r, char why[REGISTRY_WHY_MAX]);

/* A name goes into lists and logs of people: well-formed, not empty, no control character. */
bool registry_is_name(const char *s);

/* "3d", "12h", "90min", "no": minutes; -1 for anything else. */
int64_t registry_minutes(const char *s);
/* INTAKE_UNTIL as it is kept: the instant; 0: for good. */
int64_t registry_until_ms(const char *kept);

#endif
