/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links as people read them: one line each in 80 columns, for `modem list` and `status`.
 * It asks no database. Called by ctl_modem.c and ctl_status.c with rows of LINK_LIST.
 */
#include <string.h>

#include "clock.h"
#include "ctl.h"

#define SILENT_MS 30000 /* a daemon tells of its links every few seconds */
#define NAME_W 12
#define STATE_W 16

const char *
ctl_link_trouble(const struct db_rows *r, int row, int64_t now_ms)
{
	if (now_ms - db_get_i64(r, row, 13) > SILENT_MS)
		return "daemon silent";
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

void
ctl_link_line(const struct db_rows *r, int row, int64_t now_ms)
{
	const char *trouble = ctl_link_trouble(r, row, now_ms);
	char state[64], signal[16] = "-", slots[40] = "-", last[CTL_TIME_MAX] = "-";

	snprintf(state, sizeof(state), "%s%s",
	    trouble != NULL ? trouble : db_get_text(r, row, 2),
	    db_get_bool(r, row, 10) ? ", held" : "");
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

void
ctl_link_table(const struct db_rows *r, int count)
{
	int64_t now = clock_wall_ms();

	if (count == 0) {
		puts("(no daemon has told of a link yet)");
		return;
	}
	ctl_link_head();
	for (int i = 0; i < count; i++) {
		char age[CTL_TIME_MAX], balance[200];

		ctl_link_line(r, i, now);
		if (db_is_null(r, i, 14))
			continue;
		ctl_age(age, db_get_i64(r, i, 15), now);
		ctl_clean(balance, sizeof(balance), db_get_text(r, i, 14));
		printf("%-*s balance (%s): %s\n", NAME_W, "", age, balance);
	}
}
