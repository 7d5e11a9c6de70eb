/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of handlers, one a command: binds, questions, and whose file has the rest.
 * It never logs what a PDU says. Called by smsc_conn.c.
 */
#include "smsc_bind.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "smsc.h"
#include "smsc_ctl.h"

/* An answer is ready, command, status and sequence set; the handler fills in the rest. */
typedef enum rc smsc_handler(
    struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer);

static struct smsc_account *
account_by_id(struct smsc *s, const char *id)
{
	for (size_t i = 0; i < s->accounts; i++) {
		if (strcmp(s->account[i].id, id) == 0)
			return &s->account[i];
	}
	return NULL;
}

/* The status of a bind; 0: it is one. */
static uint32_t
judge_bind(struct smsc_conn *c, const struct smpp_pdu *in)
{
	struct smsc_account *a = account_by_id(c->s, in->system_id);

	if (c->bound != SMPP_COMMANDS)
		return SMPP_ALREADY_BOUND;
	if (fault_hits(c->s, FAULT_REFUSE_BIND))
		return c->s->fault.row[FAULT_REFUSE_BIND].code;
	if (a == NULL)
		return SMPP_INVALID_SYSTEM_ID;
	if (strcmp(in->password, a->password) != 0)
		return SMPP_INVALID_PASSWORD;
	c->account = a;
	return SMPP_OK;
}

static enum rc
on_bind(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	static uint8_t version[8];
	bool before = c->bound != SMPP_COMMANDS;
	size_t n = 0;
	enum rc rc = RC_OK;

	if (fault_hits(c->s, FAULT_BIND_SILENT))
		return RC_OK;
	answer->status = judge_bind(c, in);
	log_info("smscsim.bind", "command=%s status=%s", smpp_command_name(in->command),
	    smpp_status_name(answer->status));
	if (answer->status != SMPP_OK) {
		c->s->count[COUNT_BINDS_REFUSED]++;
		c->ending = !before;
		return smsc_conn_send(c, answer);
	}
	c->s->count[COUNT_BINDS]++;
	snprintf(answer->system_id, sizeof(answer->system_id), "smscsim");
	rc = smpp_tlv_add_number(
	    version, sizeof(version), &n, SMPP_TAG_VERSION, SMPP_VERSION);
	answer->tlvs = (struct smpp_octets){ version, n };
	if (rc == RC_OK && fault_hits(c->s, FAULT_EARLY_DELIVER)) {
		c->bound = in->command;
		deliver_pump(c->s);
		if (c->fd < 0)
			return RC_BROKEN;
		c->bound = SMPP_COMMANDS;
	}
	if (rc == RC_OK)
		rc = smsc_conn_send(c, answer);
	c->bound = in->command;
	deliver_bound(c);
	ctl_tell_bind(c);
	return rc;
}

static enum rc
on_enquire(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)in;
	c->s->count[COUNT_ENQUIRES]++;
	if (fault_hits(c->s, FAULT_ENQUIRE_SILENT))
		return RC_OK;
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
on_unbound(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)in;
	(void)answer;
	c->ending = true;
	return RC_OK;
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

static enum rc
on_delivered(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	(void)answer;
	c->s->count[COUNT_NACKS] += in->command == SMPP_GENERIC_NACK;
	return deliver_answered(c, in);
}

static smsc_handler *const on[SMPP_COMMANDS] = {
	[SMPP_GENERIC_NACK] = on_delivered,
	[SMPP_BIND_RECEIVER] = on_bind,
	[SMPP_BIND_TRANSMITTER] = on_bind,
	[SMPP_BIND_TRANSCEIVER] = on_bind,
	[SMPP_UNBIND] = on_unbind,
	[SMPP_UNBIND_RESP] = on_unbound,
	[SMPP_ENQUIRE_LINK] = on_enquire,
	[SMPP_ENQUIRE_LINK_RESP] = on_answer,
	[SMPP_SUBMIT_SM] = submit_take,
	[SMPP_DELIVER_SM_RESP] = on_delivered,
	[SMPP_DATA_SM] = submit_take,
	[SMPP_DATA_SM_RESP] = on_delivered,
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

enum rc
smsc_take(struct smsc_conn *c, struct smpp_octets frame)
{
	struct smpp_pdu in, answer;
	struct smpp_fault fault;

	if (smpp_decode(frame.p, frame.n, &in, &fault) != RC_OK) {
		c->s->count[COUNT_MALFORMED_IN]++;
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
