/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links as people read them: one line each in 80 columns, for `modem list` and `status`.
 * It asks no database. Called by ctl_modem.c and ctl_status.c with rows of LINK_LIST.
 */
#include <jansson.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"

#define SILENT_MS 30000 /* a daemon tells of its links every few seconds */
#define NAME_W 12
#define STATE_W 16

const char *const ctl_classes[CTL_CLASSES] = { "all", "ussd", "danger", "referral",
	"reply", "info", "campaign" };
const char *const ctl_link_names[] = { "link", "daemon", "state", "usable", "signal",
	"received", "sent", "slots_used", "slots_all", "waiting", "paused", "number",
	"last_in", "told", "balance", "balance_at", "balance_low" };

/* A bit a class that `pause` holds on this link, or on all; bit 0: every class. */
static unsigned
held_on(const struct db_rows *pauses, const char *link)
{
	unsigned held = 0;

	for (int i = 0; i < db_count(pauses); i++) {
		const char *on = db_get_text(pauses, i, 0);
		int64_t class = db_get_i64(pauses, i, 1);

		if (!db_get_bool(pauses, i, 2) && class >= 0 && class < CTL_CLASSES &&
		    (on[0] == '\0' || strcmp(on, link) == 0))
			held |= 1u << class;
	}
	return held;
}

bool
ctl_link_balance(
    char out[CTL_BALANCE_MAX], const struct db_rows *r, int row, int64_t now_ms)
{
	char age[CTL_TIME_MAX];

	if (db_is_null(r, row, 14) || db_is_null(r, row, 15))
		return false;
	ctl_age(age, db_get_i64(r, row, 15), now_ms);
	snprintf(out, CTL_BALANCE_MAX, "%lld, %s%s", (long long)db_get_i64(r, row, 14),
	    age, strcmp(age, "now") == 0 ? "" : " ago");
	return true;
}

bool
ctl_link_is_low(const struct db_rows *r, int row)
{
	return !db_is_null(r, row, 14) && db_get_bool(r, row, 16);
}

json_t *
ctl_link_json(const struct db_rows *r, const struct db_rows *pauses)
{
	json_t *all = ctl_json_rows(r, ctl_link_names, CTL_LINK_KINDS);

	for (int i = 0; i < db_count(r); i++) {
		unsigned held = held_on(pauses, db_get_text(r, i, 0));
		json_t *classes = json_array();

		for (int k = 0; k < CTL_CLASSES; k++) {
			if ((held & 1u << k) == 0)
				continue;
			json_array_append_new(classes, json_string(ctl_classes[k]));
			if (k == 0)
				break;
		}
		json_object_set_new(json_array_get(all, (size_t)i), "held", classes);
	}
	return all;
}

const char *
ctl_link_trouble(const struct db_rows *r, int row, int64_t now_ms)
{
	if (now_ms - db_get_i64(r, row, 13) > SILENT_MS)
		return "daemon silent";
	if (db_get_bool(r, row, 3) && strcmp(db_get_text(r, row, 2), "silent") == 0)
		return "silent: its self-tests fail";
	if (db_get_bool(r, row, 3) && strcmp(db_get_text(r, row, 2), "failing") == 0)
		return "failing: it takes no texts";
	if (db_get_bool(r, row, 3) || strcmp(db_get_text(r, row, 2), "drained") == 0)
		return NULL; /* drained: somebody wanted it so */
	return db_get_text(r, row, 2);
}

static void
column(const char *text, int w)
{
	char clean[128];
	int n = 0;

	ctl_clean(clean, sizeof(clean), text);
	for (const char *s = clean; *s != '\0'; s++) {
		n += ((unsigned char)*s & 0xc0) != 0x80;
		if (n > w)
			break;
		putchar(*s);
	}
	printf("%*s", n < w ? w - n + 1 : 1, "");
}

void
ctl_link_head(void)
{
	printf("%-*s %-*s %6s %8s %8s %5s %7s %8s\n", NAME_W, "link", STATE_W, "state",
	    "signal", "received", "sent", "wait", "SIM", "last in");
}

/* Held whole, or one class of several; the daemon's own word counts while nothing stands here. */
static const char *
held_word(const struct db_rows *r, int row, const struct db_rows *pauses)
{
	unsigned held = held_on(pauses, db_get_text(r, row, 0));

	if ((held & 1u) != 0)
		return ", held";
	if (held != 0)
		return ", part held";
	return db_get_bool(r, row, 10) && db_count(pauses) == 0 ? ", held" : "";
}

void
ctl_link_line(
    const struct db_rows *r, int row, const struct db_rows *pauses, int64_t now_ms)
{
	const char *trouble = ctl_link_trouble(r, row, now_ms);
	char state[64], signal[16] = "-", slots[40] = "-", last[CTL_TIME_MAX] = "-";

	snprintf(state, sizeof(state), "%s%s",
	    trouble != NULL ? trouble : db_get_text(r, row, 2),
	    held_word(r, row, pauses));
	column(db_get_text(r, row, 0), NAME_W);
	column(state, STATE_W);
	if (db_get_i64(r, row, 4) >= 0)
		snprintf(
		    signal, sizeof(signal), "%lld%%", (long long)db_get_i64(r, row, 4));
	if (db_get_i64(r, row, 8) > 0)
		snprintf(slots, sizeof(slots), "%lld/%lld",
		    (long long)db_get_i64(r, row, 7), (long long)db_get_i64(r, row, 8));
	if (!db_is_null(r, row, 12))
		ctl_age(last, db_get_i64(r, row, 12), now_ms);
	printf("%6s %8lld %8lld %5lld %7s %8s\n", signal,
	    (long long)db_get_i64(r, row, 5), (long long)db_get_i64(r, row, 6),
	    (long long)db_get_i64(r, row, 9), slots, last);
}

/* What does not fit the line: which classes are held, the balance. */
static void
show_more(const struct db_rows *r, int row, const struct db_rows *pauses, int64_t now_ms)
{
	unsigned held = held_on(pauses, db_get_text(r, row, 0));
	char balance[CTL_BALANCE_MAX];

	if (held != 0) {
		printf("%-*s held:", NAME_W, "");
		for (int k = 0; k < CTL_CLASSES; k++) {
			if ((held & 1u << k) != 0)
				printf(" %s", ctl_classes[k]);
			if ((held & 1u) != 0)
				break;
		}
		putchar('\n');
	}
	if (ctl_link_balance(balance, r, row, now_ms))
		printf("%-*s balance: %s%s\n", NAME_W, "", balance,
		    ctl_link_is_low(r, row) ? ", LOW: top it up" : "");
}

void
ctl_link_table(const struct db_rows *r, const struct db_rows *pauses)
{
	int64_t now = clock_wall_ms();

	if (db_count(r) == 0) {
		puts("(no daemon has told of a link yet)");
		return;
	}
	ctl_link_head();
	for (int i = 0; i < db_count(r); i++) {
		ctl_link_line(r, i, pauses, now);
		show_more(r, i, pauses, now);
	}
}
