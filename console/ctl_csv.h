/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CSV file as rows of fields, each with the line where it begins; the door to libcsv.
 * Included by console/ctl_csv.c, ctl_import.c and ctl_flow_sheet.c, ctl_flow_import.c.
 */
#ifndef SHYRAQ_CTL_CSV_H
#define SHYRAQ_CTL_CSV_H

#include <stdio.h>

#include "base.h"

#define CSV_FIELDS_MAX 32
#define CSV_FILE_MAX (1 << 20)

/* Fields are NUL-terminated and borrowed until the call returns. Not RC_OK ends the reading. */
typedef enum rc csv_row(void *arg, unsigned line, const char *const *field, size_t n);

struct csv_fault {
	unsigned line; /* 0: the file itself */
	char why[160];
};

/*
 * UTF-8, with or without a byte order mark, fields parted by "," or ";" (as the first line has more of),
 * quoted as RFC 4180 says; empty lines are passed over. RC_REFUSED: `fault` says what and where. What
 * on_row gave is given back; `fault` is then as the caller left it.
 */
MUST_CHECK enum rc csv_read(
    const char *path, csv_row *on_row, void *arg, struct csv_fault *fault);

/* One row, its fields parted by "," and quoted; what goes wrong is seen by ferror(to). */
void csv_put(FILE *to, const char *const *field, size_t n);

#endif
