/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Thread side of a modem: its life, its waiting, its orders; the door to libgammu with modem_gammu_*.c.
 * It opens no database, decides nothing about texts, and is never waited for by the loop.
 * Born by modem.c through actor_new.
 */
#include "modem_gammu.h"

#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "str.h"

#define REOPEN_FIRST_MS 500
#define REOPEN_MOST_MS 5000
#define SETTLED_MS 5000 /* open for so long: the next fault is a new one */
#define STRANGE_MS 300  /* until a line that nobody knew is whole */
#define STRANGE_LEAST_MS 3000
#define WAIT_MS 1000
#define AT_MS 5000
#define MAPPED_FROM (128 * 1024)

enum rc
modem_library_init(void)
{
	const char *now;

	/*
	 * A machine of libgammu has 6 MB, of which it touches little. Left to itself malloc maps
	 * the first one and takes those after it from the thread's arena, where they are cleared
	 * by hand and stay.
	 */
	if (mallopt(M_MMAP_THRESHOLD, MAPPED_FROM) != 1)
		log_warn("modem.malloc", "machines may take up more memory");
	setenv("LC_ALL", "C.UTF-8", 1);
	GSM_InitLocales(NULL);
	now = setlocale(LC_CTYPE, NULL);
	if (now == NULL || strstr(now, "UTF-8") == NULL) {
		log_error("modem.locale",
		    "C.UTF-8 is missing; libgammu would send empty texts");
		return RC_REFUSED;
	}
	return RC_OK;
}

void
modem_abort(struct modem_abort *a)
{
	pthread_mutex_lock(&a->lock);
	if (a->machine != NULL)
		GSM_AbortOperation(a->machine);
	pthread_mutex_unlock(&a->lock);
}

int64_t
machine_now(void)
{
	return clock_mono_us() / 1000;
}

struct modem_report *
machine_report(struct machine *m, enum modem_report_kind kind)
{
	memset(m->report, 0, sizeof(*m->report));
	m->report->kind = kind;
	m->report->generation = m->generation;
	return m->report;
}

void
machine_say(struct machine *m, const struct modem_report *r, size_t n)
{
	if (actor_say(m->actor, r, n) != RC_OK)
		m->stop = true; /* the loop is gone */
}

void
machine_call(struct machine *m, unsigned limit_ms)
{
	struct modem_report *r = machine_report(m, MODEM_CALL);

	r->limit_ms = limit_ms;
	machine_tell(m, r, u.slot);
}

void
machine_fail(struct machine *m, const char *what, const char *why)
{
	size_t n = 0;

	if (m->failed)
		return;
	m->failed = true;
	if (!str_add(m->why, sizeof(m->why), &n, "%s: %s", what, why))
		m->why[0] = '\0';
}

/* After these, what the machine believes of the modem is not to be trusted. */
static bool
is_fatal(GSM_Error e)
{
	return (e >= ERR_DEVICEOPENERROR && e <= ERR_TIMEOUT) || e == ERR_ABORTED ||
	    e == ERR_NOTCONNECTED || e == ERR_MOREMEMORY;
}

GSM_Error
machine_back(struct machine *m, const char *what, GSM_Error e)
{
	struct modem_report *r = machine_report(m, MODEM_BACK);

	machine_tell(m, r, u.slot);
	if (is_fatal(e))
		machine_fail(m, what, GSM_ErrorName(e));
	return e;
}

void
machine_hear(struct machine *m)
{
	machine_call(m, m->setup->ask_ms);
	if (GSM_ReadDevice(m->s, FALSE) < 0)
		machine_fail(m, "read", "device");
	machine_back(m, "read", ERR_NONE);
	if (at_gone(m->fd))
		machine_fail(m, "read", "hang-up");
}

unsigned
machine_at_ms(const struct machine *m)
{
	return m->setup->ask_ms < AT_MS ? m->setup->ask_ms : AT_MS;
}

enum rc
machine_at(struct machine *m, const char *command, unsigned ms)
{
	enum rc rc;

	if (actor_wait(m->actor, m->fd, 0) & ACTOR_FD)
		machine_hear(m);
	if (m->failed)
		return RC_BROKEN;
	machine_call(m, ms + 1000);
	rc = at_ask(m->fd, command, (int)ms, m->at);
	machine_back(m, "at", ERR_NONE);
	if (rc != RC_OK)
		machine_fail(m, "at", "no answer");
	else if (m->at->told)
		m->told = true;
	for (unsigned i = 0; i < m->at->n; i++) {
		if (strncmp(m->at->line[i], "+CUSD:", 6) == 0)
			machine_ussd_line(m, m->at->line[i] + 6);
	}
	return rc;
}

/* A call to the SIM is refused and never returned. */
static void
hang_up(struct machine *m)
{
	m->ringing = false;
	if (machine_at(m, "AT+CHUP", 5000) != RC_OK)
		return;
	if (!m->at->ok && machine_at(m, "ATH", 5000) != RC_OK)
		return;
	machine_tell(m, machine_report(m, MODEM_RANG), u.slot);
}

/* An order that cannot be kept while the machine is closed. */
static void
give_back(struct machine *m, const struct modem_order *o)
{
	struct modem_report *r;

	if (o->kind != MODEM_SEND)
		return;
	r = machine_report(m, MODEM_SENT);
	r->u.sent.row = o->send.row;
	r->u.sent.attempt = o->send.attempt;
	r->u.sent.state = BUS_HELD;
	machine_tell(m, r, u.sent);
}

static void
obey(struct machine *m, struct modem_order *o)
{
	switch (o->kind) {
	case MODEM_SEND:
		if (m->s == NULL || m->failed || !m->registered || !machine_is_same(m))
			give_back(m, o);
		else
			machine_send(m, o);
		break;
	case MODEM_DELETE:
		if (m->s != NULL && !m->failed && o->generation == m->generation)
			machine_delete(m, o);
		break;
	case MODEM_READ:
		m->told = true;
		break;
	case MODEM_HOLD:
		m->held = true;
		break;
	case MODEM_GO_ON:
		m->held = false;
		m->told = true;
		break;
	case MODEM_SAY:
		if (m->s != NULL && !m->failed)
			machine_say_ussd(m, o->send.text);
		explicit_bzero(o->send.text, strlen(o->send.text));
		break;
	case MODEM_SAY_END:
		if (m->s != NULL && !m->failed)
			machine_end_ussd(m);
		break;
	case MODEM_STOP:
		m->stop = true;
		break;
	}
}

static void
obey_all(struct machine *m)
{
	int n;

	while ((n = actor_next(m->actor, m->order, sizeof(*m->order))) != -1) {
		/* a zactor asked to end gets words, not orders */
		if (n < (int)offsetof(struct modem_order, send)) {
			m->stop = true;
			continue;
		}
		obey(m, m->order);
	}
}

static void
poll_modem(struct machine *m)
{
	m->poll_at = machine_now() + m->setup->poll_ms;
	machine_check(m);
	m->told = true;
}

/*
 * It said what no callback knows: perhaps that it has started anew, and then it has forgotten what we
 * set and tells of no text. Not at once: the rest of the line would be lost to libgammu.
 */
static void
wonder(struct machine *m)
{
	int64_t now = machine_now();

	if (!m->told && !m->ringing && m->ussd_n == 0 && m->strange_at == 0 &&
	    now >= m->strange_next)
		m->strange_at = now + STRANGE_MS;
}

static void
look_strange(struct machine *m)
{
	if (m->strange_at == 0 || machine_now() < m->strange_at || m->failed)
		return;
	m->strange_at = 0;
	m->strange_next = machine_now() + STRANGE_LEAST_MS;
	(void)machine_is_same(m);
}

/* Until something must be done unasked. */
static int
patience(const struct machine *m)
{
	int64_t next = m->strange_at != 0 && m->strange_at < m->poll_at ? m->strange_at
									: m->poll_at;
	int64_t left = next - machine_now();

	if (left < 0 || (m->told && !m->held))
		return 0;
	return left > WAIT_MS ? WAIT_MS : (int)left;
}

/* Until the machine fails or we are told to stop. */
static void
work(struct machine *m)
{
	while (!m->stop && !m->failed) {
		int ready = actor_wait(m->actor, m->fd, patience(m));

		if (ready & ACTOR_FD) {
			machine_hear(m);
			wonder(m);
		}
		if (ready & ACTOR_MSG)
			obey_all(m);
		machine_tell_ussd(m);
		if (m->ringing && !m->failed)
			hang_up(m);
		look_strange(m);
		if (machine_now() >= m->poll_at && !m->failed)
			poll_modem(m);
		if (m->told && !m->held && !m->failed && !m->stop)
			machine_look(m);
	}
}

/* Between two tries to open. */
static void
pause_for(struct machine *m, int ms)
{
	int64_t end = machine_now() + ms;

	while (!m->stop) {
		int64_t left = end - machine_now();

		if (left <= 0 && !m->shut)
			return;
		if (actor_wait(m->actor, -1, m->shut ? WAIT_MS : (int)left) & ACTOR_MSG)
			obey_all(m);
	}
}

static void
live(struct machine *m)
{
	int wait_ms = REOPEN_FIRST_MS;

	while (!m->stop) {
		struct modem_report *r;

		m->failed = m->plain = false;
		m->why[0] = '\0';
		if (machine_open(m) == RC_OK) {
			m->settled_at = machine_now() + SETTLED_MS;
			work(m);
			if (machine_now() >= m->settled_at || m->plain)
				wait_ms = REOPEN_FIRST_MS;
		}
		machine_close(m);
		if (m->stop)
			break;
		r = machine_report(m, m->shut ? MODEM_SHUT : MODEM_LOST);
		r->asked_again = m->plain;
		r->word = m->word;
		memcpy(r->why, m->why, sizeof(r->why));
		machine_tell(m, r, u.slot);
		pause_for(m, m->plain ? REOPEN_FIRST_MS : wait_ms);
		wait_ms = wait_ms * 2 > REOPEN_MOST_MS ? REOPEN_MOST_MS : wait_ms * 2;
	}
}

void
modem_body(struct actor *self, void *arg)
{
	struct machine *m = xcalloc(1, sizeof(*m));

	m->actor = self;
	m->setup = arg;
	m->fd = -1;
	m->sms = xcalloc(1, sizeof(*m->sms));
	m->at = xcalloc(1, sizeof(*m->at));
	m->order = xcalloc(1, sizeof(*m->order));
	m->report = xcalloc(1, sizeof(*m->report));
	m->concat_ref = (uint8_t)clock_mono_us();
	if (!str_copy(m->imsi, sizeof(m->imsi), m->setup->imsi))
		m->imsi[0] = '\0';
	live(m);
	free(m->found);
	free(m->report);
	free(m->order);
	free(m->at);
	free(m->sms);
	free(m);
}
