/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Columns of values as PostgreSQL's binary arrays (array_recv), for unnest(): one write a batch.
 * It knows no table. Called by whoever fills a batch.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"

/* dimensions, flags, element type, length, lower bound: five int32 */
#define HEAD 20

static const uint32_t oid[] = {
	[DB_INT8] = 20, [DB_BOOL] = 16, [DB_TEXT] = 25, [DB_BYTEA] = 17
};

static uint8_t *
grow(struct db_col *c, size_t n)
{
	uint8_t *p;

	if (c->len == 0)
		c->len = HEAD;
	if (c->len + n > c->cap) {
		c->cap = (c->len + n) * 2;
		c->buf = xreallocarray(c->buf, c->cap, 1);
	}
	p = c->buf + c->len;
	c->len += n;
	return p;
}

static void
put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static void
add(struct db_col *c, const void *p, size_t n)
{
	uint8_t *to = grow(c, 4 + n);

	put32(to, (uint32_t)n);
	if (n > 0)
		memcpy(to + 4, p, n);
	c->rows++;
}

void
db_col_null(struct db_col *c)
{
	put32(grow(c, 4), 0xffffffffu);
	c->nulls = true;
	c->rows++;
}

void
db_col_i64(struct db_col *c, int64_t v)
{
	uint64_t net = htobe64((uint64_t)v);

	add(c, &net, sizeof(net));
}

void
db_col_bool(struct db_col *c, bool v)
{
	uint8_t b = v;

	add(c, &b, 1);
}

void
db_col_text(struct db_col *c, const char *s)
{
	if (s == NULL)
		db_col_null(c);
	else
		add(c, s, strlen(s));
}

void
db_col_bytes(struct db_col *c, const void *p, size_t n)
{
	if (p == NULL)
		db_col_null(c);
	else
		add(c, p, n);
}

void
db_col_clear(struct db_col *c)
{
	c->rows = 0;
	c->len = 0;
	c->nulls = false;
}

void
db_col_free(struct db_col *c)
{
	if (c->buf != NULL)
		explicit_bzero(c->buf, c->cap);
	free(c->buf);
	*c = (struct db_col){ .kind = c->kind };
}

struct db_param
db_array(struct db_col *c)
{
	uint8_t *p;

	if (c->len == 0) {
		(void)grow(c, 1);
		c->len = HEAD;
	}
	p = c->buf;
	put32(p, c->rows > 0 ? 1 : 0);
	put32(p + 4, c->nulls ? 1 : 0);
	put32(p + 8, oid[c->kind]);
	put32(p + 12, (uint32_t)c->rows);
	put32(p + 16, 1);
	return (struct db_param){ .p = p, .n = c->rows > 0 ? (int)c->len : 12 };
}
