/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMPP 3.4 PDUs to and from our values, field by field as the tables say.
 * Every read is held against the end of the PDU, every write against that of the buffer.
 * Called by smpp*.c and shyraq-smscsim.
 */
#include "smpp_pdu.h"

#include <string.h>

#include "smpp_fields.h"

#define TLV_HEADER 4

struct reader {
	const uint8_t *begin, *at, *end;
	struct smpp_fault *fault;
	unsigned odd;
	bool answer;
};

struct writer {
	uint8_t *begin, *at, *end;
	struct smpp_fault *fault;
};

static enum rc
refuse(struct smpp_fault *fault, enum smpp_wrong wrong, const char *field, size_t offset,
    uint32_t status)
{
	*fault = (struct smpp_fault){
		.wrong = wrong, .field = field, .offset = offset, .status = status
	};
	return RC_REFUSED;
}

static enum rc
refuse_read(const struct reader *r, enum smpp_wrong wrong, const struct smpp_field *f)
{
	return refuse(r->fault, wrong, f->name, (size_t)(r->at - r->begin), f->status);
}

static enum rc
refuse_write(const struct writer *w, enum smpp_wrong wrong, const struct smpp_field *f)
{
	return refuse(w->fault, wrong, f->name, (size_t)(w->at - w->begin), f->status);
}

static void *
member(struct smpp_pdu *pdu, const struct smpp_field *f)
{
	return (uint8_t *)pdu + f->at;
}

static const void *
member_of(const struct smpp_pdu *pdu, const struct smpp_field *f)
{
	return (const uint8_t *)pdu + f->at;
}

static uint32_t
number_at(const uint8_t *p, size_t octets)
{
	uint32_t v = 0;

	for (size_t i = 0; i < octets; i++)
		v = v << 8 | p[i];
	return v;
}

static void
number_to(uint8_t *p, size_t octets, uint32_t v)
{
	while (octets-- > 0) {
		p[octets] = (uint8_t)v;
		v >>= 8;
	}
}

static bool
is_printable(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x20 || p[i] > 0x7e)
			return false;
	}
	return true;
}

/*
 * The value's length in *n, and the octets it takes in *step. A NUL within the field ends it. Else it
 * is a printable value that is too long for its field, or one that fills it with no NUL behind; an
 * answer's last string may end where the body does.
 */
static enum rc
string_extent(
    struct reader *r, const struct smpp_field *f, bool last, size_t *n, size_t *step)
{
	size_t left = (size_t)(r->end - r->at);
	const uint8_t *nul = memchr(r->at, 0, left < f->room ? left : f->room);
	bool ends; /* with the body */

	if (nul != NULL)
		*n = (size_t)(nul - r->at);
	else
		*n = left < f->max ? left : f->max;
	*step = *n + (nul != NULL);
	if (nul != NULL && *n < f->max)
		return RC_OK;
	if (nul != NULL && is_printable(r->at, *n)) {
		r->odd |= SMPP_ODD_LONG;
		return RC_OK;
	}
	ends = nul == NULL && r->answer && last && left > 0 && left < f->room;
	if (left < f->max && !ends)
		return refuse_read(r, SMPP_WRONG_CUT, f);
	*n = *step = ends ? left : f->max;
	if (!is_printable(r->at, *n))
		return refuse_read(r, SMPP_WRONG_NO_NUL, f);
	r->odd |= SMPP_ODD_NO_NUL;
	if (*n > f->max)
		r->odd |= SMPP_ODD_LONG;
	return RC_OK;
}

static enum rc
read_string(struct reader *r, const struct smpp_field *f, bool last, char *to)
{
	size_t n, step;
	enum rc rc = string_extent(r, f, last, &n, &step);

	if (rc != RC_OK)
		return rc;
	memcpy(to, r->at, n);
	to[n] = '\0';
	r->at += step;
	return RC_OK;
}

static enum rc
read_octets(struct reader *r, const struct smpp_field *f, struct smpp_octets *to)
{
	size_t left = (size_t)(r->end - r->at);

	if (left < 1 || left - 1 < r->at[0])
		return refuse_read(r, SMPP_WRONG_CUT, f);
	*to = (struct smpp_octets){ .p = r->at + 1, .n = r->at[0] };
	r->at += 1 + to->n;
	return RC_OK;
}

static enum rc
read_field(struct reader *r, const struct smpp_field *f, bool last, struct smpp_pdu *out)
{
	switch (f->kind) {
	case SMPP_STRING:
	case SMPP_TIME:
		return read_string(r, f, last, member(out, f));
	case SMPP_OCTETS:
		return read_octets(r, f, member(out, f));
	case SMPP_OCTET:
		break;
	}
	if (r->at == r->end)
		return refuse_read(r, SMPP_WRONG_CUT, f);
	*(uint8_t *)member(out, f) = *r->at++;
	return RC_OK;
}

static enum rc
read_fields(struct reader *r, struct smpp_pdu *out)
{
	const struct smpp_layout *layout = &smpp_layouts[out->command];

	for (size_t i = 0; i < layout->n; i++) {
		enum rc rc = read_field(r, &layout->fields[i], i + 1 == layout->n, out);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* The octets of the TLV at p, or 0 when it is none that ends by `end`. */
static size_t
tlv_length(const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p);
	size_t n;

	if (left < TLV_HEADER)
		return 0;
	n = TLV_HEADER + number_at(p + 2, 2);
	return n <= left ? n : 0;
}

static const char *
tlv_name(const uint8_t *p, const uint8_t *end)
{
	const struct smpp_tlv_row *row = end - p < 2
	    ? NULL
	    : smpp_tlv_row((uint16_t)number_at(p, 2));

	return row == NULL ? "tlv" : row->name;
}

/* What stands behind the fields; a few NULs there are a known oddity. */
static enum rc
read_tlvs(struct reader *r, struct smpp_pdu *out)
{
	static const uint8_t nuls[TLV_HEADER];
	size_t n;

	out->tlvs = (struct smpp_octets){ .p = r->at };
	while (r->at < r->end && (n = tlv_length(r->at, r->end)) > 0)
		r->at += n;
	out->tlvs.n = (size_t)(r->at - out->tlvs.p);
	n = (size_t)(r->end - r->at);
	if (n == 0)
		return RC_OK;
	if (n < sizeof(nuls) && memcmp(r->at, nuls, n) == 0) {
		r->odd |= SMPP_ODD_TAIL;
		return RC_OK;
	}
	return refuse(r->fault, SMPP_WRONG_TLV, tlv_name(r->at, r->end),
	    (size_t)(r->at - r->begin), SMPP_INVALID_TLVS);
}

static enum rc
read_header(struct reader *r, struct smpp_pdu *out)
{
	size_t n = (size_t)(r->end - r->begin);

	out->command = SMPP_COMMANDS;
	if (n >= SMPP_HEADER) {
		out->command = smpp_command_of(number_at(r->at + 4, 4));
		out->status = number_at(r->at + 8, 4);
		out->sequence = number_at(r->at + 12, 4);
	}
	if (n < SMPP_HEADER || number_at(r->at, 4) != n)
		return refuse(r->fault, SMPP_WRONG_LENGTH, "command_length", 0,
		    SMPP_INVALID_COMMAND_LENGTH);
	if (out->command == SMPP_COMMANDS)
		return refuse(
		    r->fault, SMPP_WRONG_COMMAND, "command_id", 4, SMPP_INVALID_COMMAND);
	r->at += SMPP_HEADER;
	r->answer = smpp_is_answer(out->command);
	if (out->status != SMPP_OK && !r->answer)
		r->odd |= SMPP_ODD_STATUS;
	/* a generic_nack to what had no sequence number that could be read has none */
	if (out->sequence > SMPP_SEQUENCE_MAX ||
	    (out->sequence == 0 && out->command != SMPP_GENERIC_NACK))
		r->odd |= SMPP_ODD_SEQUENCE;
	return RC_OK;
}

static void
clear_body(struct smpp_pdu *out)
{
	*out = (struct smpp_pdu){
		.command = out->command, .status = out->status, .sequence = out->sequence
	};
}

/*
 * An answer is never refused for its body. One with a status may have none, or TLVs with no field
 * before them.
 */
static void
read_answer(struct reader *r, struct smpp_pdu *out)
{
	const uint8_t *body = r->at;
	unsigned odd = r->odd;

	if (r->at == r->end) {
		if (out->status == SMPP_OK && smpp_layouts[out->command].n > 0)
			r->odd |= SMPP_ODD_NO_BODY;
		return;
	}
	if (read_fields(r, out) == RC_OK) {
		if (read_tlvs(r, out) == RC_OK)
			return;
		if (out->status == SMPP_OK) {
			r->odd |= SMPP_ODD_TAIL;
			return;
		}
	}
	clear_body(out);
	r->at = body;
	r->odd = odd;
	if (out->status != SMPP_OK && read_tlvs(r, out) == RC_OK)
		return;
	clear_body(out);
	r->odd = odd | SMPP_ODD_BODY;
}

static enum rc
read_request(struct reader *r, struct smpp_pdu *out)
{
	enum rc rc = read_fields(r, out);

	if (rc != RC_OK)
		return rc;
	rc = read_tlvs(r, out);
	if (rc == RC_OK || smpp_layouts[out->command].n > 0)
		return rc;
	/* an enquire_link or unbind is one whatever it brings */
	r->odd |= SMPP_ODD_TAIL;
	return RC_OK;
}

enum rc
smpp_decode(const uint8_t *pdu, size_t n, struct smpp_pdu *out, struct smpp_fault *fault)
{
	struct reader r = { .begin = pdu, .at = pdu, .end = pdu + n, .fault = fault };
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = read_header(&r, out);
	if (rc == RC_OK && r.answer)
		read_answer(&r, out);
	else if (rc == RC_OK)
		rc = read_request(&r, out);
	if (rc == RC_OK)
		memset(fault, 0, sizeof(*fault));
	out->odd = r.odd;
	return rc;
}

static enum rc
write_octets(struct writer *w, const struct smpp_field *f, const void *octets, size_t n)
{
	if ((size_t)(w->end - w->at) < n)
		return refuse_write(w, SMPP_WRONG_ROOM, f);
	if (n > 0)
		memcpy(w->at, octets, n);
	w->at += n;
	return RC_OK;
}

/* What an echo may say of a field, as smpp_field.max. */
static size_t
most_of(const struct smpp_field *f, const struct smpp_pdu *pdu)
{
	bool address = f->at >= offsetof(struct smpp_pdu, source) &&
	    f->at < offsetof(struct smpp_pdu, echo);

	if (!pdu->echo || !address)
		return f->max;
	return f->kind == SMPP_OCTET ? UINT8_MAX : f->room;
}

static enum rc
write_string(struct writer *w, const struct smpp_field *f, const char *s, size_t max)
{
	size_t n = strnlen(s, f->room);

	if (n >= max)
		return refuse_write(w, SMPP_WRONG_LONG, f);
	if (f->kind == SMPP_TIME && n != 0 && n + 1 != f->max)
		return refuse_write(w, SMPP_WRONG_VALUE, f);
	return write_octets(w, f, s, n + 1);
}

static enum rc
write_counted(struct writer *w, const struct smpp_field *f, struct smpp_octets v)
{
	uint8_t n = (uint8_t)v.n;
	enum rc rc;

	if (v.n > f->max)
		return refuse_write(w, SMPP_WRONG_LONG, f);
	rc = write_octets(w, f, &n, 1);
	return rc == RC_OK ? write_octets(w, f, v.p, v.n) : rc;
}

static enum rc
write_field(struct writer *w, const struct smpp_field *f, const struct smpp_pdu *pdu)
{
	const void *value = member_of(pdu, f);

	switch (f->kind) {
	case SMPP_STRING:
	case SMPP_TIME:
		return write_string(w, f, value, most_of(f, pdu));
	case SMPP_OCTETS:
		return write_counted(w, f, *(const struct smpp_octets *)value);
	case SMPP_OCTET:
		break;
	}
	if (*(const uint8_t *)value > most_of(f, pdu))
		return refuse_write(w, SMPP_WRONG_VALUE, f);
	return write_octets(w, f, value, 1);
}

static enum rc
write_tlvs(struct writer *w, const struct smpp_octets *tlvs)
{
	struct smpp_field f = { .name = "tlv", .status = SMPP_INVALID_TLVS };
	struct smpp_tlv tlv;
	size_t at = 0;

	while (smpp_tlv_next(tlvs, &at, &tlv)) {
		const struct smpp_tlv_row *row = smpp_tlv_row(tlv.tag);
		enum rc rc;

		f.name = row == NULL ? "tlv" : row->name;
		if (row != NULL && (tlv.n < row->least || tlv.n > row->most))
			return refuse_write(w, SMPP_WRONG_TLV, &f);
		rc = write_octets(w, &f, tlv.value - TLV_HEADER, tlv.n + TLV_HEADER);
		if (rc != RC_OK)
			return rc;
	}
	return at == tlvs->n ? RC_OK : refuse_write(w, SMPP_WRONG_TLV, &f);
}

static enum rc
write_header(struct writer *w, const struct smpp_pdu *pdu)
{
	static const struct smpp_field length = { .name = "command_length" };
	static const struct smpp_field status = { .name = "command_status" };
	static const struct smpp_field sequence = { .name = "sequence_number" };
	bool answer = smpp_is_answer(pdu->command);
	uint8_t header[SMPP_HEADER] = { 0 };

	/* an answer repeats the number it was asked under, whatever that was */
	if (!answer && (pdu->sequence == 0 || pdu->sequence > SMPP_SEQUENCE_MAX))
		return refuse_write(w, SMPP_WRONG_SEQUENCE, &sequence);
	if (!answer && pdu->status != SMPP_OK)
		return refuse_write(w, SMPP_WRONG_VALUE, &status);
	number_to(header + 4, 4, smpp_layouts[pdu->command].id);
	number_to(header + 8, 4, pdu->status);
	number_to(header + 12, 4, pdu->sequence);
	return write_octets(w, &length, header, sizeof(header));
}

enum rc
smpp_encode(const struct smpp_pdu *pdu, uint8_t *out, size_t size, size_t *n,
    struct smpp_fault *fault)
{
	struct writer w = { .begin = out, .at = out, .end = out + size, .fault = fault };
	const struct smpp_layout *layout;
	enum rc rc;

	memset(fault, 0, sizeof(*fault));
	*n = 0;
	if (pdu->command >= SMPP_COMMANDS)
		return refuse(fault, SMPP_WRONG_COMMAND, "command_id", 4, 0);
	layout = &smpp_layouts[pdu->command];
	rc = write_header(&w, pdu);
	if (rc == RC_OK && (pdu->status == SMPP_OK || pdu->tlvs.n > 0)) {
		for (size_t i = 0; rc == RC_OK && i < layout->n; i++)
			rc = write_field(&w, &layout->fields[i], pdu);
		if (rc == RC_OK)
			rc = write_tlvs(&w, &pdu->tlvs);
	}
	if (rc != RC_OK)
		return rc;
	*n = (size_t)(w.at - w.begin);
	number_to(out, 4, (uint32_t)*n);
	return RC_OK;
}

bool
smpp_tlv_next(const struct smpp_octets *tlvs, size_t *at, struct smpp_tlv *out)
{
	const uint8_t *p;
	size_t n;

	if (*at >= tlvs->n)
		return false;
	p = tlvs->p + *at;
	n = tlv_length(p, tlvs->p + tlvs->n);
	if (n == 0)
		return false;
	*at += n;
	*out = (struct smpp_tlv){ .tag = (uint16_t)number_at(p, 2),
		.n = (uint16_t)(n - TLV_HEADER),
		.value = p + TLV_HEADER };
	return true;
}

bool
smpp_tlv_find(const struct smpp_pdu *pdu, uint16_t tag, struct smpp_tlv *out)
{
	size_t at = 0;

	while (smpp_tlv_next(&pdu->tlvs, &at, out)) {
		if (out->tag == tag)
			return true;
	}
	*out = (struct smpp_tlv){ 0 };
	return false;
}

bool
smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *value)
{
	struct smpp_tlv tlv;

	*value = 0;
	if (!smpp_tlv_find(pdu, tag, &tlv) || tlv.n < 1 || tlv.n > 4)
		return false;
	*value = number_at(tlv.value, tlv.n);
	return true;
}

enum rc
smpp_tlv_add(
    uint8_t *buf, size_t size, size_t *n, uint16_t tag, const void *value, size_t len)
{
	const struct smpp_tlv_row *row = smpp_tlv_row(tag);

	if (len > UINT16_MAX || size - *n < TLV_HEADER || size - *n - TLV_HEADER < len)
		return RC_REFUSED;
	if (row != NULL && (len < row->least || len > row->most))
		return RC_REFUSED;
	number_to(buf + *n, 2, tag);
	number_to(buf + *n + 2, 2, (uint32_t)len);
	if (len > 0)
		memcpy(buf + *n + TLV_HEADER, value, len);
	*n += TLV_HEADER + len;
	return RC_OK;
}

enum rc
smpp_tlv_add_number(uint8_t *buf, size_t size, size_t *n, uint16_t tag, uint32_t value)
{
	const struct smpp_tlv_row *row = smpp_tlv_row(tag);
	uint8_t octets[4];

	if (row == NULL || row->least != row->most || row->most < 1 || row->most > 4 ||
	    (row->most < 4 && value >> 8 * row->most != 0))
		return RC_REFUSED;
	number_to(octets, row->most, value);
	return smpp_tlv_add(buf, size, n, tag, octets, row->most);
}
