/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading, checking and making the line that signs a text. It reads no file and knows no key.
 * Called by lib/text.c for every text of a load, and by shyraqctl when a translator signs.
 */
#include "text_sign.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"
#include "str.h"

#define WORDING_MAX 65535U
#define LINE_MAX_BYTES 160
#define FIELDS 5 /* the last is the hash */

void
text_hash(char out[TEXT_HASH_MAX], const char *text)
{
	uint8_t digest[SEAL_DIGEST_LEN];

	seal_digest(digest, text, strlen(text));
	str_hex(out, digest, (TEXT_HASH_MAX - 1) / 2);
}

static bool
is_date(const char *s)
{
	static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned month, day;

	for (unsigned i = 0; i < 10; i++) {
		if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	}
	month = (unsigned)(s[5] - '0') * 10 + (unsigned)(s[6] - '0');
	day = (unsigned)(s[8] - '0') * 10 + (unsigned)(s[9] - '0');
	return s[0] == '2' && month >= 1 && month <= 12 && day >= 1 &&
	    day <= days[month - 1];
}

static bool
take_number(const char *s, unsigned *out)
{
	unsigned n = 0;

	for (const char *at = s; *at != '\0'; at++) {
		if (*at < '0' || *at > '9' || at - s >= 5)
			return false;
		n = n * 10 + (unsigned)(*at - '0');
	}
	*out = n;
	return n >= 1 && n <= WORDING_MAX;
}

/* One character of a field: nothing that could end a line or begin another field. */
static bool
is_plain(const char *s)
{
	if (!str_is_utf8(s, strlen(s)))
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}

/* Cuts at "; " in place, blanks around a field away; the number of fields. */
static unsigned
cut(char *s, char *field[FIELDS])
{
	unsigned n = 0;

	while (s != NULL && n < FIELDS) {
		char *next = strchr(s, ';'), *end;

		if (next != NULL)
			*next++ = '\0';
		s += strspn(s, " ");
		end = s + strlen(s);
		while (end > s && end[-1] == ' ')
			*--end = '\0';
		field[n++] = s;
		s = next;
	}
	return s == NULL ? n : FIELDS + 1;
}

static bool
take_fields(char *const field[FIELDS], struct text_signature *out)
{
	return field[0][0] != '\0' && field[1][0] != '\0' && is_plain(field[0]) &&
	    is_plain(field[1]) &&
	    str_copy(out->initials, sizeof(out->initials), field[0]) &&
	    str_copy(out->organisation, sizeof(out->organisation), field[1]) &&
	    str_copy(out->date, sizeof(out->date), field[2]) && strlen(out->date) == 10 &&
	    is_date(out->date) && take_number(field[3], &out->wording);
}

bool
text_signature_parse(const char *s, struct text_signature *out)
{
	char line[LINE_MAX_BYTES], *field[FIELDS];

	*out = (struct text_signature){ .wording = 0 };
	return str_copy(line, sizeof(line), s) && cut(line, field) == FIELDS - 1 &&
	    take_fields(field, out);
}

bool
text_signature_line(
    char *out, size_t size, const struct text_signature *s, const char *text)
{
	char hash[TEXT_HASH_MAX];
	size_t len = 0;

	text_hash(hash, text);
	return str_add(out, size, &len, TEXT_SIGNED "%s; %s; %s; %u; %s", s->initials,
	    s->organisation, s->date, s->wording, hash);
}

unsigned
text_signed(const char *comment, const char *text)
{
	char line[LINE_MAX_BYTES], hash[TEXT_HASH_MAX], *field[FIELDS];
	struct text_signature s;
	const char *last = NULL;

	for (const char *at = comment; at != NULL && *at != '\0';) {
		at += strspn(at, " \n");
		if (strncmp(at, TEXT_SIGNED, strlen(TEXT_SIGNED)) == 0)
			last = at + strlen(TEXT_SIGNED);
		at = strchr(at, '\n');
	}
	if (last == NULL ||
	    !str_copy_bytes(line, sizeof(line), last, strcspn(last, "\n")) ||
	    cut(line, field) != FIELDS || !take_fields(field, &s))
		return 0;
	text_hash(hash, text);
	return strcmp(field[4], hash) == 0 ? s.wording : 0;
}
