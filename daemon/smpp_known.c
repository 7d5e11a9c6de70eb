/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which submit a receipt is of: the ids of the last answers, and the form in which a network says them again.
 * It never learns a form from an id that several forms fit, and believes no id of a text to somebody else.
 * Called by smpp_in.c and smpp_out.c, in the loop.
 */
#include <string.h>

#include "log.h"
#include "smpp_link.h"

#define MISSES_MAX \
	3 /* that another form than the learned one fits: then it has changed */

static const enum smpp_id_form forms[] = { SMPP_ID_SAME, SMPP_ID_DECIMAL, SMPP_ID_HEX };

static uint32_t *
bucket_of(struct smpp_out *o, uint32_t ref)
{
	return &o->bucket[ref % SMPP_KNOWN_MAX];
}

static void
forget(struct smpp_out *o, const struct smpp_known *k)
{
	uint32_t *at = bucket_of(o, k->ref);

	while (&o->known[*at - 1] != k)
		at = &o->known[*at - 1].next;
	*at = k->next;
}

uint32_t
smpp_known_add(struct smpp *l, const char *normal, uint32_t whom)
{
	struct smpp_out *o = &l->out;
	struct smpp_known *k = &o->known[o->known_n % SMPP_KNOWN_MAX];
	uint32_t *head;

	if (o->known_n >= SMPP_KNOWN_MAX)
		forget(o, k);
	k->ref = smpp_id_ref(normal);
	k->to = whom;
	head = bucket_of(o, k->ref);
	k->next = *head;
	*head = (uint32_t)(o->known_n++ % SMPP_KNOWN_MAX) + 1;
	if (normal[strspn(normal, "0123456789abcdef")] == '\0' &&
	    normal[strspn(normal, "0123456789")] != '\0')
		o->hex = true;
	return k->ref;
}

static bool
knows(const struct smpp *l, const char *id, enum smpp_id_form form, uint32_t to,
    uint32_t *ref)
{
	const struct smpp_out *o = &l->out;
	char normal[SMPP_ID_SIZE];

	if (smpp_id_normal(normal, id, form) != RC_OK)
		return false;
	*ref = smpp_id_ref(normal);
	for (uint32_t i = o->bucket[*ref % SMPP_KNOWN_MAX]; i != 0;
	     i = o->known[i - 1].next) {
		if (o->known[i - 1].ref == *ref && o->known[i - 1].to == to)
			return true;
	}
	return false;
}

/* The form of ids of this kind: as the config says, or as was learned; false: neither. */
static bool
form_of(const struct smpp *l, enum smpp_id_kind kind, enum smpp_id_form *form)
{
	if (kind == SMPP_ID_IN_TEXT && l->in.form_known) {
		*form = l->in.form;
		return true;
	}
	return smpp_numbers_form(l->numbers, l->link.group, kind, form);
}

static void
learn(struct smpp *l, enum smpp_id_kind kind, enum smpp_id_form form)
{
	l->in.misses = 0;
	smpp_numbers_learned(l->numbers, l->link.group, kind, form);
	log_info("smpp.id_form", "link=%s kind=%s form=%s", l->link.name,
	    kind == SMPP_ID_IN_TEXT ? "text" : "tlv", smpp_id_form_name(form));
}

/* Forms that bring it to an id that we know, other than `but`; the first of them. */
static unsigned
fitting(const struct smpp *l, const char *id, uint32_t to, const enum smpp_id_form *but,
    enum smpp_id_form *form, uint32_t *ref)
{
	unsigned n = 0;
	uint32_t one;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if ((but != NULL && forms[i] == *but) ||
		    (forms[i] == SMPP_ID_HEX && l->out.hex) ||
		    !knows(l, id, forms[i], to, &one))
			continue;
		if (n++ == 0) {
			*form = forms[i];
			*ref = one;
		}
	}
	return n;
}

/* A learned form counts until another one alone fits, several times in a row. */
static bool
find(struct smpp *l, const char *id, enum smpp_id_kind kind, uint32_t to, bool first,
    uint32_t *ref)
{
	enum smpp_id_form form, other;
	bool is_set = kind == SMPP_ID_IN_TEXT && l->in.form_known;
	unsigned n;

	if (id[0] == '\0')
		return false;
	if (!form_of(l, kind, &form)) {
		n = fitting(l, id, to, NULL, &form, ref);
		if (n == 1)
			learn(l, kind, form);
		return n > 0;
	}
	if (knows(l, id, form, to, ref)) {
		l->in.misses = 0;
		return true;
	}
	if (is_set || !first || fitting(l, id, to, &form, &other, ref) != 1 ||
	    ++l->in.misses < MISSES_MAX)
		return false;
	learn(l, kind, other);
	return true;
}

bool
smpp_known_ref(struct smpp *l, const struct smpp_receipt *receipt, const char *to,
    bool first, uint32_t *ref)
{
	uint32_t whom = smpp_id_ref(to);

	return find(l, receipt->tlv_id, SMPP_ID_IN_TLV, whom, first, ref) ||
	    find(l, receipt->text_id, SMPP_ID_IN_TEXT, whom, first, ref);
}

/* What is known of the TLV goes first, then of the text; a TLV alone is as texts are said to be. */
bool
smpp_known_guess(const struct smpp *l, const struct smpp_receipt *receipt, uint32_t *ref)
{
	const char *const tlv = receipt->tlv_id, *const text = receipt->text_id;
	enum smpp_id_form form = SMPP_ID_SAME;
	const char *id = tlv[0] != '\0' ? tlv : text;
	char normal[SMPP_ID_SIZE];

	if (tlv[0] != '\0' && form_of(l, SMPP_ID_IN_TLV, &form))
		id = tlv;
	else if (form_of(l, SMPP_ID_IN_TEXT, &form))
		id = text[0] != '\0' ? text : tlv;
	if (smpp_id_normal(normal, id, form) != RC_OK &&
	    smpp_id_normal(normal, id, SMPP_ID_SAME) != RC_OK)
		return false;
	*ref = smpp_id_ref(normal);
	return true;
}
