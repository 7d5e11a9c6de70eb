/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session says: PDUs queued and written, requests kept until they are answered.
 * It decides nothing. Called by smpp*.c, in the loop.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "smpp_link.h"
#include "str.h"

#define OUT_LEAST 4096

static enum rc
make_room(struct smpp_session *s, size_t n)
{
	size_t size = s->out_size == 0 ? OUT_LEAST : s->out_size;

	if (s->out_n + n > SMPP_OUT_MAX)
		return RC_AGAIN;
	while (size < s->out_n + n)
		size *= 2;
	if (size != s->out_size) {
		uint8_t *more = xmalloc(size);

		if (s->out_n > 0)
			memcpy(more, s->out, s->out_n);
		if (s->out != NULL)
			explicit_bzero(s->out, s->out_size);
		free(s->out);
		s->out = more;
		s->out_size = size;
	}
	return RC_OK;
}

enum rc
smpp_queue(struct smpp_session *s, const struct smpp_pdu *pdu)
{
	size_t need = SMPP_HEADER + 1024 + pdu->message.n + pdu->tlvs.n, n;
	struct smpp_fault fault;

	if (make_room(s, need) != RC_OK)
		return RC_AGAIN;
	if (smpp_encode(pdu, s->out + s->out_n, s->out_size - s->out_n, &n, &fault) !=
	    RC_OK) {
		log_error("smpp.encode", "link=%s command=%s wrong=%s field=%s",
		    s->l->link.name, smpp_command_name(pdu->command),
		    smpp_wrong_name(fault.wrong), fault.field);
		return RC_REFUSED;
	}
	s->out_n += n;
	s->queued += n;
	return RC_OK;
}

void
smpp_hang_up(struct smpp_session *s, const char *cause)
{
	if (s->hang_up)
		return;
	s->hang_up = true;
	(void)!str_copy(s->cause, sizeof(s->cause), cause);
}

static uint32_t
next_sequence(struct smpp_session *s)
{
	s->sequence = s->sequence >= SMPP_SEQUENCE_MAX ? 1 : s->sequence + 1;
	return s->sequence;
}

enum rc
smpp_request(struct smpp_session *s, struct smpp_pdu *pdu, enum smpp_request_kind kind,
    uint64_t handle, int64_t within)
{
	struct smpp_request *r = NULL;
	uint64_t begins = s->queued;
	int64_t now = clock_boot_ms();
	enum rc rc;

	if (s->requests >= SMPP_REQUESTS / 2 + SMPP_USSD_REQUESTS / 2)
		return RC_AGAIN;
	do {
		pdu->sequence = next_sequence(s);
		r = &s->request[pdu->sequence % SMPP_REQUESTS];
	} while (r->kind != REQUEST_NONE && !r->late);
	rc = smpp_queue(s, pdu);
	if (rc != RC_OK)
		return rc;
	*r = (struct smpp_request){ .kind = kind,
		.sequence = pdu->sequence,
		.answer = smpp_answer_to(pdu->command),
		.since = now,
		.by = now + within,
		.begins = begins,
		.handle = handle };
	if (s->requests == 0 || r->by < s->late_at)
		s->late_at = r->by;
	s->requests++;
	s->screens += kind == REQUEST_SCREEN;
	return RC_OK;
}

void
smpp_answer(
    struct smpp_session *s, enum smpp_command answer, uint32_t sequence, uint32_t status)
{
	struct smpp_pdu pdu = {
		.command = answer, .status = status, .sequence = sequence
	};

	/* the sequence goes back as it came, also one that 3.4 does not have */
	if (answer != SMPP_COMMANDS && smpp_queue(s, &pdu) != RC_OK)
		smpp_hang_up(s, "it does not read");
}

static void
forget(struct smpp_session *s, struct smpp_request *r)
{
	s->requests--;
	s->screens -= r->kind == REQUEST_SCREEN;
	r->kind = REQUEST_NONE;
}

const char *
smpp_request_take(
    struct smpp_session *s, const struct smpp_pdu *pdu, struct smpp_request *out)
{
	struct smpp_request *r = &s->request[pdu->sequence % SMPP_REQUESTS];

	if (r->kind == REQUEST_NONE || r->sequence != pdu->sequence)
		return "an answer to nothing";
	if (pdu->command != r->answer && pdu->command != SMPP_GENERIC_NACK)
		return "an answer to something else";
	*out = *r;
	if (r->late)
		r->kind = REQUEST_NONE;
	else
		forget(s, r);
	return NULL;
}

bool
smpp_request_late(struct smpp_session *s, int64_t now, struct smpp_request *out)
{
	int64_t next = INT64_MAX;

	if (s->requests == 0 || now < s->late_at)
		return false;
	for (size_t i = 0; i < SMPP_REQUESTS; i++) {
		struct smpp_request *r = &s->request[i];

		if (r->kind == REQUEST_NONE || r->late)
			continue;
		if (now >= r->by) {
			*out = *r;
			forget(s, r);
			r->kind = out->kind; /* its answer may still come */
			r->late = true;
			return true;
		}
		if (r->by < next)
			next = r->by;
	}
	s->late_at = next;
	return false;
}

bool
smpp_request_any(struct smpp_session *s, struct smpp_request *out)
{
	if (smpp_request_late(s, INT64_MAX, out))
		return true;
	memset(s->request, 0, SMPP_REQUESTS * sizeof(*s->request));
	return false;
}

void
smpp_flush(struct smpp_session *s)
{
	size_t at = 0;
	long n = 1;

	while (at < s->out_n && n > 0) {
		n = smpp_wire_write(s->wire, s->out + at, s->out_n - at);
		at += n > 0 ? (size_t)n : 0;
	}
	if (at > 0) {
		memmove(s->out, s->out + at, s->out_n - at);
		explicit_bzero(s->out + s->out_n - at, at);
		s->out_n -= at;
		s->written += at;
		if (s == s->l->rx)
			smpp_in_written(s->l, clock_boot_ms());
	}
	if (n < 0)
		smpp_hang_up(s, smpp_wire_why(s->wire));
}
