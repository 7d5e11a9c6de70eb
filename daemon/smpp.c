/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session: opens, binds, keeps alive, leaves, comes back; what each PDU means to it.
 * It never believes a PDU and never waits. Called by smpp_link.c, in the loop.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "smpp_link.h"
#include "str.h"
#include "variant.h"

#define LEAVE_MS \
	5000 /* for the answer to our unbind, and for what is out at the SMSC's */
#define ENQUIRE_MOST_MS 10000 /* no SMSC has to think about "are you there" */
#define STOOD_MS 30000        /* a bind that stood so long begins its tries anew */
#define READ_MAX 64           /* reads in a row, then the loop's others have their turn */

enum event {
	EV_OPEN,
	EV_WIRED,
	EV_BOUND,
	EV_LEAVE,
	EV_LOST,
	EV_END,
	EVENTS,
};

#define ANY_END FSM_BIT(EV_LOST) | FSM_BIT(EV_END)
static const struct fsm_state states[SESSION_STATES] = {
	[SESSION_IDLE] = { "idle", FSM_BIT(EV_OPEN) | ANY_END,
	    FSM_BIT(SESSION_OPENING) | FSM_BIT(SESSION_IDLE) | FSM_BIT(SESSION_ENDED) },
	[SESSION_OPENING] = { "opening", FSM_BIT(EV_WIRED) | ANY_END,
	    FSM_BIT(SESSION_BINDING) | FSM_BIT(SESSION_IDLE) | FSM_BIT(SESSION_ENDED) },
	[SESSION_BINDING] = { "binding", FSM_BIT(EV_BOUND) | ANY_END,
	    FSM_BIT(SESSION_BOUND) | FSM_BIT(SESSION_IDLE) | FSM_BIT(SESSION_ENDED) },
	[SESSION_BOUND] = { "bound", FSM_BIT(EV_LEAVE) | ANY_END,
	    FSM_BIT(SESSION_LEAVING) | FSM_BIT(SESSION_IDLE) | FSM_BIT(SESSION_ENDED) },
	[SESSION_LEAVING] = { "leaving", ANY_END,
	    FSM_BIT(SESSION_IDLE) | FSM_BIT(SESSION_ENDED) },
	[SESSION_ENDED] = { "ended", 0, 0 },
};
static const char *const events[EVENTS] = { "open", "wired", "bound", "leave", "lost",
	"end" };
static const struct fsm_kind session_kind = { "smpp", states, SESSION_STATES, events,
	EVENTS };
static const enum smpp_state_of_session leads[EVENTS] = {
	[EV_OPEN] = SESSION_OPENING,
	[EV_WIRED] = SESSION_BINDING,
	[EV_BOUND] = SESSION_BOUND,
	[EV_LEAVE] = SESSION_LEAVING,
	[EV_LOST] = SESSION_IDLE,
	[EV_END] = SESSION_ENDED,
};

static bool
become(struct smpp_session *s, enum event e)
{
	return fsm_hear(&s->fsm, e) == RC_OK && fsm_go(&s->fsm, leads[e]) == RC_OK;
}

bool
smpp_session_is_bound(const struct smpp_session *s)
{
	return s != NULL && s->fsm.state == SESSION_BOUND;
}

/* Its end --------------------------------------------------------------------------------------- */

static void
settle_requests(struct smpp_session *s)
{
	struct smpp_request r;

	while (smpp_request_any(s, &r))
		smpp_answered(s, &r, SMPP_NO_ANSWER, "");
	if (s == s->l->tx)
		smpp_out_lost(s->l);
	if (s == s->l->rx)
		smpp_in_lost(s->l);
}

static void
close_it(struct smpp_session *s)
{
	smpp_wire_close(s->wire);
	smpp_frames_reset(&s->frames);
	if (s->out != NULL)
		explicit_bzero(s->out, s->out_size);
	s->out_n = 0;
	s->queued = s->written = 0;
	s->hang_up = false;
	s->leave_at = 0;
	if (s->number != 0)
		smpp_numbers_ended(s->l->numbers, s->number);
	settle_requests(s);
	s->number = 0;
}

static void
end(struct smpp_session *s)
{
	close_it(s);
	(void)become(s, EV_END);
	log_info("smpp.end", "link=%s role=%s", s->l->link.name, s->role);
	smpp_look(s->l);
}

void
smpp_session_lost(struct smpp_session *s, const char *why)
{
	struct smpp *l = s->l;
	int64_t now = clock_boot_ms(), wait;
	bool was_bound = s->fsm.state == SESSION_BOUND;
	bool known = !was_bound && strcmp(s->why, why) == 0;

	if (s->fsm.state == SESSION_ENDED)
		return;
	if (s->fsm.state == SESSION_LEAVING) { /* who was told that we go may hang up */
		end(s);
		return;
	}
	if (was_bound && now - s->bound_at >= STOOD_MS)
		s->tries = 0;
	(void)!str_copy(s->why, sizeof(s->why), why);
	close_it(s);
	l->link.count.reopened++;
	wait = smpp_back_off(s);
	s->due = now + wait;
	if (known)
		log_debug("smpp.still_lost", "link=%s role=%s why=\"%s\" ms=%lld",
		    l->link.name, s->role, why, (long long)wait);
	else
		log_warn("smpp.lost", "link=%s role=%s why=\"%s\" ms=%lld", l->link.name,
		    s->role, why, (long long)wait);
	(void)become(s, l->stopping ? EV_END : EV_LOST);
	smpp_look(l);
}

/* A bind ---------------------------------------------------------------------------------------- */

static void
on_opened(void *arg)
{
	struct smpp_session *s = arg;
	const struct smpp_conf *c = s->l->conf;
	struct smpp_pdu pdu = { .command = s->bind, .interface_version = SMPP_VERSION };
	enum rc rc;

	if (!become(s, EV_WIRED))
		return;
	s->heard_at = clock_boot_ms();
	rc = smpp_conf_password(c, pdu.password, sizeof(pdu.password));
	if (rc == RC_OK && str_copy(pdu.system_id, sizeof(pdu.system_id), c->system_id) &&
	    str_copy(pdu.system_type, sizeof(pdu.system_type), c->system_type) &&
	    str_copy(pdu.address_range, sizeof(pdu.address_range), c->address_range))
		rc = smpp_request(s, &pdu, REQUEST_BIND, 0, c->bind_ms);
	else
		rc = RC_REFUSED;
	explicit_bzero(pdu.password, sizeof(pdu.password));
	if (rc != RC_OK) {
		s->refused = true;
		smpp_hang_up(s, "the bind cannot be written");
	}
	smpp_flush(s);
}

static void
bound(struct smpp_session *s)
{
	struct smpp *l = s->l;

	if (!become(s, EV_BOUND))
		return;
	s->bound_at = clock_boot_ms();
	smpp_wire_is_good(s->wire);
	s->number = smpp_numbers_next(l->numbers);
	if (s == l->rx)
		smpp_numbers_bound(l->numbers, l->link.group, s->number);
	s->faults = 0;
	s->why[0] = '\0';
	if (s->refused)
		s->tries = 0;
	s->refused = false;
	s->busy_since = 0;
	log_info("smpp.bound", "link=%s role=%s", l->link.name, s->role);
	smpp_look(l);
}

void
smpp_answered(
    struct smpp_session *s, const struct smpp_request *r, uint32_t status, const char *id)
{
	if (r->late && r->kind != REQUEST_PART)
		return; /* whoever asked has given it up */
	switch (r->kind) {
	case REQUEST_BIND:
		if (status == SMPP_OK)
			bound(s);
		else if (status != SMPP_NO_ANSWER)
			smpp_bind_refused(s, status, clock_boot_ms());
		break;
	case REQUEST_UNBIND:
		if (s->fsm.state == SESSION_LEAVING)
			s->due = 0;
		break;
	case REQUEST_PART:
		smpp_out_answered(s->l, r, status, id);
		break;
	case REQUEST_SCREEN:
		if (s->l->ussd_said != NULL)
			s->l->ussd_said(s->l->ussd_arg, &s->l->link, r->handle, status);
		break;
	case REQUEST_NONE:
	case REQUEST_ENQUIRE:
	case REQUEST_KINDS:
		break;
	}
}

/* What comes ------------------------------------------------------------------------------------ */

/* One line each, few of them: then it is no SMSC, or no SMPP. */
static void
fault(struct smpp_session *s, const struct smpp_pdu *pdu, const char *what)
{
	s->faults++;
	s->l->link.count.broken++;
	log_warn("smpp.fault", "link=%s role=%s state=%s command=%s what=\"%s\"",
	    s->l->link.name, s->role, fsm_name(&s->fsm), smpp_command_name(pdu->command),
	    what);
	if (s->faults >= SMPP_FAULTS_MAX)
		smpp_hang_up(s, "it does not speak SMPP");
}

static void
on_answer(struct smpp_session *s, const struct smpp_pdu *pdu)
{
	struct smpp_request r;
	const char *wrong = smpp_request_take(s, pdu, &r);

	if (wrong != NULL) {
		fault(s, pdu, wrong);
		return;
	}
	if (s == s->l->rx)
		smpp_in_confirmed(s->l, r.begins);
	/* a nack that says "fine" is none */
	smpp_answered(s, &r,
	    pdu->command == SMPP_GENERIC_NACK && pdu->status == SMPP_OK
		? SMPP_UNKNOWN_ERROR
		: pdu->status,
	    pdu->message_id);
}

static void
on_enquire(struct smpp_session *s, const struct smpp_pdu *pdu)
{
	smpp_answer(s, SMPP_ENQUIRE_LINK_RESP, pdu->sequence, SMPP_OK);
}

/* What is out may still be answered: then we answer and go. */
static void
on_unbind(struct smpp_session *s, const struct smpp_pdu *pdu)
{
	log_info("smpp.unbound", "link=%s role=%s", s->l->link.name, s->role);
	s->left_by = pdu->sequence;
	s->leave_at = clock_boot_ms() + LEAVE_MS;
	smpp_look(s->l);
}

static void
on_message(struct smpp_session *s, const struct smpp_pdu *pdu)
{
	if (!smpp_session_is_bound(s) && s->fsm.state != SESSION_LEAVING) {
		fault(s, pdu, "data before the bind");
		smpp_answer(s, smpp_answer_to(pdu->command), pdu->sequence,
		    SMPP_INVALID_BIND_STATUS);
	} else if (s != s->l->rx) {
		fault(s, pdu, "data for a transmitter");
		smpp_answer(s, smpp_answer_to(pdu->command), pdu->sequence,
		    SMPP_INVALID_BIND_STATUS);
	} else {
		smpp_in_heard(s, pdu, NULL);
	}
}

static void
on_note(struct smpp_session *s, const struct smpp_pdu *pdu)
{
	log_debug("smpp.note", "link=%s command=%s", s->l->link.name,
	    smpp_command_name(pdu->command));
}

/* NULL: a request that nobody sends to who is served. */
typedef void on_pdu(struct smpp_session *s, const struct smpp_pdu *pdu);
static on_pdu *const on[SMPP_COMMANDS] = {
	[SMPP_GENERIC_NACK] = on_answer,
	[SMPP_BIND_RECEIVER_RESP] = on_answer,
	[SMPP_BIND_TRANSMITTER_RESP] = on_answer,
	[SMPP_BIND_TRANSCEIVER_RESP] = on_answer,
	[SMPP_OUTBIND] = on_note,
	[SMPP_UNBIND] = on_unbind,
	[SMPP_UNBIND_RESP] = on_answer,
	[SMPP_ENQUIRE_LINK] = on_enquire,
	[SMPP_ENQUIRE_LINK_RESP] = on_answer,
	[SMPP_SUBMIT_SM_RESP] = on_answer,
	[SMPP_DELIVER_SM] = on_message,
	[SMPP_DELIVER_SM_RESP] = on_answer,
	[SMPP_DATA_SM] = on_message,
	[SMPP_DATA_SM_RESP] = on_answer,
	[SMPP_ALERT_NOTIFICATION] = on_note,
};

static void
nack(struct smpp_session *s, const struct smpp_pdu *pdu, uint32_t status)
{
	enum smpp_command answer = smpp_answer_to(pdu->command);

	if (pdu->command != SMPP_COMMANDS && smpp_is_answer(pdu->command))
		return;
	smpp_answer(s, answer == SMPP_COMMANDS ? SMPP_GENERIC_NACK : answer,
	    pdu->sequence, status);
}

static void
take(struct smpp_session *s, const struct smpp_octets *raw)
{
	static struct smpp_pdu pdu; /* large; one loop */
	struct smpp_fault f;
	unsigned faults = s->faults;
	bool message;

	if (smpp_decode(raw->p, raw->n, &pdu, &f) == RC_OK) {
		if (on[pdu.command] != NULL) {
			on[pdu.command](s, &pdu);
			if (s->faults == faults)
				s->faults = 0; /* it does speak SMPP */
			return;
		}
		fault(s, &pdu, "no command for us");
		nack(s, &pdu, SMPP_INVALID_COMMAND);
		return;
	}
	fault(s, &pdu, smpp_wrong_name(f.wrong));
	message = pdu.command == SMPP_DELIVER_SM || pdu.command == SMPP_DATA_SM;
	/* somebody's words may be in it: kept as it is, for an operator's eyes */
	if (message && s == s->l->rx && smpp_session_is_bound(s))
		smpp_in_heard(s, &pdu, raw);
	else
		nack(s, &pdu, f.status);
}

/* One line, and the end: what follows a wrong length means nothing. */
static void
take_all(struct smpp_session *s)
{
	struct smpp_octets raw;
	struct smpp_fault f;

	while (!s->hang_up && s->fsm.state != SESSION_IDLE &&
	    s->fsm.state != SESSION_ENDED) {
		switch (smpp_frames_next(&s->frames, &raw, &f)) {
		case SMPP_FRAME_MORE:
			return;
		case SMPP_FRAME:
			s->heard_at = clock_boot_ms();
			take(s, &raw);
			break;
		case SMPP_FRAME_WRONG:
			s->l->link.count.broken++;
			smpp_hang_up(s, "a wrong length");
			return;
		}
	}
}

/* After whatever was done: answers go, and what was found wrong has its end. */
static void
finish(struct smpp_session *s)
{
	if (s->fsm.state == SESSION_IDLE || s->fsm.state == SESSION_ENDED)
		return;
	smpp_flush(s);
	if (s->hang_up)
		smpp_session_lost(s, s->cause);
}

static void
on_ready(void *arg)
{
	struct smpp_session *s = arg;
	long n = 1;

	for (unsigned i = 0; i < READ_MAX && n > 0 && !s->hang_up; i++) {
		size_t room;
		uint8_t *to = smpp_frames_room(&s->frames, &room);

		n = smpp_wire_read(s->wire, to, room);
		if (n > 0) {
			smpp_frames_took(&s->frames, (size_t)n);
			take_all(s);
		}
	}
	if (n < 0)
		smpp_hang_up(s, smpp_wire_why(s->wire));
	finish(s);
	smpp_out_run(s->l, clock_boot_ms());
	smpp_look(s->l);
	smpp_tell(s->l);
}

static void
on_lost(void *arg, const char *why)
{
	smpp_session_lost(arg, why);
}

/* Time ------------------------------------------------------------------------------------------ */

static void
open_it(struct smpp_session *s, int64_t now)
{
	if (!become(s, EV_OPEN))
		return;
	s->due = now + s->l->conf->bind_ms;
	s->sequence = 0;
	smpp_wire_open(s->wire);
}

static void
enquire(struct smpp_session *s, int64_t now)
{
	struct smpp_pdu pdu = { .command = SMPP_ENQUIRE_LINK };
	int64_t ms = s->l->conf->response_ms;

	s->enquire_at = now;
	if (smpp_request(s, &pdu, REQUEST_ENQUIRE, 0,
		ms < ENQUIRE_MOST_MS ? ms : ENQUIRE_MOST_MS) != RC_OK)
		smpp_hang_up(s, "it does not answer");
}

static void
late_requests(struct smpp_session *s, int64_t now)
{
	struct smpp_request r;

	while (smpp_request_late(s, now, &r)) {
		log_warn("smpp.unanswered", "link=%s role=%s command=%s", s->l->link.name,
		    s->role, smpp_command_name(r.answer));
		smpp_answered(s, &r, SMPP_NO_ANSWER, "");
		/* one answer may get lost; who does not answer "are you there" is gone */
		if (r.kind == REQUEST_ENQUIRE || r.kind == REQUEST_BIND)
			smpp_hang_up(s, "no answer");
	}
}

/* Our own leave, or the SMSC's: when nothing is out any more. */
static void
leave(struct smpp_session *s, int64_t now)
{
	struct smpp_pdu pdu = { .command = SMPP_UNBIND };
	bool idle = s->requests == 0 && (s != s->l->rx || s->l->in.first == NULL);

	if (s->leave_at != 0 && (idle || now >= s->leave_at)) {
		smpp_answer(s, SMPP_UNBIND_RESP, s->left_by, SMPP_OK);
		smpp_flush(s);
		smpp_session_lost(s, "the SMSC unbound");
	} else if (s->l->stopping && (s != s->l->tx || smpp_out_is_empty(s->l))) {
		if (smpp_request(s, &pdu, REQUEST_UNBIND, 0, LEAVE_MS) != RC_OK ||
		    !become(s, EV_LEAVE))
			smpp_hang_up(s, "no unbind");
		s->due = now + LEAVE_MS;
	}
}

static void
tick_bound(struct smpp_session *s, int64_t now)
{
	struct smpp *l = s->l;
	bool confirm = s == l->rx && l->in.confirm_at != 0 && now >= l->in.confirm_at;

	if (now - s->heard_at >= l->conf->enquire_ms &&
	    now - s->enquire_at >= l->conf->enquire_ms)
		confirm = true;
	if (confirm) {
		enquire(s, now);
		l->in.confirm_at = s == l->rx ? 0 : l->in.confirm_at;
	}
	leave(s, now);
}

void
smpp_session_tick(struct smpp_session *s, int64_t now)
{
	smpp_wire_tick(s->wire);
	switch ((enum smpp_state_of_session)s->fsm.state) {
	case SESSION_IDLE:
		if (s->l->stopping)
			end(s);
		else if (now >= s->due)
			open_it(s, now);
		break;
	case SESSION_OPENING:
	case SESSION_BINDING:
		if (s->l->stopping)
			end(s);
		else if (now >= s->due)
			smpp_session_lost(s,
			    s->fsm.state == SESSION_OPENING ? "no connection in time"
							    : "no answer to the bind");
		break;
	case SESSION_BOUND:
		late_requests(s, now);
		if (!s->hang_up)
			tick_bound(s, now);
		break;
	case SESSION_LEAVING:
		if (now >= s->due)
			end(s);
		break;
	case SESSION_ENDED:
	case SESSION_STATES:
		return;
	}
	finish(s);
}

void
smpp_session_init(struct smpp_session *s, struct smpp *l, enum smpp_command bind)
{
	const struct smpp_conf *c = l->conf;
	struct smpp_wire_options o = { .name = l->link.name,
		.host = c->host,
		.port = (uint16_t)c->port,
		.within_ms = c->bind_ms,
		.tls = c->tls,
		.ca = c->tls_ca,
		.tls_name = c->tls_name,
		.cert = c->tls_cert,
		.key = c->tls_key,
		.arg = s,
		.opened = on_opened,
		.ready = on_ready,
		.lost = on_lost };

	s->l = l;
	s->bind = bind;
	s->role = bind == SMPP_BIND_TRANSCEIVER ? "transceiver"
	    : bind == SMPP_BIND_RECEIVER        ? "receiver"
						: "transmitter";
	fsm_init(&s->fsm, &session_kind);
	smpp_frames_init(&s->frames, SMPP_FRAME_MAX);
	s->request = xcalloc(SMPP_REQUESTS, sizeof(*s->request));
	s->wire = smpp_wire_new(l->loop, &o);
}

void
smpp_session_clear(struct smpp_session *s)
{
	smpp_wire_free(s->wire);
	smpp_frames_clear(&s->frames);
	if (s->out != NULL)
		explicit_bzero(s->out, s->out_size);
	free(s->out);
	free(s->request);
}
