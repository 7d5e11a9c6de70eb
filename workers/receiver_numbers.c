/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hours, dates, ranges and phone numbers in a receiver's text, so that no part of one is read as a digit
 * of the card or as a code. It understands no word. Called by receiver_words.c.
 */
#include "receiver_numbers.h"

#include <stdint.h>
#include <string.h>

#include "str.h"

#define DIGITS "0123456789"
#define SOME_NUMBER " 1000000 " /* longer than a code, more than beds can be */
#define CASE_DIGITS 6
#define GROUPS 8
#define PHONE_DIGITS \
	9 /* without the country: no number of the seven countries has fewer */
#define PHONE_WITH_7 11
#define PHONE_WITH_99 12

/* Digits that blanks, dashes and brackets alone part. */
struct chain {
	const char *at[GROUPS], *end;
	size_t len[GROUPS], digits;
	unsigned n;
};

static struct chain
read_chain(const char *p)
{
	struct chain c = { .n = 0 };

	while (c.n < GROUPS && (c.len[c.n] = strspn(p, DIGITS)) > 0) {
		c.at[c.n] = p;
		c.digits += c.len[c.n];
		c.end = p + c.len[c.n++];
		p = c.end + strspn(c.end, " -()");
	}
	return c;
}

static bool
is_group(const struct chain *c, unsigned i, const char *any)
{
	char one[8] = " ";
	size_t len = 1;

	return c->len[i] < 4 &&
	    str_add(one, sizeof(one), &len, "%.*s ", (int)c->len[i], c->at[i]) &&
	    strstr(any, one) != NULL;
}

/* So many groups at the head of a text are code and digit, whatever follows. */
static unsigned
at_head(const struct chain *c)
{
	bool trunk = is_group(c, 0, " 7 8 ");

	if (c->len[0] == 3 || (c->len[0] == 4 && strchr("078", *c->at[0]) == NULL))
		return 1;
	if (c->len[0] == 1 && c->n > 1 && c->len[1] == 3 &&
	    !(trunk && c->digits == PHONE_WITH_7))
		return 2;
	return 0;
}

/* The group at which a phone number begins that ends the chain; c->n: there is none. */
static unsigned
phone_at(const struct chain *c, bool head)
{
	unsigned from = c->n, least = head ? at_head(c) : 0;
	size_t digits = 0;

	while (from > least && digits < PHONE_DIGITS)
		digits += c->len[--from];
	if (digits < PHONE_DIGITS)
		return c->n;
	if (from > least && is_group(c, from - 1, " 7 8 0 00 992 993 996 998 "))
		from--;
	return from;
}

/* "+7 701 000 00 00": the end of it. */
static const char *
plus_end(const char *p)
{
	struct chain c = read_chain(p);
	size_t digits = 0, most = *p == '7' ? PHONE_WITH_7 : PHONE_WITH_99;

	for (unsigned i = 0; i < c.n; i++) {
		digits += c.len[i];
		if (digits >= most)
			return c.at[i] + c.len[i];
	}
	return c.n > 0 ? c.end : p;
}

/* "18:00", "2.30", "12.03.2026", "1-2", "1,5": the end of it, or `p`. */
static const char *
time_end(const char *p)
{
	size_t n = strspn(p, DIGITS), then, year;
	const char *q;

	if (n > 2 || p[n] == '\0' || strchr(":.,/-", p[n]) == NULL)
		return p;
	then = strspn(p + n + 1, DIGITS);
	if (then < 1 || then > 2)
		return p;
	q = p + n + 1 + then;
	year = *q == p[n] ? strspn(q + 1, DIGITS) : 0;
	return year == 2 || year == 4 ? q + 1 + year : q;
}

/* "№319": the number, and behind it; -1 where there is none. */
static int
case_number(const char **p)
{
	static const char sign[] = "№";
	const char *q = *p;
	size_t n;
	int v = 0;

	if (strncmp(q, sign, strlen(sign)) != 0)
		return -1;
	q += strlen(sign);
	q += strspn(q, " ");
	n = strspn(q, DIGITS);
	if (n == 0 || n > CASE_DIGITS)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (q[i] - '0');
	*p = q + n;
	return v;
}

/* One number or more at `*p`, over to `out`. */
static bool
take_digits(const char **p, bool head, char *out, size_t size, size_t *len)
{
	const char *end = time_end(*p);
	struct chain c = read_chain(*p);
	unsigned phone = phone_at(&c, head);

	if (end == *p && phone < c.n) {
		if (!str_add(out, size, len, "%.*s", (int)(c.at[phone] - *p), *p))
			return false;
		end = c.end;
	}
	if (end > *p) {
		*p = end;
		return str_add(out, size, len, SOME_NUMBER);
	}
	end += strspn(end, DIGITS);
	if (!str_add(out, size, len, "%.*s", (int)(end - *p), *p))
		return false;
	*p = end;
	return true;
}

/* A dash of any length at `p`, or at the end of the `n` bytes there. */
static bool
is_dash(const char *p, size_t n, bool at_end)
{
	static const char *const dashes[] = { "-", "–", "—" };

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(dashes[i]);

		if (n >= len && memcmp(at_end ? p + n - len : p, dashes[i], len) == 0)
			return true;
	}
	return false;
}

static bool
is_asking(const char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	for (n = strlen(text); n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL;)
		n--;
	return n > 0 &&
	    (text[n - 1] == '?' || is_dash(text, n, false) || is_dash(text, n, true));
}

int
numbers_take(const char *text, char *out, size_t size, bool *asks)
{
	int number = -1, v;
	size_t len = 0;
	bool head = true, room = true;

	*asks = is_asking(text);
	out[0] = '\0';
	for (const char *p = text; *p != '\0' && room;) {
		if ((v = case_number(&p)) >= 0) {
			number = number < 0 ? v : number;
			room = str_add(out, size, &len, " ");
		} else if (*p == '+' && strspn(p + 1, DIGITS) > 0 &&
		    read_chain(p + 1).digits >= PHONE_DIGITS) {
			p = plus_end(p + 1);
			room = str_add(out, size, &len, SOME_NUMBER);
		} else if (strspn(p, DIGITS) > 0) {
			room = take_digits(&p, head, out, size, &len);
			head = false;
		} else {
			head = head && strchr(" \t\r\n+-.,:;!#(", *p) != NULL;
			room = str_add(out, size, &len, "%c", *p++);
		}
	}
	if (room)
		return number;
	out[0] = '\0';
	return -1;
}
