/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry from the console: what its commands share. The closed lists stand in lib/engine/registry.c.
 * Included by console/ctl_receiver*.c, ctl_import*.c and ctl_operation.c only.
 */
#ifndef SHYRAQ_CTL_RECEIVER_H
#define SHYRAQ_CTL_RECEIVER_H

#include "ctl.h"
#include "registry.h"

/* What a check needs of conf_dir. */
struct ctl_registry {
	struct places *places;
	bool production;
};
/* An exit status; ctl_registry_close in any case. */
int ctl_registry_open(const struct ctl *c, struct ctl_registry *g);
void ctl_registry_close(struct ctl_registry *g);

/* False: `why` says which value is wrong and what is allowed; never a number. */
MUST_CHECK bool ctl_receiver_give(const struct ctl_registry *g, struct intake_receiver *r,
    enum intake_field f, const char *written, char why[REGISTRY_WHY_MAX]);
MUST_CHECK bool ctl_receiver_name(
    struct intake_receiver *r, const char *name, char why[REGISTRY_WHY_MAX]);
MUST_CHECK bool ctl_receiver_number(
    struct intake_receiver *r, const char *number, char why[REGISTRY_WHY_MAX]);

/* Rows of RECEIVER_LIST and CONTACT_LIST. */
#define CTL_RECEIVER_KINDS "IttTtbibIBtiMmTTTTTMB"
enum ctl_receiver_col {
	CTL_RECEIVER_ID,
	CTL_RECEIVER_NAME,
	CTL_RECEIVER_REGIONS = 4,
	CTL_RECEIVER_ACTIVE,
	CTL_RECEIVER_AWAY = 13,
	CTL_RECEIVER_HOURS = 18,
	CTL_RECEIVER_UNTIL,
	CTL_RECEIVER_ENDED,
};
enum ctl_contact_col {
	CTL_CONTACT_ID,
	CTL_CONTACT_RECEIVER,
	CTL_CONTACT_ACTIVE,
	CTL_CONTACT_LOST,
	CTL_CONTACT_ROLE,
	CTL_CONTACT_SHIFT,
};
/* A field of a row as it is kept ("1" for yes, "" for not known); away, role and shift have none. */
void ctl_receiver_value(
    const struct db_rows *r, int row, enum intake_field f, char out[INTAKE_VALUE_MAX]);
/* As people read it: "yes" for "1", "-" for "". */
const char *ctl_receiver_word(enum intake_field f, const char *value);
/* The row of a name, -1: none. */
int ctl_receiver_row(const struct db_rows *r, const char *name);

/* Fields in the order of the columns of a file; away is none of them. */
#define CTL_RECEIVER_COLUMNS 16
extern const enum intake_field ctl_receiver_columns[CTL_RECEIVER_COLUMNS];

/* What a file is about to change: ctl_import.c reads it, ctl_import_plan.c tells it. */
struct import_plan {
	const struct intake_receiver *row;
	size_t rows;
	struct db_rows *known; /* RECEIVER_LIST */
	size_t known_rows;     /* of the file, for receivers that are known */
	struct json_t *changes, *warnings;
};
/* Prints what would change, unless `quiet`, and the warnings about groups on stderr; fills the JSON. */
void import_plan_tell(struct import_plan *p, bool quiet);

#endif
