/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl from the inside: one row a command, what each gets, how answers are printed.
 * Included by console/ctl*.c only.
 */
#ifndef SHYRAQ_CTL_H
#define SHYRAQ_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "db.h"

struct ctl {
	char *database;
	char *keys_dir;
	char *sql_dir;
	char *conf_dir;
	bool json;
	int argc; /* words behind the command's two names */
	char **argv;
};

/* Exit status: 0 done, 1 not done, 2 wrong usage. */
typedef int ctl_command(struct ctl *c);

int ctl_db_migrate(struct ctl *c);
int ctl_db_status(struct ctl *c);
int ctl_db_test_clock(struct ctl *c);
int ctl_keys_init(struct ctl *c);
int ctl_keyholder_add(struct ctl *c);
int ctl_receiver_add(struct ctl *c);
int ctl_receiver_list(struct ctl *c);
int ctl_queue(struct ctl *c);
int ctl_case_list(struct ctl *c);
int ctl_flow_check(struct ctl *c);

/* "--name VALUE" among the words; NULL when it is not there. */
const char *ctl_option(const struct ctl *c, const char *name);
bool ctl_flag(const struct ctl *c, const char *name);
/* A line on stderr: "shyraqctl: what is wrong, and what to do". Returns 1. */
int ctl_wrong(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* NULL, after a line on stderr, when the database is not to be had. */
struct db *ctl_db(const struct ctl *c, unsigned roles);

/*
 * Rows as a table for people or, with --json, as an array of objects. Columns by kind: 'i' integer,
 * 't' text, 'b' boolean, 'm' milliseconds since 1970 (shown as UTC).
 */
void ctl_print(const struct ctl *c, const struct db_rows *r, const char *const *names,
    const char *kinds);

#endif
