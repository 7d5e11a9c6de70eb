/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person at a console decides about a case, as it goes sealed to dispatch: closed, opened again,
 * linked, what an organisation says of it. One packer, one unpacker. It seals nothing itself.
 */
#ifndef SHYRAQ_INTAKE_CASE_H
#define SHYRAQ_INTAKE_CASE_H

#include "intake.h"

#define INTAKE_CASE "case"
#define INTAKE_NOTE_CHARS 200

enum intake_act {
	INTAKE_CASE_CLOSE,  /* code: the outcome */
	INTAKE_CASE_REOPEN, /* note: why */
	INTAKE_CASE_LINK,   /* other: to which */
	INTAKE_CASE_UNLINK,
	INTAKE_CASE_ASSERT, /* what and code */
	INTAKE_CASE_CONFIRM, /* who took it from a phone that sent wrong codes is who they say */
	INTAKE_CASE_REFUSE,    /* or is not */
	INTAKE_CASE_FORGET,    /* what: the slot of the answer that is erased */
	INTAKE_CASE_POLICE,    /* note: why a supervisor lets police know */
	INTAKE_CASE_NO_POLICE, /* or takes that back */
	INTAKE_CASE_ACTS,
};

struct intake_case {
	enum intake_act act;
	int64_t number; /* as receivers and operators see it */
	int64_t other;  /* 0: none */
	char what[24], code[40];
	char note[INTAKE_NOTE_CHARS + 1]; /* bytes */
};

/* Lines "name=value"; the length, without a NUL; 0: it does not fit. */
size_t intake_pack_case(const struct intake_case *c, char out[INTAKE_MAX]);
/* RC_REFUSED: not what intake_pack_case makes, or a bound is broken. */
MUST_CHECK enum rc intake_unpack_case(const char *p, size_t n, struct intake_case *c);
/* Well-formed, one line, 3 to INTAKE_NOTE_CHARS bytes. */
bool intake_note_fits(const char *note);

#endif
