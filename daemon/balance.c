/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Balance: schedule, pattern, alarm.
 * It logs a value and never the network's words. Called by ussd.c, in the loop.
 */
#include "balance.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

#define FIRST_MS 60000   /* after the start; sooner when asked for more often */
#define RETRY_MS 3600000 /* after silence */

enum rc
balance_init(struct balance *b, const struct balance_conf *conf, const char *link)
{
	memset(b, 0, sizeof(*b));
	b->conf = conf;
	if (conf->pattern[0] == '\0')
		return RC_OK;
	if (regcomp(&b->pattern, conf->pattern, REG_EXTENDED) != 0) {
		log_error("balance.pattern", "link=%s not an extended expression", link);
		return RC_REFUSED;
	}
	b->has_pattern = true;
	if (b->pattern.re_nsub >= 1)
		return RC_OK;
	log_error("balance.group", "link=%s the pattern has no group", link);
	balance_clear(b);
	return RC_REFUSED;
}

void
balance_clear(struct balance *b)
{
	if (b->has_pattern)
		regfree(&b->pattern);
	b->has_pattern = false;
}

static int64_t
at_most(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool
balance_is_due(struct balance *b, bool up, int64_t now)
{
	if (b->conf->code[0] == '\0' || !up)
		return false;
	if (b->next == 0)
		b->next = now + at_most(FIRST_MS, b->conf->every_ms);
	if (now < b->next)
		return false;
	b->next = now + b->conf->every_ms;
	return true;
}

void
balance_unheard(struct balance *b, int64_t now)
{
	b->next = now + at_most(RETRY_MS, b->conf->every_ms);
}

bool
balance_is_code(const struct balance *b, const char *code)
{
	return b->conf->code[0] != '\0' && strcmp(b->conf->code, code) == 0;
}

bool
balance_value(const struct balance *b, const char *text, int64_t *value)
{
	regmatch_t m[2];
	char digits[19];
	size_t n;

	if (!b->has_pattern || regexec(&b->pattern, text, 2, m, 0) != 0 || m[1].rm_so < 0)
		return false;
	n = (size_t)(m[1].rm_eo - m[1].rm_so);
	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, text + m[1].rm_so, n);
	digits[n] = '\0';
	if (digits[strspn(digits, "0123456789")] != '\0')
		return false;
	*value = strtoll(digits, NULL, 10);
	return true;
}

void
balance_heard(const struct balance *b, struct link *l, const char *text, int64_t now)
{
	int64_t value;

	if (!balance_value(b, text, &value)) {
		log_warn("modem.balance_unread",
		    "link=%s the answer does not fit balance_pattern", l->name);
		return;
	}
	l->balance.value = value;
	l->balance.at = now;
	l->balance.low = value < b->conf->low;
	log_info("modem.balance", "link=%s value=%lld", l->name, (long long)value);
	if (l->balance.low)
		log_warn("modem.balance_low", "link=%s value=%lld low=%lld", l->name,
		    (long long)value, (long long)b->conf->low);
}
