/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl case read, job read: a person's own words, on a case worker's own machine with their own key; the audit
 * names who asked. It prints to a terminal alone. Called by ctl.c; what opens words also by ctl_desk*.c.
 */
#include "ctl_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define PIECE 600

/* What is in memory here stays there: no core file, no other process of the login looks in. */
void
ctl_keep_to_ourselves(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int
ctl_own_key(const struct ctl *c, struct seal_key *sec, struct seal_key *pub)
{
	const char *given = ctl_option(c, "--key");
	const char *login = c->login != NULL ? c->login : getenv("USER");
	char path[4096];

	if (given == NULL) {
		if (snprintf(path, sizeof(path), "%s/%s.key", c->keys_dir,
			login != NULL ? login : "") >= (int)sizeof(path))
			return ctl_wrong("keys_dir is too long");
		given = path;
	}
	if (seal_key_read(given, sec) != RC_OK)
		return ctl_wrong("%s is no key file to be read (64 hex digits, mode "
				 "0600): your own, --key FILE",
		    given);
	seal_box_public(sec, pub);
	return CTL_DONE;
}

/* Fit for a terminal, whatever its length. */
static char *
cleaned(const char *text, size_t n)
{
	char *out = xcalloc(n * 3 + 1, 1);
	size_t at = 0, len = 0;

	while (at < n) {
		char piece[PIECE + 1], clean[PIECE * 3 + 1];
		size_t take = n - at < PIECE ? n - at : PIECE;

		while (at + take < n && ((unsigned char)text[at + take] & 0xc0) == 0x80)
			take--;
		memcpy(piece, text + at, take);
		piece[take] = '\0';
		ctl_clean(clean, sizeof(clean), piece);
		memcpy(out + len, clean, strlen(clean));
		len += strlen(clean);
		at += take;
		seal_wipe(piece, sizeof(piece));
		seal_wipe(clean, sizeof(clean));
	}
	return out;
}

/* The epoch's key from our box, with it the words. */
char *
ctl_words_open(const struct seal_key *sec, const struct seal_key *pub, int64_t case_id,
    const struct db_rows *r, int i)
{
	struct seal_key key;
	size_t sealed_n, box_n;
	const uint8_t *sealed = db_get_bytes(r, i, 2, &sealed_n),
		      *box = db_get_bytes(r, i, 4, &box_n);
	char *plain, *out = NULL;

	if (db_is_null(r, i, 4) || box_n != sizeof(key.b) + SEAL_BOX_OVERHEAD ||
	    sealed_n < SEAL_OVERHEAD)
		return NULL;
	if (seal_box_open(pub, sec, box, box_n, key.b) != RC_OK)
		return NULL;
	plain = xcalloc(sealed_n, 1);
	if (seal_open(&key, &case_id, sizeof(case_id), sealed, sealed_n, plain) == RC_OK)
		out = cleaned(plain, sealed_n - SEAL_OVERHEAD);
	seal_wipe(plain, sealed_n);
	seal_wipe(&key, sizeof(key));
	free(plain);
	return out;
}

/* All of them, page by page; the number of those that this key does not open in *shut. */
static int
print_words(const struct ctl *c, struct db *db, int64_t case_id,
    const struct seal_key *sec, const struct seal_key *pub, int *shut)
{
	int64_t last = 0;
	int n = 0, page;

	do {
		const struct db_param v[] = { db_i64(case_id),
			db_bytes(pub->b, sizeof(pub->b)), db_i64(last) };
		struct db_rows *r = ctl_ask(c, db, ST_DESK_WORDS, v, ARRAY_LEN(v));

		if (r == NULL)
			return -1;
		page = db_count(r);
		for (int i = 0; i < page; i++) {
			char at[CTL_TIME_MAX], *text;

			ctl_time(at, db_get_i64(r, i, 1));
			text = ctl_words_open(sec, pub, case_id, r, i);
			printf("%s  %s\n", at,
			    text != NULL ? text : "(sealed before this key was added)");
			*shut += text == NULL;
			if (text != NULL)
				seal_wipe(text, strlen(text));
			free(text);
			last = db_get_i64(r, i, 0);
			n++;
		}
		db_rows_free(r);
	} while (page > 0);
	return n;
}

/* What they answered weeks after it had ended: a code of a closed list, no words. */
static void
print_followup(const struct ctl *c, struct db *db, int64_t case_id)
{
	const struct db_param v = db_i64(case_id);
	struct db_rows *r = ctl_ask(c, db, ST_CASE_SHOW_ANSWERS, &v, 1);

	for (int i = 0; r != NULL && i < db_count(r); i++) {
		char at[CTL_TIME_MAX];

		if (strcmp(db_get_text(r, i, 0), "followup") != 0)
			continue;
		ctl_time(at, db_get_i64(r, i, 2));
		printf("%s  (asked weeks after: %s)\n", at, db_get_text(r, i, 1));
	}
	db_rows_free(r);
}

static int
read_case(const struct ctl *c, struct db *db, int64_t number, const struct seal_key *sec,
    const struct seal_key *pub)
{
	const struct db_param v[] = { db_i64(number), db_bool(false) },
			      key = db_bytes(pub->b, sizeof(pub->b));
	struct db_rows *me = ctl_ask(c, db, ST_DESK_ME, &key, 1),
		       *r = me == NULL ? NULL : ctl_ask(c, db, ST_CASE_SHOW, v, 2);
	int status = CTL_NOT_DONE, shut = 0, n = 0;

	if (r != NULL && db_is_null(me, 0, 2)) {
		status = ctl_wrong(
		    "this key is no active key holder's: `shyraqctl keyholder add`");
	} else if (r != NULL && db_count(r) == 0) {
		status = ctl_wrong(CTL_NO_CASE, (long long)number);
	} else if (r != NULL && !db_get_bool(r, 0, 12)) {
		status = ctl_wrong(
		    "restricted: a child's case; a supervisor may let you in (`child "
		    "grant`)");
	} else if (r != NULL) {
		n = print_words(c, db, db_get_i64(r, 0, 0), sec, pub, &shut);
		status = n < 0 ? CTL_NOT_DONE : CTL_DONE;
		if (n == 0)
			puts("(no words of their own)");
		if (n >= 0)
			print_followup(c, db, db_get_i64(r, 0, 0));
	}
	db_rows_free(me);
	db_rows_free(r);
	return status;
}

static int
read_job(const struct ctl *c, struct db *db, int64_t id, const struct seal_key *sec,
    const struct seal_key *pub)
{
	const struct db_param v[] = { db_i64(id), db_bytes(pub->b, sizeof(pub->b)) };
	struct db_rows *me = ctl_ask(c, db, ST_DESK_ME, &v[1], 1),
		       *r = me == NULL ? NULL
				       : ctl_ask(c, db, ST_JOB_SEALED, v, ARRAY_LEN(v));
	int status = CTL_NOT_DONE;
	char *text;

	if (r != NULL && db_is_null(me, 0, 2)) {
		status = ctl_wrong(
		    "this key is no active key holder's: `shyraqctl keyholder add`");
	} else if (r != NULL && db_count(r) == 0) {
		status = ctl_wrong("no offer with words has the id %lld, or it is of a "
				   "child's case that is restricted",
		    (long long)id);
	} else if (r != NULL) {
		text = ctl_words_open(sec, pub, id, r, 0);
		puts(text != NULL ? text : "(sealed before this key was added)");
		if (text != NULL)
			seal_wipe(text, strlen(text));
		free(text);
		status = CTL_DONE;
	}
	db_rows_free(me);
	db_rows_free(r);
	return status;
}

typedef int word_reader(const struct ctl *c, struct db *db, int64_t n,
    const struct seal_key *sec, const struct seal_key *pub);

/* With their own key, to a terminal alone. */
static int
read_words(struct ctl *c, word_reader *read, int64_t n)
{
	struct seal_key sec, pub;
	struct db *db;
	int status;

	if (c->json || isatty(STDOUT_FILENO) != 1)
		return ctl_wrong("words of a person are shown on a terminal alone");
	ctl_keep_to_ourselves();
	status = ctl_own_key(c, &sec, &pub);
	if (status != CTL_DONE)
		return status;
	db = ctl_db(c, DB_CTL);
	status = db == NULL ? CTL_NOT_DONE : read(c, db, n, &sec, &pub);
	db_free(db);
	seal_wipe(&sec, sizeof(sec));
	return status;
}

int
ctl_case_read(struct ctl *c)
{
	static const char sign[] = "№";
	const char *word = c->words[0];
	int64_t number;

	if (strncmp(word, sign, strlen(sign)) == 0)
		word += strlen(sign);
	if (!ctl_number(word, "NUMBER", &number))
		return CTL_WRONG_USAGE;
	return read_words(c, read_case, number);
}

int
ctl_job_read(struct ctl *c)
{
	int64_t id;

	if (!ctl_number(c->words[0], "ID", &id))
		return CTL_WRONG_USAGE;
	return read_words(c, read_job, id);
}
