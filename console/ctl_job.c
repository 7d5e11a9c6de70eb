/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl job: offers of work that people asked about, and a human's answer. Codes alone are shown: the
 * words that name an offer are sealed, and the answer leaves this program sealed. Called by ctl.c.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "intake.h"
#include "seal.h"

int
ctl_job_list(struct ctl *c)
{
	static const char *const names[] = { "id", "asked", "lang", "country", "passport",
		"debt", "ticket", "words", "case", "state", "answered" };
	const struct db_param open = db_bool(ctl_flag(c, "--open"));
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, ST_JOB_LIST, &open, 1);
	int status = r == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (r != NULL)
		ctl_print(c, r, names, "iatttttBitM");
	db_rows_free(r);
	db_free(db);
	return status;
}

/* One line, or all of a pipe; false: more than an answer can be. */
static bool
read_text(const struct ctl *c, char *out, size_t size)
{
	size_t n;

	if (isatty(STDIN_FILENO) && !c->json)
		fprintf(
		    stderr, "the answer, at most %d characters: ", INTAKE_ANSWER_CHARS);
	if (isatty(STDIN_FILENO))
		return fgets(out, (int)size, stdin) != NULL;
	n = fread(out, 1, size - 1, stdin);
	out[n] = '\0';
	return n < size - 1 && strlen(out) == n;
}

int
ctl_job_answer(struct ctl *c)
{
	const char *given = ctl_option(c, "--text");
	struct intake_answer a = { .id = 0 };
	char typed[INTAKE_MAX], text[INTAKE_MAX];
	bool fine;
	int status;
	size_t n;

	if (!ctl_number(c->words[0], "ID", &a.id))
		return CTL_WRONG_USAGE;
	fine = given != NULL
	    ? intake_answer_text(&a, given)
	    : read_text(c, typed, sizeof(typed)) && intake_answer_text(&a, typed);
	if (!fine)
		return ctl_wrong_usage(c,
		    "an answer is one line of 1 to %d characters (--text, or standard "
		    "input)",
		    INTAKE_ANSWER_CHARS);
	n = intake_pack_answer(&a, text);
	status = ctl_intake(c, INTAKE_JOB, text, n, "told to dispatch");
	seal_wipe(typed, sizeof(typed));
	seal_wipe(text, sizeof(text));
	seal_wipe(&a, sizeof(a));
	return status;
}
