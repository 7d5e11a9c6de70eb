/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What --help says: all commands, a group, or one command with its example.
 * It knows no command but by its row. Called by ctl.c and ctl_args.c.
 */
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const struct {
	const char *title, *groups;
} chapters[] = {
	{ "Setting up", " db keys keyholder " },
	{ "Conversations", " flow policy place " },
	{ "Receivers", " receiver " },
	{ "Looking", " status queue case child job operation audit " },
	{ "People on duty", " task duty desk " },
	{ "Links", " modem pause resume " },
};

static bool
is_in(const char *groups, const char *group)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", group);
	return strstr(groups, word) != NULL;
}

static void
line(FILE *to, const struct ctl_row *r)
{
	char names[64];

	snprintf(names, sizeof(names), "%s%s%s", r->group, r->name[0] == '\0' ? "" : " ",
	    r->name);
	fprintf(to, "  %-19s %s\n", names, r->help);
}

void
ctl_usage(FILE *to)
{
	fputs("usage: shyraqctl [-c FILE] [--login NAME] [--json] COMMAND\n", to);
	for (size_t i = 0; i < ARRAY_LEN(chapters); i++) {
		fprintf(to, "\n%s\n", chapters[i].title);
		for (size_t k = 0; k < ctl_rows_n; k++) {
			if (is_in(chapters[i].groups, ctl_rows[k].group))
				line(to, &ctl_rows[k]);
		}
	}
	fputs(
	    "\nshyraqctl COMMAND --help says what a command does, who may, and an example.\n"
	    "  -c FILE       section `ctl` of it (shyraq.conf(5)); else $SHYRAQ_CONF,\n"
	    "                else ./var/shyraq.conf, else /etc/shyraq/shyraq.conf\n"
	    "  --login NAME  your PostgreSQL login, in place of the file's\n"
	    "  --json        one array or object on stdout, nothing else\n"
	    "Times here are UTC (Z); texts to receivers say the hour of the case's place.\n"
	    "Ends with 0: done; 1: not done, and why; 2: wrong usage.\n",
	    to);
}

void
ctl_teach(FILE *to, const struct ctl_row *r)
{
	fprintf(to, "usage: shyraqctl %s%s%s%s%s\n\n%s\n", r->group,
	    r->name[0] == '\0' ? "" : " ", r->name, r->args[0] == '\0' ? "" : " ",
	    r->args, r->teach);
	fprintf(to, "It needs %s.\n", r->who);
}

void
ctl_teach_group(FILE *to, const char *group)
{
	for (size_t i = 0; i < ctl_rows_n; i++) {
		if (strcmp(ctl_rows[i].group, group) == 0)
			line(to, &ctl_rows[i]);
	}
	fprintf(to, "shyraqctl %s COMMAND --help says more.\n", group);
}
