/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file written beside its place and put there whole, or not at all.
 * Included by console/ctl_file.c and the authoring commands.
 */
#ifndef SHYRAQ_CTL_FILE_H
#define SHYRAQ_CTL_FILE_H

#include <limits.h>
#include <stdio.h>

#include "base.h"

struct ctl_file {
	FILE *to; /* NULL: closed, but `temp` is there (another writes it by name) */
	const char *path;
	char temp[PATH_MAX];
};

/* RC_REFUSED after a line on stderr. */
MUST_CHECK enum rc ctl_file_open(struct ctl_file *f, const char *path);
/* Written, on the disk, and in its place, with the mode of what stood there. RC_REFUSED as above. */
MUST_CHECK enum rc ctl_file_keep(struct ctl_file *f);
/* Nothing happened. */
void ctl_file_drop(struct ctl_file *f);

#endif
