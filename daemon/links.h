/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All links of a daemon: watch them, hold them, stop them, choose one for a number.
 * It never talks to a device. Called by shyraqd.c and outgoing.c.
 */
#ifndef SHYRAQ_LINKS_H
#define SHYRAQ_LINKS_H

#include "link.h"

#define LINKS_MAX 128

struct links {
	struct link *link[LINKS_MAX]; /* owned */
	size_t n;
};

void links_add(struct links *v, struct link *l);
void links_clear(struct links *v);

void links_hold(struct links *v, bool on);
void links_tick(struct links *v, int64_t now);
void links_stop(struct links *v);
/* All ended, refused or broken: nothing more comes from them. */
bool links_ended(const struct links *v);
bool links_any_broken(const struct links *v);
/* One could take a send now. */
bool links_may_send(const struct links *v, int64_t now);
/* How many sends it is worth to hold for the links that are up: some seconds of their speed. */
uint32_t links_room(const struct links *v);
/* A link with this name, or NULL. */
struct link *links_find(const struct links *v, const char *name);

/*
 * The link for a send, or NULL: none may take it now, hold it. Pure.
 * The way it came is first, and for a person the only one while it exists: another sender's
 * number would be a surprise on a phone that others may hold. Then the longest prefix, then the
 * one whose rate is free for longest.
 */
struct link *links_choose(const struct links *v, const struct bus_send *s, int64_t now);

#endif
