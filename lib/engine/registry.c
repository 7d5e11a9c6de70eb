/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry's closed lists, and each field as it is kept. Reading only: it changes no receiver.
 * It never tells a number. Called by console/ctl_receiver*.c, ctl_import.c and workers/intake_receiver.c.
 */
#include "registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instant.h"
#include "shift.h"
#include "str.h"

#define KINDS "shelter ngo police social embassy child legal health labour operator"
#define LANGUAGES "kk ru uz ky tg tk en"
/* answers to "who" and "need" as conf/flows has them, but "nothing" */
#define WHO "man woman woman_children child"
#define NEED "bed doctor advice papers way wages"
/* and what follows on a case: outcome_codes.c has it as words about one */
#define FOLLOWS "long_stay legal_status safe_return rehabilitation"
#define GAPS " ,;\t"
#define NAME_BYTES 64
#define ROLE_BYTES 24
#define HOURS_BYTES 96
#define ORDER_MOST 1000000
#define BEDS_MOST 999
#define UNKNOWN_MAX 80
#define AWAY_MOST (366LL * 1440)

typedef bool registry_read(const char *s, const char *list, char out[INTAKE_VALUE_MAX]);

static bool
is_in(const char *list, const char *word, size_t n)
{
	for (const char *s = list; *s != '\0'; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");

		if (len == n && memcmp(s, word, n) == 0)
			return true;
		s += len;
	}
	return false;
}

/* "KZ", "KZ-47", "SEA-TH", "*". */
static bool
is_region(const char *s, size_t n)
{
	size_t letters = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (n == 1 && s[0] == '*')
		return true;
	if (letters < 2 || letters > 3 || n > 6)
		return false;
	if (letters == n)
		return true;
	return s[letters] == '-' && n > letters + 1 &&
	    strspn(s + letters + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
	    n - letters - 1;
}

/* Words of the list, each kept once, parted by single blanks; `list` NULL: codes of regions. */
static bool
read_list(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (s += strspn(s, GAPS); *s != '\0'; s += strspn(s, GAPS)) {
		size_t n = strcspn(s, GAPS);
		char word[32];

		if (!str_copy_bytes(word, sizeof(word), s, n) ||
		    !(list == NULL ? is_region(word, n) : is_in(list, word, n)))
			return false;
		s += n;
		if (!is_in(out, word, n) &&
		    !str_add(
			out, INTAKE_VALUE_MAX, &len, "%s%s", len > 0 ? " " : "", word))
			return false;
	}
	return true;
}

static bool
read_regions(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	return read_list(s, list, out) && out[0] != '\0';
}

static bool
read_one(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	return is_in(list, s, strlen(s)) && str_copy(out, INTAKE_VALUE_MAX, s);
}

static bool
read_country(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	(void)list;
	return (s[0] == '\0' || (strlen(s) == 2 && is_region(s, 2))) &&
	    str_copy(out, INTAKE_VALUE_MAX, s);
}

static bool
read_number(const char *s, long least, long most, char out[INTAKE_VALUE_MAX])
{
	size_t len = 0;
	char *end;
	long n;

	errno = 0;
	n = strtol(s, &end, 10);
	return errno == 0 && end != s && *end == '\0' && n >= least && n <= most &&
	    str_add(out, INTAKE_VALUE_MAX, &len, "%ld", n);
}

static bool
read_order(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	(void)list;
	return read_number(s[0] == '\0' ? "0" : s, -ORDER_MOST, ORDER_MOST, out);
}

static bool
read_beds(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	(void)list;
	out[0] = '\0';
	return s[0] == '\0' || read_number(s, 0, BEDS_MOST, out);
}

static bool
read_yes(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	bool yes = is_in("yes 1 true да иә ha", s, strlen(s));

	(void)list;
	return (yes || s[0] == '\0' || is_in("no 0 false нет жоқ yo'q", s, strlen(s))) &&
	    str_copy(out, INTAKE_VALUE_MAX, yes ? "1" : "0");
}

bool
registry_is_name(const char *s)
{
	if (s[0] == '\0' || !str_is_utf8(s, strlen(s)))
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}

static bool
read_group(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	(void)list;
	return (s[0] == '\0' || registry_is_name(s)) && strlen(s) < NAME_BYTES &&
	    str_copy(out, INTAKE_VALUE_MAX, s);
}

/* No digit: a role is no place for a number. */
static bool
read_role(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	(void)list;
	return (s[0] == '\0' || registry_is_name(s)) && strlen(s) < ROLE_BYTES &&
	    strpbrk(s, "0123456789") == NULL && str_copy(out, INTAKE_VALUE_MAX, s);
}

static bool
read_hours(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	struct shift shift;

	(void)list;
	return strlen(s) < HOURS_BYTES && shift_parse(s, &shift) &&
	    str_copy(out, INTAKE_VALUE_MAX, s + strspn(s, " "));
}

int64_t
registry_minutes(const char *s)
{
	static const struct {
		const char *unit;
		int minutes;
	} units[] = { { "d", 1440 }, { "h", 60 }, { "min", 1 } };
	char *end;
	long n;

	if (strcmp(s, "no") == 0)
		return 0;
	errno = 0;
	n = strtol(s, &end, 10);
	if (errno != 0 || end == s || n < 0 || n > AWAY_MOST)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(end, units[i].unit) == 0 && n * units[i].minutes <= AWAY_MOST)
			return n * units[i].minutes;
	}
	return -1;
}

static bool
read_away(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	int64_t minutes = registry_minutes(s);
	size_t len = 0;

	(void)list;
	return minutes >= 0 &&
	    str_add(out, INTAKE_VALUE_MAX, &len, "%lldmin", (long long)minutes);
}

static bool
read_until(const char *s, const char *list, char out[INTAKE_VALUE_MAX])
{
	char until[INSTANT_MAX];
	int64_t ms;

	(void)list;
	out[0] = '\0';
	if (s[0] == '\0' || strcmp(s, "no") == 0)
		return true;
	if (!instant_day(s, true, &ms) &&
	    (s[0] == '+' || strcmp(s, "now") == 0 || !instant_parse(s, 0, &ms)))
		return false;
	instant_until(until, ms);
	return str_copy(out, INTAKE_VALUE_MAX, until);
}

int64_t
registry_until_ms(const char *kept)
{
	int64_t ms;

	return instant_day(kept, true, &ms) || instant_parse(kept, 0, &ms) ? ms : 0;
}

static const struct {
	registry_read *read;
	const char *list, *allowed;
} rules[INTAKE_FIELDS] = {
	[INTAKE_KIND] = { read_one, KINDS, "are " KINDS },
	[INTAKE_REGIONS] = { read_regions, NULL,
	    "are codes of ISO 3166-2 or countries that conf/places has (KZ-47 KZ), or *" },
	[INTAKE_LANG] = { read_one, LANGUAGES, "are " LANGUAGES },
	[INTAKE_ORDER] = { read_order, NULL, "is a whole number" },
	[INTAKE_VETTED] = { read_yes, NULL, "are yes and no" },
	[INTAKE_GROUP] = { read_group, NULL, "is a name of at most 63 bytes" },
	[INTAKE_LANGS] = { read_list, LANGUAGES, "are " LANGUAGES },
	[INTAKE_TAKES] = { read_list, WHO, "are " WHO },
	[INTAKE_SERVICES] = { read_list, NEED " " FOLLOWS, "are " NEED " " FOLLOWS },
	[INTAKE_OF] = { read_country, NULL, "are a country's two letters (UZ)" },
	[INTAKE_HOURS] = { read_hours, NULL,
	    "is 09:00-18:00 mon-fri, several parted by ; ; empty: round the clock" },
	[INTAKE_BEDS] = { read_beds, NULL, "are 0 to 999; empty: not known" },
	[INTAKE_SAMPLE] = { read_yes, NULL, "are yes and no" },
	[INTAKE_AWAY] = { read_away, NULL, "are 3d, 12h, 90min; no: back" },
	[INTAKE_UNTIL] = { read_until, NULL,
	    "are a day, 2026-12-31, or with a zone 2026-12-31 18:00+05; no: for good" },
	[INTAKE_ROLE] = { read_role, NULL, "are at most 23 bytes without a digit" },
	[INTAKE_SHIFT] = { read_hours, NULL,
	    "is 20:00-08:00 mon-fri, several parted by ; ; empty: always" },
};

/* Whether conf/places has each of these regions or countries. */
static bool
are_known(const struct places *p, const char *list, char why[UNKNOWN_MAX])
{
	while (*list != '\0') {
		size_t n = strcspn(list, " ");
		char id[16];
		unsigned i;

		if (!str_copy_bytes(id, sizeof(id), list, n))
			return false;
		i = place_by_id(p, id);
		if (strcmp(id, "*") != 0 &&
		    (i == places_count(p) || !place_is_region(p, i))) {
			snprintf(why, UNKNOWN_MAX,
			    "%s is no region or country of conf/places", id);
			return false;
		}
		list += n;
		list += *list == ' ';
	}
	return true;
}

bool
registry_give(struct intake_receiver *r, enum intake_field f, const char *written,
    const struct places *places, char why[REGISTRY_WHY_MAX])
{
	char value[INTAKE_VALUE_MAX], unknown[UNKNOWN_MAX] = "";
	bool fine = str_is_utf8(written, strlen(written)) &&
	    strpbrk(written, "\r\n") == NULL &&
	    rules[f].read(written, rules[f].list, value);

	if (fine && places != NULL && (f == INTAKE_REGIONS || f == INTAKE_OF))
		fine = are_known(places, value, unknown);
	if (fine && intake_give(r, f, value))
		return true;
	if (unknown[0] != '\0')
		snprintf(why, REGISTRY_WHY_MAX, "%s: %s", intake_fields[f], unknown);
	else
		snprintf(why, REGISTRY_WHY_MAX, "%s: allowed %s", intake_fields[f],
		    rules[f].allowed);
	return false;
}

bool
registry_fits(const struct intake_receiver *r, char why[REGISTRY_WHY_MAX])
{
	const char *kind = intake_given(r, INTAKE_KIND), *of = intake_given(r, INTAKE_OF);
	bool embassy = kind != NULL && strcmp(kind, "embassy") == 0;
	bool has = of != NULL && of[0] != '\0';

	if (embassy && !has)
		snprintf(why, REGISTRY_WHY_MAX,
		    "of: an embassy needs the country that it is of (UZ)");
	else if (kind != NULL && !embassy && has)
		snprintf(why, REGISTRY_WHY_MAX, "of: for an embassy alone");
	else
		return true;
	return false;
}
