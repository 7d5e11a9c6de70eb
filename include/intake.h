/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a console seals to intake.pub for dispatch to open: a receiver and its phone. One packer, one
 * unpacker, so that both ends are one file. It seals nothing itself.
 */
#ifndef SHYRAQ_INTAKE_H
#define SHYRAQ_INTAKE_H

#include <stdbool.h>

#include "base.h"
#include "phone.h"

struct intake_receiver {
	char name[64];
	char kind[16];
	char lang[4];
	char regions[128];
	struct phone number;
	int order;
	bool vetted;
	bool sample;
};

#define INTAKE_MAX 512
/* Lines "name=value"; the length, without a NUL. */
size_t intake_pack(const struct intake_receiver *r, char out[INTAKE_MAX]);
/* RC_REFUSED: not what intake_pack makes, or a bound is broken. */
MUST_CHECK enum rc intake_unpack(const char *p, size_t n, struct intake_receiver *r);

#endif
