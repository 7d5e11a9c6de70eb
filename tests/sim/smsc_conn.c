/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the simulated SMSC does with each PDU: a table of handlers, one a command.
 * It never logs what a PDU says. Called by smsc_sim.c.
 */
#include "smsc_conn.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/* An answer is ready, command, status and sequence set; the handler fills in the rest. */
typedef enum rc smsc_handler(
    struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer);

void
smsc_conn_open(struct smsc_conn *c, int fd, const struct smsc_options *opt)
{
	*c = (struct smsc_conn){
		.fd = fd, .opt = opt, .out = xmalloc(SMSC_OUT_MAX), .bound = SMPP_COMMANDS
	};
	smpp_frames_init(&c->in, SMPP_FRAME_MAX);
}

void
smsc_conn_close(struct smsc_conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	smpp_frames_clear(&c->in);
	free(c->out);
	*c = (struct smsc_conn){ .fd = -1 };
}

enum rc
smsc_conn_send(struct smsc_conn *c, const struct smpp_pdu *pdu)
{
	struct smpp_fault fault;
	size_t n;

	if (smpp_encode(pdu, c->out + c->out_n, SMSC_OUT_MAX - c->out_n, &n, &fault) ==
	    RC_OK) {
		c->out_n += n;
		return RC_OK;
	}
	log_warn("smscsim.send", "command=%s wrong=%s field=%s",
	    smpp_command_name(pdu->command), smpp_wrong_name(fault.wrong), fault.field);
	return RC_BROKEN;
}

static enum rc
on_bind(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	static uint8_t version[8];
	size_t n = 0;
	enum rc rc;

	if (c->bound != SMPP_COMMANDS) {
		answer->status = SMPP_ALREADY_BOUND;
	} else if (strcmp(in->system_id, c->opt->system_id) != 0) {
		answer->status = SMPP_INVALID_SYSTEM_ID;
		c->ending = true;
	} else if (strcmp(in->password, c->opt->password) != 0) {
		answer->status = SMPP_INVALID_PASSWORD;
		c->ending = true;
	} else {
		c->bound = in->command;
		snprintf(answer->system_id, sizeof(answer->system_id), "smscsim");
		rc = smpp_tlv_add_number(
		    version, sizeof(version), &n, SMPP_TAG_VERSION, SMPP_VERSION);
		if (rc != RC_OK)
			return rc;
		answer->tlvs = (struct smpp_octets){ version, n };
	}
	log_info("smscsim.bind", "command=%s status=%s", smpp_command_name(in->command),
	    smpp_status_name(answer->status));
	return smsc_conn_send(c, answer);
}

static enum rc
on_submit(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)in;
	if (c->bound != SMPP_BIND_TRANSMITTER && c->bound != SMPP_BIND_TRANSCEIVER)
		answer->status = SMPP_INVALID_BIND_STATUS;
	else
		snprintf(answer->message_id, sizeof(answer->message_id), "%010" PRIX64,
		    ++c->submitted);
	return smsc_conn_send(c, answer);
}

static enum rc
on_enquire(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)in;
	return smsc_conn_send(c, answer);
}

static enum rc
on_unbind(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)in;
	c->ending = true;
	return smsc_conn_send(c, answer);
}

static enum rc
on_answer(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)c;
	(void)answer;
	log_info("smscsim.answer", "command=%s status=%s sequence=%" PRIu32,
	    smpp_command_name(in->command), smpp_status_name(in->status), in->sequence);
	return RC_OK;
}

static smsc_handler *const on[SMPP_COMMANDS] = {
	[SMPP_GENERIC_NACK] = on_answer,
	[SMPP_BIND_RECEIVER] = on_bind,
	[SMPP_BIND_TRANSMITTER] = on_bind,
	[SMPP_BIND_TRANSCEIVER] = on_bind,
	[SMPP_UNBIND] = on_unbind,
	[SMPP_UNBIND_RESP] = on_answer,
	[SMPP_ENQUIRE_LINK] = on_enquire,
	[SMPP_ENQUIRE_LINK_RESP] = on_answer,
	[SMPP_SUBMIT_SM] = on_submit,
	[SMPP_DELIVER_SM_RESP] = on_answer,
	[SMPP_DATA_SM] = on_submit,
	[SMPP_DATA_SM_RESP] = on_answer,
};

/* Not understood, or not for an SMSC: its own answer if there is one, else generic_nack. */
static enum rc
nack(struct smsc_conn *c, const struct smpp_pdu *in, uint32_t status)
{
	enum smpp_command command = smpp_answer_to(in->command);
	struct smpp_pdu answer = { .command = command == SMPP_COMMANDS ? SMPP_GENERIC_NACK
								       : command,
		.status = status,
		.sequence = in->sequence };

	return smpp_is_answer(in->command) ? RC_OK : smsc_conn_send(c, &answer);
}

static enum rc
take(struct smsc_conn *c, struct smpp_octets frame)
{
	struct smpp_pdu in, answer;
	struct smpp_fault fault;

	if (smpp_decode(frame.p, frame.n, &in, &fault) != RC_OK) {
		log_warn("smscsim.refused", "command=%s wrong=%s field=%s offset=%zu",
		    smpp_command_name(in.command), smpp_wrong_name(fault.wrong),
		    fault.field, fault.offset);
		return nack(c, &in, fault.status);
	}
	if (on[in.command] == NULL)
		return nack(c, &in, SMPP_INVALID_COMMAND);
	answer = (struct smpp_pdu){ .command = smpp_answer_to(in.command),
		.sequence = in.sequence };
	return on[in.command](c, &in, &answer);
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
			if (take(c, frame) != RC_OK)
				return RC_BROKEN;
			break;
		case SMPP_FRAME_WRONG:
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
	return (
	    short)((c->ending ? 0 : POLLIN) | (c->out_n > 0 || c->ending ? POLLOUT : 0));
}
