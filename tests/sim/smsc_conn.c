/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Octets of a connection in and out, and what it owes.
 * It never logs what a PDU says. Called by smsc_*.c.
 */
#include "smsc_conn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "smsc.h"
#include "smsc_bind.h"
#include "smsc_ctl.h"

struct late {
	uint64_t serial;
	size_t n;
	uint8_t octets[];
};

void
smsc_conn_open(struct smsc_conn *c, int fd, struct smsc *s)
{
	*c = (struct smsc_conn){
		.fd = fd,
		.serial = ++s->serial,
		.s = s,
		.out = xmalloc(SMSC_OUT_MAX),
		.bound = SMPP_COMMANDS,
		.slots = xcalloc(SMSC_WINDOW_MAX, sizeof(*c->slots)),
	};
	smpp_frames_init(&c->in, SMPP_FRAME_MAX);
	s->count[COUNT_CONNECTIONS]++;
}

void
smsc_conn_close(struct smsc_conn *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	if (c->bound != SMPP_COMMANDS)
		ctl_tell_unbound(c);
	c->s->count[COUNT_DROPPED] += c->bound != SMPP_COMMANDS && !c->ending;
	deliver_return(c);
	smpp_frames_clear(&c->in);
	free(c->out);
	free(c->slots);
	*c = (struct smsc_conn){ .fd = -1, .bound = SMPP_COMMANDS };
}

bool
smsc_conn_hangs(const struct smsc_conn *c)
{
	return smsc_now_ms() < c->hang_until;
}

bool
smsc_conn_sends(const struct smsc_conn *c)
{
	return c->bound == SMPP_BIND_TRANSMITTER || c->bound == SMPP_BIND_TRANSCEIVER;
}

bool
smsc_conn_receives(const struct smsc_conn *c)
{
	return c->bound == SMPP_BIND_RECEIVER || c->bound == SMPP_BIND_TRANSCEIVER;
}

uint32_t
smsc_conn_number(struct smsc_conn *c)
{
	c->sequence = c->sequence >= SMPP_SEQUENCE_MAX ? 1 : c->sequence + 1;
	return c->sequence;
}

enum rc
smsc_conn_raw(struct smsc_conn *c, const uint8_t *octets, size_t n)
{
	if (c->fd < 0 || n > SMSC_OUT_MAX - c->out_n)
		return RC_BROKEN;
	memcpy(c->out + c->out_n, octets, n);
	c->out_n += n;
	return RC_OK;
}

static enum rc
encode(const struct smpp_pdu *pdu, uint8_t *out, size_t *n)
{
	struct smpp_fault fault;

	if (smpp_encode(pdu, out, SMPP_FRAME_MAX, n, &fault) == RC_OK)
		return RC_OK;
	log_warn("smscsim.send", "command=%s wrong=%s field=%s",
	    smpp_command_name(pdu->command), smpp_wrong_name(fault.wrong), fault.field);
	return RC_BROKEN;
}

enum rc
smsc_conn_send(struct smsc_conn *c, const struct smpp_pdu *pdu)
{
	static uint8_t octets[SMPP_FRAME_MAX];
	size_t n = 0;

	if (encode(pdu, octets, &n) != RC_OK)
		return RC_BROKEN;
	if (c->bound != SMPP_COMMANDS && !c->ending && fault_hits(c->s, FAULT_CUT)) {
		n = n / 2;
		c->ending = true;
	}
	return smsc_conn_raw(c, octets, n);
}

static void
send_now(struct smsc *s, void *arg)
{
	const struct late *late = arg;
	struct smsc_conn *c = smsc_conn_by_serial(s, late->serial);

	if (c != NULL && smsc_conn_raw(c, late->octets, late->n) != RC_OK)
		smsc_conn_close(c);
}

enum rc
smsc_conn_send_late(struct smsc_conn *c, const struct smpp_pdu *pdu, int64_t ms)
{
	static uint8_t octets[SMPP_FRAME_MAX];
	struct late *late;
	size_t n = 0;

	if (ms <= 0)
		return smsc_conn_send(c, pdu);
	if (encode(pdu, octets, &n) != RC_OK)
		return RC_BROKEN;
	late = xmalloc(sizeof(*late) + n);
	late->serial = c->serial;
	late->n = n;
	memcpy(late->octets, octets, n);
	later_add(&c->s->later, smsc_now_ms() + ms, send_now, late);
	return RC_OK;
}

enum rc
smsc_conn_ask(struct smsc_conn *c, enum smpp_command command)
{
	return smsc_conn_send(
	    c, &(struct smpp_pdu){ .command = command, .sequence = smsc_conn_number(c) });
}

static enum rc
take_all(struct smsc_conn *c)
{
	struct smpp_octets frame;
	struct smpp_fault fault;

	while (!c->ending) {
		switch (smpp_frames_next(&c->in, &frame, &fault)) {
		case SMPP_FRAME_MORE:
			return RC_OK;
		case SMPP_FRAME:
			if (smsc_take(c, frame) != RC_OK)
				return RC_BROKEN;
			break;
		case SMPP_FRAME_WRONG:
			c->s->count[COUNT_MALFORMED_IN]++;
			log_warn("smscsim.length", "field=%s", fault.field);
			return RC_BROKEN;
		}
	}
	return RC_OK;
}

enum rc
smsc_conn_read(struct smsc_conn *c)
{
	size_t room;
	uint8_t *to = smpp_frames_room(&c->in, &room);
	ssize_t n = read(c->fd, to, room);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? RC_OK : RC_BROKEN;
	if (n == 0)
		return RC_BROKEN;
	smpp_frames_took(&c->in, (size_t)n);
	return take_all(c);
}

enum rc
smsc_conn_write(struct smsc_conn *c)
{
	ssize_t n = c->out_n == 0 ? 0 : write(c->fd, c->out, c->out_n);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? RC_OK : RC_BROKEN;
	c->out_n -= (size_t)n;
	memmove(c->out, c->out + n, c->out_n);
	return c->ending && c->out_n == 0 ? RC_BROKEN : RC_OK;
}

short
smsc_conn_events(const struct smsc_conn *c)
{
	if (smsc_conn_hangs(c))
		return 0;
	return (
	    short)((c->ending ? 0 : POLLIN) | (c->out_n > 0 || c->ending ? POLLOUT : 0));
}
