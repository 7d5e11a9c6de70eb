/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receipts as networks write them, and the forms of their ids.
 * It never fails for a field that is missing or ill. Called by smpp*.c and shyraq-smscsim.
 */
#include "smpp_receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "str.h"

#define RECEIPT_TEXT_SIZE 2048
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

enum key {
	KEY_ID,
	KEY_SUB,
	KEY_DLVRD,
	KEY_SUBMIT,
	KEY_DONE,
	KEY_STAT,
	KEY_ERR,
	KEY_TEXT,
	KEYS,
};

/* Each as networks write it, without blanks and low lines: "submit date", "Submit_Date". */
static const char *const key_names[KEYS] = {
	[KEY_ID] = "id",
	[KEY_SUB] = "sub",
	[KEY_DLVRD] = "dlvrd",
	[KEY_SUBMIT] = "submitdate",
	[KEY_DONE] = "donedate",
	[KEY_STAT] = "stat",
	[KEY_ERR] = "err",
	[KEY_TEXT] = "text",
};

/* By their first letters: DELIVRD and DELIVERED, UNDELIV and UNDELIVERABLE. */
static const struct {
	const char *begins;
	enum smpp_state state;
} state_words[] = {
	{ "DELIV", SMPP_STATE_DELIVERED },
	{ "EXPIR", SMPP_STATE_EXPIRED },
	{ "DELET", SMPP_STATE_DELETED },
	{ "UNDEL", SMPP_STATE_UNDELIVERABLE },
	{ "FAIL", SMPP_STATE_UNDELIVERABLE },
	{ "ACCEP", SMPP_STATE_ACCEPTED },
	{ "ACKED", SMPP_STATE_ACCEPTED },
	{ "UNKN", SMPP_STATE_UNKNOWN },
	{ "REJEC", SMPP_STATE_REJECTED },
	{ "ENROU", SMPP_STATE_ENROUTE },
	{ "BUFF", SMPP_STATE_ENROUTE },
	{ "SCHED", SMPP_STATE_SCHEDULED },
	{ "SKIP", SMPP_STATE_SKIPPED },
};

bool
smpp_is_receipt(const struct smpp_pdu *pdu)
{
	unsigned type = pdu->esm_class & SMPP_ESM_TYPE;
	struct smpp_tlv tlv;

	if (pdu->command != SMPP_DELIVER_SM && pdu->command != SMPP_DATA_SM)
		return false;
	return type == SMPP_ESM_RECEIPT || type == SMPP_ESM_NOTICE ||
	    smpp_tlv_find(pdu, SMPP_TAG_RECEIPTED_ID, &tlv);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The end of the name of key k at s, behind its colon; NULL: not that key. */
static const char *
key_end(const char *s, enum key k)
{
	const char *name = key_names[k];

	while (*name != '\0') {
		if ((*s == ' ' || *s == '_') && name != key_names[k])
			s++;
		if ((*s | 0x20) != *name || !is_letter(*s))
			return NULL;
		s++;
		name++;
	}
	while (*s == ' ')
		s++;
	return *s == ':' ? s + 1 : NULL;
}

/* The key that begins at s, and where its value does; KEYS: none. */
static enum key
key_at(const char *s, const char **value)
{
	for (int k = 0; k < KEYS; k++) {
		*value = key_end(s, (enum key)k);
		if (*value != NULL)
			return (enum key)k;
	}
	return KEYS;
}

/* One word: up to a blank, or to a comma or semicolon that networks put between. */
static size_t
word_length(const char *s)
{
	return strcspn(s, " \t\r\n,;");
}

/* A word too long for its field is none. */
static void
keep_word(char *to, size_t size, const char *s, size_t n)
{
	if (to[0] == '\0' && !str_copy_bytes(to, size, s, n))
		to[0] = '\0';
}

static void
keep_number(int *to, const char *s, size_t n)
{
	char word[8], *end;
	long v;

	if (!str_copy_bytes(word, sizeof(word), s, n))
		return;
	v = strtol(word, &end, 10);
	if (end != word && *end == '\0' && v >= 0)
		*to = (int)v;
}

static void
keep_digits(char *to, size_t size, const char *s, size_t n)
{
	if (strspn(s, "0123456789") >= n)
		keep_word(to, size, s, n);
}

static void
keep_state(enum smpp_state *to, const char *s, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(state_words); i++) {
		size_t begins = strlen(state_words[i].begins);

		if (n >= begins && strncasecmp(s, state_words[i].begins, begins) == 0) {
			*to = state_words[i].state;
			return;
		}
	}
}

static void
keep(struct smpp_receipt *out, enum key k, const char *s, size_t n)
{
	switch (k) {
	case KEY_ID:
		keep_word(out->text_id, sizeof(out->text_id), s, n);
		break;
	case KEY_SUB:
		keep_number(&out->submitted, s, n);
		break;
	case KEY_DLVRD:
		keep_number(&out->arrived, s, n);
		break;
	case KEY_SUBMIT:
		keep_digits(out->submit_date, sizeof(out->submit_date), s, n);
		break;
	case KEY_DONE:
		keep_digits(out->done_date, sizeof(out->done_date), s, n);
		break;
	case KEY_STAT:
		keep_state(&out->state, s, n);
		break;
	case KEY_ERR:
		keep_word(out->error, sizeof(out->error), s, n);
		break;
	case KEY_TEXT:
	case KEYS:
		break;
	}
}

/* Keys begin at the text's begin and behind whatever is no letter or digit. */
static void
read_text(struct smpp_receipt *out, const char *s)
{
	bool begin = true;

	while (*s != '\0') {
		const char *value;
		enum key k = begin ? key_at(s, &value) : KEYS;
		size_t n;

		if (k == KEY_TEXT)
			return;
		if (k == KEYS) {
			begin = is_blank(*s) || *s == ',' || *s == ';';
			s++;
			continue;
		}
		while (*value == ' ')
			value++;
		/* "err: text:" is an empty one */
		n = key_at(value, &s) == KEYS ? word_length(value) : 0;
		keep(out, k, value, n);
		s = value + n;
		begin = n == 0 || *s != '\0';
	}
}

static void
read_tlvs(struct smpp_receipt *out, const struct smpp_pdu *pdu)
{
	struct smpp_tlv tlv;
	uint32_t state;

	if (smpp_tlv_find(pdu, SMPP_TAG_RECEIPTED_ID, &tlv)) {
		const uint8_t *nul = tlv.n == 0 ? NULL : memchr(tlv.value, 0, tlv.n);
		size_t n = nul == NULL ? tlv.n : (size_t)(nul - tlv.value);

		keep_word(out->tlv_id, sizeof(out->tlv_id), (const char *)tlv.value, n);
	}
	if (smpp_tlv_number(pdu, SMPP_TAG_STATE, &state) && state < SMPP_STATE_NONE)
		out->state = (enum smpp_state)state;
	if (smpp_tlv_find(pdu, SMPP_TAG_NETWORK_ERROR, &tlv) && tlv.n == 3) {
		out->network = tlv.value[0];
		out->network_error = (uint16_t)(tlv.value[1] << 8 | tlv.value[2]);
	}
}

static bool
is_final(enum smpp_state state)
{
	static const bool final[SMPP_STATE_NONE + 1] = {
		[SMPP_STATE_DELIVERED] = true,
		[SMPP_STATE_EXPIRED] = true,
		[SMPP_STATE_DELETED] = true,
		[SMPP_STATE_UNDELIVERABLE] = true,
		[SMPP_STATE_REJECTED] = true,
		[SMPP_STATE_SKIPPED] = true,
		[SMPP_STATE_UNKNOWN] = true,
	};

	return final[state];
}

enum rc
smpp_receipt_of(
    const struct smpp_pdu *pdu, struct smpp_codings codings, struct smpp_receipt *out)
{
	char text[RECEIPT_TEXT_SIZE];
	struct smpp_body body;
	bool notice = (pdu->esm_class & SMPP_ESM_TYPE) == SMPP_ESM_NOTICE;
	enum smpp_alphabet alphabet = smpp_alphabet_of(pdu->data_coding, codings, false);

	*out = (struct smpp_receipt){
		.state = SMPP_STATE_NONE, .submitted = -1, .arrived = -1
	};
	/* whatever its coding says a receipt is ASCII, its low line too, or else UCS-2 or packed */
	if (alphabet != SMPP_UCS2 && alphabet != SMPP_GSM_PACKED)
		alphabet = SMPP_ASCII;
	if (smpp_body_of(pdu, &body) == RC_OK) {
		smpp_body_utf8(text, sizeof(text), &body, alphabet);
		read_text(out, text);
		explicit_bzero(text, sizeof(text));
	}
	read_tlvs(out, pdu);
	out->final = !notice && is_final(out->state);
	out->delivered = out->state == SMPP_STATE_DELIVERED;
	if (out->tlv_id[0] == '\0' && out->text_id[0] == '\0')
		return RC_REFUSED;
	return out->state == SMPP_STATE_NONE ? RC_REFUSED : RC_OK;
}

static const char *const form_names[] = {
	[SMPP_ID_SAME] = "same",
	[SMPP_ID_DECIMAL] = "decimal",
	[SMPP_ID_HEX] = "hex",
};

const char *
smpp_id_form_name(enum smpp_id_form form)
{
	return form_names[form];
}

enum rc
smpp_id_form_parse(const char *name, enum smpp_id_form *form)
{
	for (size_t i = 0; i < ARRAY_LEN(form_names); i++) {
		if (strcmp(name, form_names[i]) == 0) {
			*form = (enum smpp_id_form)i;
			return RC_OK;
		}
	}
	return RC_REFUSED;
}

/* Blanks, letter case and leading zeros off; false: octets that no id has, or nothing is left. */
static bool
trim(char out[SMPP_ID_SIZE], const char *id)
{
	size_t n;

	while (is_blank(*id))
		id++;
	while (id[0] == '0' && id[1] != '\0' && !is_blank(id[1]))
		id++;
	n = strlen(id);
	while (n > 0 && is_blank(id[n - 1]))
		n--;
	if (!str_copy_bytes(out, SMPP_ID_SIZE, id, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (out[i] < 0x20 || out[i] > 0x7e)
			return false;
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] | 0x20);
	}
	return n > 0;
}

/* One of at most 64 bits, in digits of that radix only. */
static bool
number_of(uint64_t *v, const char *s, unsigned radix)
{
	*v = 0;
	for (; *s != '\0'; s++) {
		unsigned digit = *s >= '0' && *s <= '9' ? (unsigned)(*s - '0')
		    : *s >= 'a' && *s <= 'f'            ? (unsigned)(*s - 'a') + 10
							: 16;

		if (digit >= radix || *v > (UINT64_MAX - digit) / radix)
			return false;
		*v = *v * radix + digit;
	}
	return true;
}

enum rc
smpp_id_normal(char out[SMPP_ID_SIZE], const char *id, enum smpp_id_form form)
{
	bool good = trim(out, id);
	uint64_t v;

	if (good && form != SMPP_ID_SAME) {
		good = number_of(&v, out, form == SMPP_ID_DECIMAL ? 10 : 16);
		if (good)
			snprintf(out, SMPP_ID_SIZE,
			    form == SMPP_ID_DECIMAL ? "%" PRIx64 : "%" PRIu64, v);
	}
	if (!good)
		out[0] = '\0';
	return good ? RC_OK : RC_REFUSED;
}

enum rc
smpp_id_form_of(const char *answered, const char *receipted, enum smpp_id_form *form)
{
	static const enum smpp_id_form forms[] = { SMPP_ID_SAME, SMPP_ID_DECIMAL,
		SMPP_ID_HEX };
	char want[SMPP_ID_SIZE], got[SMPP_ID_SIZE];

	if (smpp_id_normal(want, answered, SMPP_ID_SAME) != RC_OK)
		return RC_REFUSED;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (smpp_id_normal(got, receipted, forms[i]) == RC_OK &&
		    strcmp(want, got) == 0) {
			*form = forms[i];
			return RC_OK;
		}
	}
	return RC_REFUSED;
}

uint32_t
smpp_id_ref(const char *normal)
{
	uint64_t print = FNV_START;
	uint32_t ref;

	for (; *normal != '\0'; normal++)
		print = (print ^ (uint8_t)*normal) * FNV_PRIME;
	ref = (uint32_t)(print ^ print >> 32);
	return ref == 0 ? 1 : ref;
}
