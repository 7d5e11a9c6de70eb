/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD dialogues by (link, peer, the network's id): steps, time limits, the stock screen, repeats.
 * It knows no network: each link says and ends by its own ops. Nothing here is durable: a dialogue lives
 * as long as the network keeps it. Called by ussd.c (modems), http_ussd.c and smpp_ussd_*.c.
 */
#ifndef SHYRAQ_DIALOGUE_H
#define SHYRAQ_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "bus.h"
#include "inflight.h"
#include "phone.h"

#define DIALOGUE_ID_MAX 129 /* with its NUL */
#define DIALOGUES_MAX 4096
#define DIALOGUE_PEER_MS 180000 /* for a person's next step */
#define DIALOGUE_LAST_MS 180000 /* who asks again after the last word is told it again */

struct dialogue;

/* How a kind of link speaks. */
struct dialogue_ops {
	/* RC_OK: said, or kept for who asks again. Else the dialogue is gone. */
	enum rc (*show)(struct dialogue *d, const char *screen, bool last);
	/* It is over and we say so: the peer is silent, we stop, or the last word's time is out. May be NULL. */
	void (*end)(struct dialogue *d);
	/* Before it is freed; may be NULL. */
	void (*forget)(struct dialogue *d);
};

/* One link's. Owned by the driver; outlives its dialogues. */
struct dialogue_way {
	const struct dialogue_ops *ops;
	void *arg;
	const char *stock; /* borrowed */
	int64_t answer_ms, peer_ms, last_ms;
	char link[BUS_NAME_MAX], group[BUS_GROUP_MAX];
};

struct dialogues *dialogues_new(struct inflight *f);
/* Told of each step that is committed, by its handle, before its screen is said; its dialogue may be gone. */
typedef void dialogues_committed(void *arg, uint64_t handle);
void dialogues_on_committed(struct dialogues *v, dialogues_committed *f, void *arg);
/* Its dialogues are forgotten without a word. */
void dialogues_free(struct dialogues *v);

/*
 * A dialogue that nobody has stepped in yet; `id` is a name of the network's, "" where a peer or a link
 * has only one. NULL: too many, or we stop. It is ours: it ends by dialogue_drop, by time, or by the ops' refusal.
 */
struct dialogue *dialogue_open(struct dialogues *v, struct dialogue_way *w,
    const struct phone *peer, const char *id);
struct dialogue *dialogue_find(const struct dialogues *v, const struct dialogue_way *w,
    const struct phone *peer, const char *id);
/* The one where this peer is to key something, whatever its id: ids may change. */
struct dialogue *dialogue_of_peer(
    const struct dialogues *v, const struct dialogue_way *w, const struct phone *peer);
/* The network calls it so from here on. */
void dialogue_rename(struct dialogue *d, const char *id);
/* Drops what else this peer has open on the link: a phone has one. Who is anonymous may be many. */
void dialogue_drop_others(struct dialogue *d, const char *why);

/*
 * What was keyed: the next step, and the first of another dialogue when this one has had its last word.
 * While a step is unanswered, the same again is that step and another one goes in its place.
 * d may be gone when it returns: the stock text was said at once and could not be.
 * The handle of the step that is with a worker; 0: there was no room for it, and it is not taken.
 */
uint64_t dialogue_key(struct dialogue *d, const char *keyed);
/* The screen that stands, again; false: there is none yet, or none any more. */
bool dialogue_repeat(struct dialogue *d);
/* The network ended it; what was keyed is still committed. Frees d. */
void dialogue_drop(struct dialogue *d, const char *why);

bool dialogue_is_asked(const struct dialogue *d); /* a step is with a worker */
bool dialogue_is_shown(const struct dialogue *d); /* a screen is with the peer */
bool dialogue_is_last(const struct dialogue *d);  /* our last word is said */
uint32_t dialogue_step(const struct dialogue *d);
const struct phone *dialogue_peer(const struct dialogue *d);
const char *dialogue_id(const struct dialogue *d);
struct dialogue_way *dialogue_way(const struct dialogue *d);
/* What the driver keeps with it; NULL at first, the driver's to free in `forget`. */
void **dialogue_own(struct dialogue *d);

/* Those of a link whose network is gone. */
void dialogues_drop_way(
    struct dialogues *v, const struct dialogue_way *w, const char *why);
/* Every 50 ms or so; now is clock_boot_ms. */
void dialogues_tick(struct dialogues *v, int64_t now);
/* Those open get the last word; no other is opened. */
void dialogues_stop(struct dialogues *v);
size_t dialogues_count(const struct dialogues *v);

#endif
