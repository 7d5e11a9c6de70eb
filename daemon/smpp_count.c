/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wall clock in milliseconds, times 1024, or one more than the last: in order by time, and never back;
 * then a remainder by chance, for two daemons of one account count in the same millisecond.
 * A file holds the last one, so that a clock set back does not make new texts look old; another, forms of ids.
 * Called by shyraqd.c and smpp*.c.
 */
#include "smpp_count.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "seal.h"
#include "str.h"

#define PER_MS (1024 * SMPP_COUNTERS)
#define SAVE_MS 10000
/* given away behind the last saving: of SAVE_MS, and of what a power failure took from the disk */
#define AHEAD_MS 60000

static void
put_file(const char *path, const char *text, size_t len)
{
	char tmp[4096];
	size_t tmp_len = 0;
	int fd = str_add(tmp, sizeof(tmp), &tmp_len, "%s.new", path)
	    ? open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)
	    : -1;
	bool ok = fd >= 0 && write(fd, text, len) == (ssize_t)len;

	if (fd >= 0)
		close(fd);
	if (!ok || rename(tmp, path) != 0)
		log_warn("smpp.unsaved", "file=%s", path);
}

static void
read_last(struct smpp_numbers *n)
{
	char text[32] = "", *end;
	int fd = open(n->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	unsigned long long v = got > 0 ? strtoull(text, &end, 10) : 0;

	if (fd >= 0)
		close(fd);
	if (v > 0 && v < INT64_MAX / 2)
		n->last = v + (uint64_t)AHEAD_MS * PER_MS;
	else if (got >= 0)
		log_warn("smpp.numbers", "file=%s holds none", n->path);
}

/* Forms of ids ---------------------------------------------------------------------------------- */

/* Its place; SMPP_FORMS_MAX: there is none. `add`: a free one, if need be. */
static size_t
place_of(const struct smpp_numbers *n, const char *group, bool add)
{
	for (size_t i = 0; i < SMPP_FORMS_MAX && group[0] != '\0'; i++) {
		if (strcmp(n->learned[i].group, group) == 0 ||
		    (add && n->learned[i].group[0] == '\0'))
			return i;
	}
	return SMPP_FORMS_MAX;
}

static bool
keep_form(struct smpp_numbers *n, const char *group, enum smpp_id_kind kind,
    enum smpp_id_form form)
{
	size_t i = place_of(n, group, true);

	if (i == SMPP_FORMS_MAX ||
	    !str_copy(n->learned[i].group, sizeof(n->learned[i].group), group))
		return false;
	n->learned[i].known[kind] = true;
	n->learned[i].form[kind] = form;
	return true;
}

bool
smpp_numbers_form(const struct smpp_numbers *n, const char *group, enum smpp_id_kind kind,
    enum smpp_id_form *form)
{
	size_t i = place_of(n, group, false);

	if (i == SMPP_FORMS_MAX || !n->learned[i].known[kind])
		return false;
	*form = n->learned[i].form[kind];
	return true;
}

/* A line each: kind, form, group; a line that says something else is passed over. */
static void
read_forms(struct smpp_numbers *n)
{
	int fd = open(n->forms_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[256], kind[8], form[16], group[BUS_GROUP_MAX];
	enum smpp_id_form v;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%7s %15s %63[^\n]", kind, form, group) == 3 &&
		    smpp_id_form_parse(form, &v) == RC_OK)
			(void)!keep_form(n, group,
			    strcmp(kind, "tlv") == 0 ? SMPP_ID_IN_TLV : SMPP_ID_IN_TEXT,
			    v);
	}
	if (f != NULL)
		fclose(f);
	else if (fd >= 0)
		close(fd);
}

static void
save_forms(const struct smpp_numbers *n)
{
	char text[SMPP_FORMS_MAX * SMPP_ID_KINDS * (BUS_GROUP_MAX + 16)];
	size_t len = 0;
	bool ok = true;

	for (size_t i = 0; i < SMPP_FORMS_MAX * SMPP_ID_KINDS; i++) {
		size_t at = i / SMPP_ID_KINDS, kind = i % SMPP_ID_KINDS;

		if (n->learned[at].known[kind])
			ok = ok &&
			    str_add(text, sizeof(text), &len, "%s %s %s\n",
				kind == SMPP_ID_IN_TLV ? "tlv" : "text",
				smpp_id_form_name(n->learned[at].form[kind]),
				n->learned[at].group);
	}
	if (ok)
		put_file(n->forms_path, text, len);
}

void
smpp_numbers_learned(struct smpp_numbers *n, const char *group, enum smpp_id_kind kind,
    enum smpp_id_form form)
{
	if (keep_form(n, group, kind, form) && n->forms_path != NULL)
		save_forms(n);
}

/* Numbers --------------------------------------------------------------------------------------- */

void
smpp_numbers_init(struct smpp_numbers *n, const char *dir)
{
	size_t size = dir == NULL ? 0 : strlen(dir) + 16, len = 0, forms_len = 0;

	memset(n, 0, sizeof(*n));
	seal_random_bytes(&n->own, sizeof(n->own));
	n->own %= SMPP_COUNTERS;
	if (dir == NULL)
		return;
	n->path = xmalloc(size);
	(void)!str_add(n->path, size, &len, "%s/smpp.number", dir);
	read_last(n);
	n->forms_path = xmalloc(size);
	(void)!str_add(n->forms_path, size, &forms_len, "%s/smpp.forms", dir);
	read_forms(n);
}

static void
save(const struct smpp_numbers *n)
{
	char text[32];
	size_t len = 0;

	if (str_add(text, sizeof(text), &len, "%llu\n", (unsigned long long)n->last))
		put_file(n->path, text, len);
}

void
smpp_numbers_clear(struct smpp_numbers *n)
{
	if (n->path != NULL && n->last != 0)
		save(n);
	free(n->path);
	free(n->forms_path);
	n->path = n->forms_path = NULL;
}

uint64_t
smpp_numbers_next(struct smpp_numbers *n)
{
	int64_t wall = clock_wall_ms();
	uint64_t now = wall > 0 ? (uint64_t)wall * PER_MS : 0;

	if (now <= n->last)
		now = n->last - n->last % SMPP_COUNTERS + SMPP_COUNTERS;
	n->last = now + n->own;
	return n->last;
}

void
smpp_numbers_tick(struct smpp_numbers *n, int64_t now)
{
	if (n->path == NULL || n->last == 0 || now < n->save_at)
		return;
	n->save_at = now + SAVE_MS;
	save(n);
}

void
smpp_numbers_bound(struct smpp_numbers *n, const char *group, uint64_t bind)
{
	for (size_t i = 0; i < SMPP_BINDS_MAX; i++) {
		if (n->stands[i].bind != 0)
			continue;
		n->stands[i].bind = bind;
		(void)!str_copy(n->stands[i].group, sizeof(n->stands[i].group), group);
		return;
	}
}

void
smpp_numbers_ended(struct smpp_numbers *n, uint64_t bind)
{
	for (size_t i = 0; i < SMPP_BINDS_MAX; i++) {
		if (n->stands[i].bind == bind)
			n->stands[i].bind = 0;
	}
}

uint32_t
smpp_numbers_live(const struct smpp_numbers *n, const char *group, uint64_t but,
    uint64_t live[BUS_LIVE_MAX])
{
	uint32_t k = 0;

	for (size_t i = 0; i < SMPP_BINDS_MAX && k < BUS_LIVE_MAX; i++) {
		if (n->stands[i].bind != 0 && n->stands[i].bind != but &&
		    strcmp(n->stands[i].group, group) == 0)
			live[k++] = n->stands[i].bind;
	}
	return k;
}
