/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All links of a daemon: watch them, hold them, stop them, choose one for a number.
 * It never talks to a device. Called by shyraqd.c and outgoing.c.
 */
#ifndef SHYRAQ_LINKS_H
#define SHYRAQ_LINKS_H

#include "link.h"

#define LINKS_MAX 128
#define LINKS_SENDERS 1024 /* numbers whose last link is remembered */

/* From which link a number was last written to: a hash, so that no number stands here. */
struct links_sender {
	uint64_t print;
	struct link *link; /* NULL: free */
};

/* Whom a link has refused, as hashes; a link with another number writes to them. */
struct links {
	struct links_sender refused[LINKS_SENDERS];
	struct link *link[LINKS_MAX]; /* owned */
	size_t n;
	bool drained;   /* all of them */
	uint8_t paused; /* bit 0: all classes; bit n: class n, which is priority n - 1 */
	struct links_sender sender[LINKS_SENDERS];
};

void links_add(struct links *v, struct link *l);
void links_clear(struct links *v);

void links_hold(struct links *v, bool on);
void links_tick(struct links *v, int64_t now);
/* What was ordered may go now. */
void links_run(struct links *v, int64_t now);
void links_stop(struct links *v);

/* An operator's word, which stands until it is taken back in the same words, or for all. `l` NULL: all. */
void links_pause(struct links *v, struct link *l, uint32_t class, bool on);
void links_drain(struct links *v, struct link *l, bool on);
bool links_is_drained(const struct links *v, const struct link *l);
/* An operator lets this class go out on this link. */
bool links_may(const struct links *v, const struct link *l, uint32_t priority);
/* What waits for an operator's word, not for a link: it takes up no room. */
bool links_is_held(const struct links *v, const struct bus_send *s);

/* All ended, refused or broken: nothing more comes from them. */
bool links_ended(const struct links *v);
bool links_any_broken(const struct links *v);
/* One could take a send now. */
bool links_may_send(const struct links *v, int64_t now);
/* How many sends it is worth to hold for the links that may send: some seconds of their real speed. */
uint32_t links_room(const struct links *v);
/* A link with this name, or NULL. */
struct link *links_find(const struct links *v, const char *name);

/*
 * The link for a send, or NULL: none may take it now, hold it. Pure. In this order:
 *  1 the way it came; to a person from that sender alone while it exists, so from another link only if that
 *    shows the same one: another number would be a surprise on a phone that others may hold. But who has a
 *    foreign number, and whom that link has refused, is written to from the link `beside` it;
 *  2 to anybody else the link from which the number was last written to: receivers know their sender;
 *  3 of the healthy ones those whose self-tests arrive, and that take texts (1 and 2 pass over one that does not);
 *  4 the longest prefix;
 *  5 the country;
 *  6 the least cost;
 *  7 the one whose rate is free for longest.
 * Healthy is who is up, registered, not drained and not paused; 2 passes over who is silent.
 */
struct link *links_choose(const struct links *v, const struct bus_send *s, int64_t now);
/*
 * The link named has refused this. True, once a number and link: it roams, and there is a link beside; so
 * links_choose has another answer from now on.
 */
bool links_go_beside(struct links *v, const struct bus_send *s, const char *refused_by);
/* It was written to from there. */
void links_remember(struct links *v, const char *to, struct link *l);

#endif
