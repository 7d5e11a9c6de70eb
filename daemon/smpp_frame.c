/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDUs out of a stream: one buffer of the longest PDU, no octet read past what came.
 * It never goes on behind a length that cannot be. Called by smpp.c and shyraq-smscsim.
 */
#include "smpp_frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_OCTETS 4

void
smpp_frames_init(struct smpp_frames *f, size_t max)
{
	assert(max >= SMPP_FRAME_MIN && max <= SMPP_FRAME_MAX);
	*f = (struct smpp_frames){ .buf = xmalloc(max), .max = max };
}

void
smpp_frames_reset(struct smpp_frames *f)
{
	if (f->buf != NULL)
		explicit_bzero(f->buf, f->max);
	f->begin = f->end = 0;
	f->wrong = false;
}

void
smpp_frames_clear(struct smpp_frames *f)
{
	smpp_frames_reset(f);
	free(f->buf);
	memset(f, 0, sizeof(*f));
}

uint8_t *
smpp_frames_room(struct smpp_frames *f, size_t *n)
{
	if (f->begin > 0) {
		memmove(f->buf, f->buf + f->begin, f->end - f->begin);
		f->end -= f->begin;
		f->begin = 0;
	}
	*n = f->max - f->end;
	assert(*n > 0);
	return f->buf + f->end;
}

void
smpp_frames_took(struct smpp_frames *f, size_t n)
{
	assert(n <= f->max - f->end);
	f->end += n;
}

enum smpp_framed
smpp_frames_next(struct smpp_frames *f, struct smpp_octets *pdu, struct smpp_fault *fault)
{
	const uint8_t *p = f->buf + f->begin;
	size_t have = f->end - f->begin;
	size_t n;

	*pdu = (struct smpp_octets){ 0 };
	memset(fault, 0, sizeof(*fault));
	if (have < LENGTH_OCTETS)
		return SMPP_FRAME_MORE;
	n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	f->wrong = f->wrong || n < SMPP_FRAME_MIN || n > f->max;
	if (f->wrong) {
		*fault = (struct smpp_fault){ .wrong = SMPP_WRONG_LENGTH,
			.field = "command_length",
			.status = SMPP_INVALID_COMMAND_LENGTH };
		return SMPP_FRAME_WRONG;
	}
	if (have < n)
		return SMPP_FRAME_MORE;
	*pdu = (struct smpp_octets){ .p = p, .n = n };
	f->begin += n;
	return SMPP_FRAME;
}
