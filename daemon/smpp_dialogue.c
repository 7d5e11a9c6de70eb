/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a gateway tells to steps of dialogues, and screens to what it is told.
 * It never logs a word or a number and remembers no session that is over. Called in the loop.
 */
#include "smpp_dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "links.h"
#include "log.h"
#include "smpp_step.h"
#include "smpp_ussd.h"
#include "str.h"

/* Beside a dialogue. */
struct own {
	struct own *next, *prev;
	struct dialogue *dialogue;
	struct smpp_ussd_ref ref;
	struct smpp_step step;
	uint64_t handle; /* of the screen that was said last */
};

struct gateway {
	struct smpp_dialogues *all;
	struct link *link;
	struct smpp_dialect dialect;
	struct smpp_ussd_writing writing;
	struct dialogue_way way;
	struct own *first;
};

struct smpp_dialogues {
	struct dialogues *dialogues;
	struct smpp_steps *steps;
	uint64_t last_handle;
	size_t n;
	struct gateway *gateway[LINKS_MAX];
};

struct smpp_dialogues *
smpp_dialogues_new(struct dialogues *v)
{
	struct smpp_dialogues *all = xcalloc(1, sizeof(*all));

	all->dialogues = v;
	all->steps = smpp_steps_new();
	dialogues_on_committed(v, smpp_steps_committed, all->steps);
	return all;
}

void
smpp_dialogues_free(struct smpp_dialogues *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->n; i++)
		free(v->gateway[i]);
	smpp_steps_free(v->steps);
	free(v);
}

/* Screens ------------------------------------------------------------------------------------ */

static enum rc
on_show(struct dialogue *d, const char *screen, bool last)
{
	struct gateway *g = dialogue_way(d)->arg;
	struct own *own = *dialogue_own(d);
	struct smpp_ussd_room room;
	struct smpp_pdu pdu;
	bool cut;
	enum rc rc = smpp_ussd_screen(
	    &g->dialect, &g->writing, &own->ref, screen, last, &room, &pdu, &cut);

	if (rc != RC_OK)
		return rc;
	if (cut)
		log_warn("ussd.cut", "link=%s the gateway takes no more of a screen",
		    g->link->name);
	own->handle = ++g->all->last_handle;
	rc = smpp_say(g->link, &pdu, own->handle);
	explicit_bzero(&room, sizeof(room));
	return rc;
}

/* Who still looks at a screen is told that it is over. */
static void
on_end(struct dialogue *d)
{
	if (dialogue_is_shown(d))
		(void)!on_show(d, dialogue_way(d)->stock, true);
}

static void
on_forget(struct dialogue *d)
{
	struct gateway *g = dialogue_way(d)->arg;
	struct own *own = *dialogue_own(d);

	smpp_steps_forget(g->all->steps, &own->step);
	*(own->prev == NULL ? &g->first : &own->prev->next) = own->next;
	if (own->next != NULL)
		own->next->prev = own->prev;
	explicit_bzero(own, sizeof(*own));
	free(own);
}

static const struct dialogue_ops dialogue_ops = { on_show, on_end, on_forget };

/* The gateway's answer to a screen: what it did not take, nobody sees. */
static void
on_said(void *arg, struct link *l, uint64_t handle, uint32_t status)
{
	const struct gateway *g = arg;
	struct own *own = g->first;

	while (own != NULL && own->handle != handle)
		own = own->next;
	if (own == NULL || status == SMPP_OK)
		return;
	log_warn("ussd.refused", "link=%s status=0x%x name=%s", l->name, status,
	    status == SMPP_NO_ANSWER ? "none" : smpp_status_name(status));
	dialogue_drop(own->dialogue, "the gateway did not take the screen");
}

/* Steps -------------------------------------------------------------------------------------- */

static struct dialogue *
open_dialogue(struct gateway *g, const struct smpp_ussd_in *in)
{
	struct dialogue *d = dialogue_open(g->all->dialogues, &g->way, &in->peer, in->id);
	struct own *own;

	if (d == NULL)
		return NULL;
	own = xcalloc(1, sizeof(*own));
	own->dialogue = d;
	own->next = g->first;
	if (own->next != NULL)
		own->next->prev = own;
	g->first = own;
	*dialogue_own(d) = own;
	dialogue_drop_others(d, "another began");
	return d;
}

/* A step: what the network said, and what is keyed by it. */
struct heard {
	const struct smpp_ussd_in *in;
	uint64_t number; /* smpp_step_answer's */
};

/* The gateway does not know that it was taken, and sends it once more: it is the step that it was. */
static void
again(struct gateway *g, struct dialogue *d, const struct heard *h)
{
	struct own *own = *dialogue_own(d);

	own->ref = h->in->ref;
	smpp_steps_wait(g->all->steps, g->link, h->number, &own->step);
	if (!dialogue_is_asked(d))
		(void)!dialogue_repeat(d);
}

static void
key(struct gateway *g, struct dialogue *d, const struct heard *h, const char *keyed)
{
	struct own *own = *dialogue_own(d);
	uint64_t handle;

	own->ref = h->in->ref;
	handle = dialogue_key(d, keyed);
	if (handle == 0) { /* nor is d any more, it may be */
		(void)smpp_step_answer(g->link, h->number, RC_AGAIN);
		return;
	}
	own->step = (struct smpp_step){ .handle = handle,
		.print = smpp_step_print(h->in->text) };
	smpp_steps_wait(g->all->steps, g->link, h->number, &own->step);
}

/* Its answer was lost, and the first screen stands or is still to come. */
static bool
is_begun_again(const struct dialogue *d)
{
	return d != NULL && dialogue_step(d) == 1 && !dialogue_is_last(d);
}

static void
begin(struct gateway *g, struct dialogue *d, const struct heard *h, const char *keyed)
{
	if (is_begun_again(d)) {
		again(g, d, h);
		return;
	}
	if (d != NULL)
		dialogue_drop(d, "dialled anew");
	d = open_dialogue(g, h->in);
	if (d == NULL)
		(void)smpp_step_answer(g->link, h->number, RC_AGAIN);
	else
		key(g, d, h, keyed);
}

/*
 * An id that changed in the middle is that of the dialogue in which something was to be keyed. Digits in a
 * dialogue that nobody knows, ours was another process, are a dial, which shows no more than a dial does.
 */
static void
answer(struct gateway *g, struct dialogue *d, const struct heard *h)
{
	const struct smpp_ussd_in *in = h->in;
	const struct own *own;

	if (d == NULL && in->peer.s[0] != '\0') {
		d = dialogue_of_peer(g->all->dialogues, &g->way, &in->peer);
		if (d != NULL)
			dialogue_rename(d, in->id);
	}
	if (d == NULL) {
		begin(g, NULL, h,
		    in->text[strspn(in->text, "0123456789*#")] == '\0' ? "" : in->text);
		return;
	}
	own = *dialogue_own(d);
	if (smpp_step_is_again(&own->step, smpp_step_print(in->text)))
		again(g, d, h);
	else
		key(g, d, h, in->text);
}

static void
take(struct gateway *g, const struct heard *h)
{
	const struct smpp_ussd_in *in = h->in;
	struct dialogue *d = dialogue_find(g->all->dialogues, &g->way, &in->peer, in->id);

	switch (in->event) {
	case SMPP_USSD_BEGIN:
		begin(g, d, h, smpp_ussd_is_code(in->text) ? in->text : "");
		return;
	case SMPP_USSD_ANSWER:
		answer(g, d, h);
		return;
	case SMPP_USSD_ABORT:
		if (d != NULL)
			dialogue_drop(d, "the network");
		break;
	case SMPP_USSD_NOTHING:
		break;
	}
	(void)smpp_step_answer(g->link, h->number, RC_OK);
}

static void
on_heard(void *arg, struct link *l, const struct smpp_pdu *pdu, uint64_t number)
{
	struct gateway *g = arg;
	struct smpp_ussd_in in;
	struct heard h = { &in, number };

	smpp_ussd_read(&g->dialect, &g->writing, pdu, &in);
	if (in.event != SMPP_USSD_NOTHING) {
		l->count.texts++;
		l->last_in = clock_boot_ms();
	}
	take(g, &h);
	explicit_bzero(&in, sizeof(in));
}

/* Config ------------------------------------------------------------------------------------- */

static enum rc
refuse(const struct smpp_conf *c, const char *why)
{
	log_error("ussd.smpp_conf", "link=%s %s", c->name, why);
	return RC_REFUSED;
}

static void
put_op(int *op, int64_t given)
{
	if (given != SMPP_USSD_AS_ROW)
		*op = (int)given;
}

static enum rc
read_dialect(struct gateway *g, const struct smpp_conf *c)
{
	const struct smpp_ussd_conf *u = &c->gateway;
	const struct smpp_dialect *row = smpp_dialect_find(u->dialect);

	if (row == NULL)
		return refuse(c, "dialect");
	g->dialect = *row;
	if (strcmp(u->id, "row") != 0 &&
	    smpp_ussd_id_parse(u->id, &g->dialect.id) != RC_OK)
		return refuse(c, "ussd_id");
	g->dialect.dialled_in_dest = strcmp(u->dialled, "destination") == 0;
	put_op(&g->dialect.begin, u->begin);
	put_op(&g->dialect.answer, u->answer);
	put_op(&g->dialect.abort, u->abort);
	put_op(&g->dialect.ask, u->ask);
	put_op(&g->dialect.end, u->end);
	g->dialect.abort_is_empty = g->dialect.abort == g->dialect.answer;
	if (g->dialect.begin < 0 || g->dialect.answer < 0 || g->dialect.ask < 0 ||
	    g->dialect.end < 0)
		return refuse(c, "op_abort alone may be -1");
	if (strlen(u->service_type) > 5)
		return refuse(c, "ussd_service_type: 5 letters at most");
	return RC_OK;
}

static enum rc
check_stock(const struct smpp_conf *c)
{
	struct gsm_size stock = gsm_size_of(c->ussd.stock);

	if (c->ussd.stock[0] != '\0' && stock.units <= USSD_STOCK_UNITS)
		return RC_OK;
	return refuse(c, "ussd_stock: 1 to 80 letters");
}

enum rc
smpp_dialogues_add(struct smpp_dialogues *v, struct link *l, const struct smpp_conf *c)
{
	struct gateway *g = xcalloc(1, sizeof(*g));
	enum smpp_alphabet gsm = c->gateway.packed ? SMPP_GSM_PACKED : SMPP_GSM;

	g->all = v;
	g->link = l;
	g->writing = (struct smpp_ussd_writing){ .data_sm = strcmp(c->gateway.carrier,
								"data_sm") == 0,
		.service_type = c->gateway.service_type,
		.gsm = gsm,
		.gsm_coding = (int)c->gateway.gsm_coding,
		.ucs2_coding = (uint8_t)c->gateway.ucs2_coding,
		.octets = (size_t)c->gateway.octets,
		.codings = { gsm, gsm } };
	g->way = (struct dialogue_way){ .ops = &dialogue_ops,
		.arg = g,
		.stock = c->ussd.stock,
		.answer_ms = c->ussd.answer_ms,
		.peer_ms = DIALOGUE_PEER_MS,
		.last_ms = DIALOGUE_LAST_MS };
	memcpy(g->way.link, l->name, sizeof(g->way.link));
	memcpy(g->way.group, l->group, sizeof(g->way.group));
	if (read_dialect(g, c) != RC_OK || check_stock(c) != RC_OK) {
		free(g);
		return RC_REFUSED;
	}
	v->gateway[v->n++] = g;
	smpp_on_ussd(l, on_heard, on_said, g);
	return RC_OK;
}

void
smpp_dialogues_link_down(struct smpp_dialogues *v, const struct link *l)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->gateway[i]->link == l)
			dialogues_drop_way(
			    v->dialogues, &v->gateway[i]->way, "the link went down");
	}
}
