/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl: people's command line, a table of commands (ctl_table.c). It holds no service key: what it
 * writes to be sent or stored is sealed to intake.pub. Run by operators, scripts and tests.
 */
#include "ctl.h"

#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "seal.h"
#include "str.h"

#define DESK_CONF "var/shyraq.conf" /* scripts/run's */
#define SITE_CONF "/etc/shyraq/shyraq.conf"

static const struct conf_option options[] = {
	{ "database", CONF_STRING, offsetof(struct ctl, database), NULL, 0, 0,
	    "a libpq connection string" },
	{ "keys_dir", CONF_STRING, offsetof(struct ctl, keys_dir), NULL, 0, 0,
	    "a folder" },
	{ "sql_dir", CONF_STRING, offsetof(struct ctl, sql_dir), NULL, 0, 0, "a folder" },
	{ "conf_dir", CONF_STRING, offsetof(struct ctl, conf_dir), NULL, 0, 0,
	    "a folder" },
	{ "cost_part", CONF_INT, offsetof(struct ctl, cost_part), "1", 0, 1000000, NULL },
};

/* The server is up and does not let this login in, or it is not to be had. */
static void
tell_away(const struct ctl *c, const struct db *db)
{
	const char *all = db_said(db), *said = strstr(all, "FATAL:");
	bool login = strstr(all, " role \"") != NULL ||
	    strstr(all, "authentication failed") != NULL;

	said = said == NULL ? all : said + strlen("FATAL:");
	said += strspn(said, " ");
	if (login)
		ctl_wrong(
		    "the database is not to be had, it does not let you in: %.*s; your login is --login "
		    "NAME, else `database` in the section `ctl` of %s says it",
		    (int)strcspn(said, "\n"), said, c->file);
	else
		ctl_wrong("the database is not to be had: is the server up, are the "
			  "login and `database` in the section `ctl` of %s right? %.*s",
		    c->file, (int)strcspn(said, "\n"), said);
}

struct db *
ctl_db(const struct ctl *c, unsigned roles)
{
	struct db *db = db_new(c->database, "shyraqctl", roles);
	enum rc rc = db_open(db);

	if (rc == RC_OK)
		return db;
	if (rc == RC_REFUSED)
		ctl_wrong("the schema does not fit this program: run `shyraqctl db "
			  "migrate` (database of %s)",
		    c->file);
	else
		tell_away(c, db);
	db_free(db);
	return NULL;
}

int
ctl_db_failed(const struct ctl *c, const struct db *db)
{
	const char *state = db_error(db);

	if (strcmp(state, "42501") == 0)
		return ctl_wrong("your login may not do this: it needs %s", c->row->who);
	if (!db_is_open(db))
		return ctl_wrong("the connection to the database broke; ask again");
	if (strcmp(state, "55P03") == 0)
		return ctl_wrong("another process holds what this needs; ask again");
	return ctl_wrong("the database refused it (SQLSTATE %s)", state);
}

struct db_rows *
ctl_ask(const struct ctl *c, struct db *db, enum db_stmt st, const struct db_param *v,
    size_t n)
{
	struct db_rows *r = NULL;

	if (db_run_v(db, st, &r, v, n) != RC_OK)
		ctl_db_failed(c, db);
	return r;
}

/* $SHYRAQ_CONF, else what scripts/run made here, else the site's. */
static const char *
default_conf(void)
{
	const char *named = getenv("SHYRAQ_CONF");

	if (named != NULL && named[0] != '\0')
		return named;
	return access(DESK_CONF, F_OK) == 0 ? DESK_CONF : SITE_CONF;
}

/* In a connection string what stands later counts; in a URI, behind "?" or "&". */
static void
add_login(struct ctl *c)
{
	size_t size = strlen(c->database) + strlen(c->login) + 16, len = 0;
	bool uri = strstr(c->database, "://") != NULL;
	char *with = xmalloc(size);

	(void)!str_add(with, size, &len, uri ? "%s%suser=%s" : "%s%suser='%s'",
	    c->database,
	    !uri                                   ? " "
		: strchr(c->database, '?') == NULL ? "?"
						   : "&",
	    c->login);
	free(c->database);
	c->database = with;
}

static int
read_conf(struct ctl *c)
{
	struct conf *conf;
	struct conf_err err;
	bool given = c->file != NULL;
	enum rc rc;

	if (!given)
		c->file = default_conf();
	if (!given && strcmp(c->row->who, CTL_NO_DATABASE) == 0 &&
	    access(c->file, F_OK) != 0) {
		c->cost_part = 1;
		return CTL_DONE;
	}
	rc = conf_open(c->file, &conf, &err);
	if (rc != RC_OK)
		return ctl_wrong("%s%s", err.s,
		    given ? ""
			  : " (no -c FILE: $SHYRAQ_CONF, ./" DESK_CONF " and " SITE_CONF
			    " are tried)");
	rc = conf_section(conf, "ctl", options, ARRAY_LEN(options), c, &err);
	conf_free(conf);
	if (rc != RC_OK)
		return ctl_wrong("%s", err.s);
	if (c->login != NULL)
		add_login(c);
	return CTL_DONE;
}

/* A quote in a login would end it in the connection string; none of PostgreSQL's own needs one. */
static int
check_login(const struct ctl *c)
{
	if (c->login != NULL &&
	    (c->login[0] == '\0' || strpbrk(c->login, "'\\&?/# ") != NULL))
		return ctl_wrong_usage(
		    c, "--login %.40s: not the name of a login", c->login);
	return -1;
}

int
main(int argc, char **argv)
{
	struct ctl c = { 0 };
	int status;

	setlocale(LC_ALL, "C.UTF-8");
	log_open("shyraqctl", LOG_LEVEL_ERROR);
	seal_init();
	status = ctl_args(&c, argc, argv);
	if (status == CTL_DONE)
		return status; /* help, version */
	if (status < 0)
		status = check_login(&c);
	if (status < 0) {
		status = read_conf(&c);
		if (status == CTL_DONE)
			status = c.row->run(&c);
		conf_clear(options, ARRAY_LEN(options), &c);
	}
	ctl_json_end(&c, status);
	if (fflush(stdout) != 0 && status == CTL_DONE)
		status = ctl_wrong("the answer could not be written");
	return status;
}
