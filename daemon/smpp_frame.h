/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From octets of a stream, as they come, to whole PDUs (SMPP 3.4, 3.2: command_length leads each).
 * It reads no socket and looks at nothing but the length. Called by smpp.c and shyraq-smscsim.
 *
 *	p = smpp_frames_room(&f, &n);  read at most n octets to p, n is never 0
 *	smpp_frames_took(&f, got);
 *	while ((what = smpp_frames_next(&f, &pdu, &fault)) == SMPP_FRAME) ...
 */
#ifndef SHYRAQ_SMPP_FRAME_H
#define SHYRAQ_SMPP_FRAME_H

#include "smpp_pdu.h"

#define SMPP_FRAME_MIN SMPP_HEADER
/* message_payload of 65,535 octets and everything else that fits beside it */
#define SMPP_FRAME_MAX 70000

struct smpp_frames {
	uint8_t *buf; /* ours; of `max` octets */
	size_t max;   /* longest PDU */
	size_t begin, end;
	bool wrong;
};

enum smpp_framed {
	SMPP_FRAME_MORE,  /* no whole PDU yet */
	SMPP_FRAME,       /* *pdu is one */
	SMPP_FRAME_WRONG, /* a length that cannot be: the stream is lost, hang up */
};

/* `max` is SMPP_FRAME_MIN to SMPP_FRAME_MAX. */
void smpp_frames_init(struct smpp_frames *f, size_t max);
/* Wipes what was read; a second time does nothing. */
void smpp_frames_clear(struct smpp_frames *f);
/* Forgets and wipes all octets: another connection. */
void smpp_frames_reset(struct smpp_frames *f);

/*
 * Where to read to, and how much at most; to be asked only after `next` said MORE. Views into earlier
 * PDUs end here.
 */
uint8_t *smpp_frames_room(struct smpp_frames *f, size_t *n);
void smpp_frames_took(struct smpp_frames *f, size_t n);
/*
 * The next whole PDU, a view that holds until smpp_frames_room or _reset. WRONG, as soon as the four
 * octets are there and ever after: *fault says so; on that, one line in the log and the link's end.
 */
enum smpp_framed smpp_frames_next(
    struct smpp_frames *f, struct smpp_octets *pdu, struct smpp_fault *fault);

#endif
