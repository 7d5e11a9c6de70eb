/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage of play.h. It never goes over the bus and starts no process.
 * Linked to the tests that play the engine's part.
 */
#include "play.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "cluster.h"
#include "intake.h"
#include "log.h"
#include "refer_text.h"
#include "session.h"
#include "str.h"

#define INSTANCE 7001

play_script *play_script_now;
struct flow_input play_seen;
int play_steps;
struct turn play_worker, play_dispatch;
char play_screen[BUS_SCREEN_MAX];

static struct keys keys;
static struct flowset flows;
static struct policy *policy;
static PGconn *owner;
static uint64_t *offset;
static char seen_text[FLOW_INPUT_MAX], seen_code[16], seen_at[8], seen_words[512],
    seen_job[512], seen_step[16];
static struct session seen_hidden;
static unsigned stamp;

enum rc __wrap_flow_step(const struct flows *f, struct session *s,
    const struct flow_input *in, struct effects *e);
enum rc __wrap_refer_say(const struct flows *f, enum lang l, const char *key,
    const struct text_arg *args, size_t n, char out[REFER_TEXT_MAX]);

static void
keep(char *to, size_t size, const char **from)
{
	to[0] = '\0';
	if (*from == NULL)
		return;
	snprintf(to, size, "%s", *from);
	*from = to;
}

/* The name that the linker's --wrap wants. */
enum rc
__wrap_flow_step(const struct flows *f, struct session *s, const struct flow_input *in,
    struct effects *e)
{
	(void)f;
	play_seen = *in;
	keep(seen_text, sizeof(seen_text), &play_seen.text);
	keep(seen_code, sizeof(seen_code), &play_seen.code);
	keep(seen_at, sizeof(seen_at), &play_seen.waiting.at);
	keep(seen_words, sizeof(seen_words), &play_seen.waiting.words);
	keep(seen_step, sizeof(seen_step), &play_seen.waiting.step);
	keep(seen_job, sizeof(seen_job), &play_seen.job_answer);
	if (in->hidden != NULL) {
		seen_hidden = *in->hidden;
		play_seen.hidden = &seen_hidden;
	}
	play_steps++;
	e->n = 0;
	e->text[0] = '\0';
	if (play_script_now != NULL)
		play_script_now(s, in, e);
	return RC_OK;
}

/* Texts to receivers are their key and arguments, whatever the languages say. */
enum rc
__wrap_refer_say(const struct flows *f, enum lang l, const char *key,
    const struct text_arg *args, size_t n, char out[REFER_TEXT_MAX])
{
	size_t len = 0;

	if (strncmp(key, "ref.answer.", 11) == 0) {
		if (strcmp(key, "ref.answer.meet.yes") != 0 &&
		    strcmp(key, "ref.answer.read") != 0)
			return RC_REFUSED;
		return str_copy(out, REFER_TEXT_MAX, key) ? RC_OK : RC_REFUSED;
	}
	(void)f;
	(void)l;
	if (n == 0)
		return str_copy(out, REFER_TEXT_MAX, key) ? RC_OK : RC_REFUSED;
	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		(void)!str_add(out, REFER_TEXT_MAX, &len, "%s%s=%s", i > 0 ? ";" : "",
		    args[i].name, args[i].value);
	return RC_OK;
}

static void
open_clock(void)
{
	static char path[] = "/tmp/shyraq-clock.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 2 * sizeof(*offset)), 0);
	close(fd);
	setenv("SHYRAQ_CLOCK_FILE", path, 1);
	offset = cluster_clock();
	(void)clock_wall_ms(); /* maps it */
	unlink(path);
}

int
play_setup(void **unused)
{
	static const struct turn_limits limits = { .window_ms = 15 * MINUTE,
		.answer_ms = 90000,
		.session_ms = 72 * HOUR,
		.lease_ms = 10000,
		.parts_ms = 10 * MINUTE,
		.rest_ms = 5 * MINUTE };
	char conninfo[512];
	struct flow_err err;
	uint8_t pub[32];

	(void)unused;
	if (getenv("SHYRAQ_TEST_DB") == NULL || getenv("SHYRAQ_TEST_KEYS") == NULL)
		fail_msg("run me by scripts/db-tests");
	open_clock();
	log_open("play", LOG_LEVEL_ERROR);
	seal_init();
	keys_read(&keys, getenv("SHYRAQ_TEST_KEYS"), true);
	if (flowset_load(&flows, "conf", &err) != RC_OK ||
	    policy_load("conf/policies", &policy, &err) != RC_OK)
		fail_msg("%s", err.s);
	snprintf(
	    conninfo, sizeof(conninfo), "%s user=shyraq_owner", getenv("SHYRAQ_TEST_DB"));
	owner = PQconnectdb(conninfo);
	assert_int_equal(PQstatus(owner), CONNECTION_OK);
	memcpy(pub, keys.intake_pub.b, sizeof(pub));
	turn_init(&play_worker, cluster_open("play", "shyraq_worker", DB_WORKER), &keys,
	    &flows, policy, &limits);
	turn_init(&play_dispatch, cluster_open("play", "shyraq_dispatch", DB_DISPATCH),
	    &keys, &flows, policy, &limits);
	{
		char hex[65];

		str_hex(hex, pub, sizeof(pub));
		play_run("INSERT INTO keyholder (name, public_key) VALUES ('c', '\\x%s')",
		    hex);
	}
	return 0;
}

int
play_teardown(void **unused)
{
	(void)unused;
	db_free(play_worker.db);
	db_free(play_dispatch.db);
	turn_clear(&play_worker);
	turn_clear(&play_dispatch);
	PQfinish(owner);
	policy_free(policy);
	flowset_free(&flows);
	return 0;
}

const char *
play_sql(const char *fmt, ...)
{
	static char out[4][4096];
	static unsigned next;
	char *to = out[next++ % 4], command[2048];
	PGresult *r;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	r = PQexec(owner, command);
	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", command, PQerrorMessage(owner));
	to[0] = '\0';
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0)
		snprintf(to, sizeof(out[0]), "%s", PQgetvalue(r, 0, 0));
	PQclear(r);
	return to;
}

int64_t
play_number(const char *fmt, ...)
{
	char command[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return atoll(play_sql("%s", command));
}

void
play_run(const char *fmt, ...)
{
	char command[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	(void)play_sql("%s", command);
}

void
play_super(const char *command)
{
	char conninfo[512];
	PGconn *conn;
	PGresult *r;

	snprintf(
	    conninfo, sizeof(conninfo), "%s user=postgres", getenv("SHYRAQ_TEST_DB"));
	conn = PQconnectdb(conninfo);
	r = PQexec(conn, command);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", command, PQerrorMessage(conn));
	PQclear(r);
	PQfinish(conn);
}

int64_t
play_now(void)
{
	return clock_wall_ms();
}

void
play_forward(int64_t ms)
{
	*offset = htole64(le64toh(*offset) + (uint64_t)ms);
	play_run("UPDATE test_clock SET ms = ms + %lld", (long long)ms);
	if (ms > DAY)
		play_run("SELECT shyraq_partitions(4)");
}

void
play_until(int hour, int minute)
{
	int64_t day = (play_now() + 5 * HOUR) % DAY;
	int64_t want = hour * HOUR + minute * MINUTE;

	play_forward(want > day ? want - day : want - day + DAY);
}

static void
from_phone(char out[PHONE_MAX], unsigned phone)
{
	snprintf(out, PHONE_MAX, "+7701%07u", phone);
}

static void
write_sms(struct turn_in *in, unsigned phone, const char *words)
{
	struct bus_sms_in *m = &in->u.sms;

	memset(in, 0, sizeof(*in));
	in->kind = TURN_SMS;
	in->instance = INSTANCE;
	in->read_ms = play_now();
	strcpy(in->daemon, "site1");
	strcpy(m->link, "a");
	strcpy(m->link_group, "sim1");
	from_phone(m->from, phone);
	m->text_n = (uint32_t)snprintf(m->text, sizeof(m->text), "%s", words);
	m->stamp_n = (uint32_t)snprintf(
	    (char *)m->stamp, sizeof(m->stamp), "%u", ++stamp);
}

void
play_both(const unsigned phone[2], play_script *script, const char *words)
{
	static struct turn_in in[2];
	struct turn_in *const v[2] = { &in[0], &in[1] };

	for (int i = 0; i < 2; i++)
		write_sms(&in[i], phone[i], words);
	play_script_now = script;
	assert_int_equal(turn_run(&play_worker, v, 2), RC_OK);
}

size_t
play_sms(unsigned phone, play_script *script, const char *words)
{
	static struct turn_in in;
	struct turn_in *const v[1] = { &in };

	write_sms(&in, phone, words);
	play_script_now = script;
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	if (in.outcome == BUS_ASIDE && play_worker.refused[0] != '\0')
		fail_msg("refused: %s", play_worker.refused);
	return play_worker.sends.n;
}

void
play_dial(unsigned phone, unsigned dialogue, unsigned step, play_script *script,
    const char *words)
{
	static struct turn_in in;
	struct turn_in *const v[1] = { &in };
	struct bus_ussd_in *m = &in.u.ussd;

	memset(&in, 0, sizeof(in));
	in.kind = TURN_USSD;
	in.instance = INSTANCE;
	in.read_ms = play_now();
	strcpy(in.daemon, "site1");
	m->dialogue = dialogue;
	m->step = step;
	strcpy(m->link, "a");
	strcpy(m->link_group, "sim1");
	from_phone(m->from, phone);
	snprintf(m->text, sizeof(m->text), "%s", words);
	play_script_now = script;
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	assert_int_equal(in.outcome, BUS_DONE);
	assert_int_equal(play_worker.sends.n, 0); /* S1c */
	memcpy(play_screen, in.screen, sizeof(play_screen));
}

void
play_due(play_script *script)
{
	play_script_now = script;
	for (int round = 0; round < 20; round++) {
		struct db_rows *r;
		int n;

		assert_int_equal(db_run0(play_dispatch.db, ST_DUE, &r), RC_OK);
		n = db_count(r);
		for (int i = 0; i < n; i++) {
			enum rc rc = turn_due(&play_dispatch, db_get_text(r, i, 0),
			    db_get_i64(r, i, 1), db_get_i64(r, i, 2));

			if (rc != RC_OK)
				fail_msg("due %s: %d", db_get_text(r, i, 0), (int)rc);
		}
		db_rows_free(r);
		if (n == 0)
			return;
	}
	fail_msg("something is due for ever");
}

int64_t
play_receiver(const char *name, const char *kind, unsigned phone)
{
	struct phone p;
	struct seal_hash h;
	uint8_t sealed[SEALED_NUMBER];
	char hash[2 * SEAL_HASH_LEN + 1], number[2 * SEALED_NUMBER + 1];

	from_phone(p.s, phone);
	h = keys_hash_number(&keys, SEAL_RECEIVER_LOOKUP, &p);
	keys_seal_number(&keys, SEAL_RECEIVER_SEAL, &p, sealed);
	str_hex(hash, h.b, sizeof(h.b));
	str_hex(number, sealed, sizeof(sealed));
	play_run("INSERT INTO receiver (name, kind, lang, regions, vetted, ord) "
		 "VALUES ('%s', '%s', 'ru', '*', true, %u)",
	    name, kind, phone);
	return play_number("INSERT INTO contact (receiver_id, hash, number) "
			   "SELECT id, '\\x%s', '\\x%s' FROM receiver WHERE name = '%s' "
			   "RETURNING id",
	    hash, number, name);
}

static const char *
texts_of(const char *column, int64_t id)
{
	static char out[4096];
	PGresult *r;
	char command[512];
	size_t len = 0;
	int64_t last = 0;

	/* what was looked at is marked, so that the next look begins after it */
	snprintf(command, sizeof(command),
	    "SELECT id, key, encode(text, 'hex') FROM outbox WHERE %s = %lld AND "
	    "asked_at IS DISTINCT FROM 'epoch' ORDER BY created_at, id",
	    column, (long long)id);
	r = PQexec(owner, command);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(owner));
	out[0] = '\0';
	for (int i = 0; i < PQntuples(r); i++) {
		uint8_t sealed[2048];
		size_t n, text_n;
		char *text = NULL;

		last = atoll(PQgetvalue(r, i, 0));
		if (str_unhex(sealed, sizeof(sealed), &n, PQgetvalue(r, i, 2)) && n > 0)
			assert_int_equal(keys_open_text(&keys, SEAL_OUTBOX, last, sealed,
					     n, &text, &text_n),
			    RC_OK);
		(void)!str_add(out, sizeof(out), &len, "%s%s|%s", i > 0 ? " " : "",
		    PQgetvalue(r, i, 1), text != NULL ? text : "");
		free(text);
	}
	PQclear(r);
	play_run("UPDATE outbox SET asked_at = 'epoch' WHERE %s = %lld", column,
	    (long long)id);
	return out;
}

const char *
play_heard(int64_t contact)
{
	return texts_of("contact_id", contact);
}

int64_t
play_peer(unsigned phone)
{
	struct phone p;
	struct seal_hash h;
	char hash[2 * SEAL_HASH_LEN + 1];

	from_phone(p.s, phone);
	h = keys_hash_number(&keys, SEAL_PERSON_LOOKUP, &p);
	str_hex(hash, h.b, sizeof(h.b));
	return play_number("SELECT id FROM peer WHERE hash = '\\x%s'", hash);
}

const char *
play_told(unsigned phone)
{
	return texts_of("peer_id", play_peer(phone));
}

int64_t
play_case(unsigned phone)
{
	return play_number("SELECT case_id FROM session WHERE peer_id = %lld",
	    (long long)play_peer(phone));
}

const char *
play_code(int64_t contact)
{
	return play_sql("SELECT to_char(code, 'FM000') FROM referral_ask a "
			"WHERE contact_id = %lld ORDER BY referral_id DESC LIMIT 1",
	    (long long)contact);
}

struct effect *
play_effect(struct effects *e, enum effect_kind kind, const char *name, const char *code)
{
	struct effect *f = &e->v[e->n++];

	memset(f, 0, sizeof(*f));
	f->kind = kind;
	strcpy(f->name, name);
	strcpy(f->code, code);
	return f;
}

void
play_say(struct effects *e, const char *key, const char *text)
{
	play_effect(e, EFFECT_SAY, "", "")->key = key;
	snprintf(e->text, sizeof(e->text), "%s", text);
}

void
play_slot(struct session *s, const char *name, const char *code)
{
	for (uint8_t i = 0; i < s->slots; i++) {
		if (strcmp(s->slot[i].name, name) == 0) {
			strcpy(s->slot[i].code, code);
			return;
		}
	}
	strcpy(s->slot[s->slots].name, name);
	strcpy(s->slot[s->slots++].code, code);
}

static void
begin(struct session *s)
{
	strcpy(s->flow, "help");
	s->version = 1;
	strcpy(s->step, "count");
	s->lang = LANG_RU;
}

void
play_help(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	begin(s);
	play_effect(e, EFFECT_CASE_OPEN, "", "")->class = CASE_OTHER;
	play_slot(s, "region", "KZ-47");
	play_slot(s, "who", "man");
	play_effect(e, EFFECT_ANSWER, "region", "KZ-47");
	play_effect(e, EFFECT_ANSWER, "who", "man");
	play_effect(e, EFFECT_CONSENT, "ngo", "yes");
	play_effect(e, EFFECT_ANSWER, "ngo", "yes");
	play_slot(s, "ngo", "yes");
	play_effect(e, EFFECT_REFER, "", "")->ms = 0;
	play_say(e, "ask.count", "how many");
}

void
play_silent(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	(void)e;
}

int64_t
play_taken(unsigned phone, int64_t contact, unsigned with)
{
	char words[16];

	(void)play_sms(phone, play_help, "help");
	play_due(NULL);
	snprintf(words, sizeof(words), "1 %s", play_code(contact));
	(void)play_sms(with, NULL, words);
	assert_string_equal(play_sql("SELECT state FROM casefile WHERE id = %lld",
				(long long)play_case(phone)),
	    "taken");
	(void)play_heard(contact);
	(void)play_told(phone);
	return play_case(phone);
}

void
play_login(const char *name, const char *group)
{
	char command[256];

	snprintf(command, sizeof(command),
	    "DO $$ BEGIN CREATE ROLE %s IN ROLE %s; EXCEPTION WHEN duplicate_object THEN "
	    "NULL; END $$",
	    name, group);
	play_super(command);
}

const char *
play_hand_in(const char *login, const char *kind, const char *packed, size_t n,
    play_script *script)
{
	uint8_t box[INTAKE_MAX + SEAL_BOX_OVERHEAD];
	char hex[2 * sizeof(box) + 1];

	assert_true(n > 0 && n <= INTAKE_MAX);
	assert_int_equal(
	    seal_box(&play_dispatch.keys->intake_pub, packed, n, box), RC_OK);
	str_hex(hex, box, n + SEAL_BOX_OVERHEAD);
	play_run("INSERT INTO intake (kind, box, by) VALUES ('%s', '\\x%s', "
		 "COALESCE(NULLIF('%s', ''), session_user))",
	    kind, hex, login == NULL ? "" : login);
	play_due(script);
	return play_sql(
	    "SELECT COALESCE(error, answer) FROM intake ORDER BY id DESC LIMIT 1");
}
