/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads of flows, newest first; sessions are pinned to the version they began with.
 * It never unloads what may be in use before FLOWSETS later loads. Called by the mains and step.c.
 */
#include "flowset.h"

#include <string.h>

enum rc
flowset_load(struct flowset *s, const char *dir, struct flow_err *err)
{
	s->n = 0;
	s->ban = NULL;
	if (flows_load(dir, &s->v[0], err) != RC_OK)
		return RC_REFUSED;
	s->n = 1;
	s->ban = banlist_load(dir);
	return RC_OK;
}

enum rc
flowset_reload(struct flowset *s, const char *dir, struct flow_err *err)
{
	struct flows *f;

	if (flows_load(dir, &f, err) != RC_OK)
		return RC_REFUSED;
	for (size_t i = 0; i < s->n; i++) {
		if (flows_follow(s->v[i], f, err) != RC_OK) {
			flows_free(f);
			return RC_REFUSED;
		}
	}
	if (s->n == FLOWSETS)
		flows_free(s->v[--s->n]);
	memmove(&s->v[1], &s->v[0], s->n * sizeof(s->v[0]));
	s->v[0] = f;
	s->n++;
	banlist_free(s->ban);
	s->ban = banlist_load(dir);
	return RC_OK;
}

void
flowset_free(struct flowset *s)
{
	while (s->n > 0)
		flows_free(s->v[--s->n]);
	banlist_free(s->ban);
	s->ban = NULL;
}

const struct flows *
flowset_newest(const struct flowset *s)
{
	return s->v[0];
}

const struct flows *
flowset_of(const struct flowset *s, const struct session *session)
{
	for (size_t i = 0; i < s->n && session->flow[0] != '\0'; i++) {
		if (flows_has(s->v[i], session->flow, session->version))
			return s->v[i];
	}
	return s->v[0];
}
