/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A link over SMPP against an SMSC that says anything, at any time, in any pieces, with a clock of our own:
 * what it writes is SMPP, each row it took has one result, no text is answered as done before its verdict.
 * Called by make fuzz. An input is a list of steps: what happens, and with what.
 */
#include <string.h>

#include "clock.h"
#include "fuzz.h"
#include "log.h"
#include "seal.h"
#include "smpp_link.h"
#include "smpp_make.h"
#include "smpp_wire_fake.h"
#include "str.h"

#define OFFERS_MAX 64
#define ROWS_MAX 64
#define STEPS_MAX 4096
#define WALL_MS INT64_C(1795000000000)
#define FRAME_MAX 4096 /* none of an input is so long; a buffer is wiped whole */

/* What is freed is not kept from use for long: the same few blocks, hundreds of thousands of times. */
const char *__asan_default_options(void);
int64_t __wrap_clock_boot_ms(void);
int64_t __wrap_clock_wall_ms(void);
void __wrap_seal_random_bytes(void *out, size_t n);
void __wrap_smpp_frames_init(struct smpp_frames *f, size_t max);
void __real_smpp_frames_init(struct smpp_frames *f, size_t max);
void __wrap_log_error(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);
enum rc __wrap_smpp_conf_password(const struct smpp_conf *conf, char *to, size_t size);

static struct {
	int64_t now;
	struct smpp_wire *wire[2];
	size_t wires;
	uint64_t offer[OFFERS_MAX]; /* texts and receipts that wait for a verdict */
	size_t offers;
	uint64_t step[OFFERS_MAX]; /* of dialogues, that wait for their answer */
	size_t steps, steps_done, screens;
	bool busy; /* the host takes nothing */
	size_t verdicts,
	    done_answers;   /* "done" needs a verdict, or a receipt of no use */
	char row[ROWS_MAX]; /* 'o': out; '?': unsure, a late "accepted" may follow */
	size_t rows, results;
	uint32_t asked[16]; /* sequences of its last requests */
	size_t asked_n;
} world;

const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}

int64_t
__wrap_clock_boot_ms(void)
{
	return world.now;
}

int64_t
__wrap_clock_wall_ms(void)
{
	return WALL_MS + world.now;
}

/* Chance, too, follows from the input. */
void
__wrap_seal_random_bytes(void *out, size_t n)
{
	memset(out, (int)(world.now / 50 & 0xff), n);
}

void
__wrap_smpp_frames_init(struct smpp_frames *f, size_t max)
{
	__real_smpp_frames_init(f, max < FRAME_MAX ? max : FRAME_MAX);
}

/* A refused bind or text is an alarm, and here there are thousands; our own mistakes are none of the SMSC's. */
void
__wrap_log_error(const char *event, const char *fmt, ...)
{
	(void)fmt;
	insist(strcmp(event, "smpp.bind_refused") == 0 ||
	    strcmp(event, "smpp.failing") == 0);
}

enum rc
__wrap_smpp_conf_password(const struct smpp_conf *conf, char *to, size_t size)
{
	(void)conf;
	return str_copy(to, size, "secret") ? RC_OK : RC_BROKEN;
}

struct smpp_wire *
smpp_wire_new(struct loop *loop, const struct smpp_wire_options *o)
{
	struct smpp_wire *w = xcalloc(1, sizeof(*w));

	(void)loop;
	w->o = *o;
	smpp_frames_init(&w->out, SMPP_FRAME_MAX);
	world.wire[world.wires++] = w;
	return w;
}

long
smpp_wire_read(struct smpp_wire *w, void *to, size_t n)
{
	size_t k = w->in_n < n ? w->in_n : n;

	if (w->is != OPEN || (w->gone && k == 0))
		return -1;
	if (k == 0)
		return 0;
	memcpy(to, w->in, k);
	w->in += k;
	w->in_n -= k;
	return (long)k;
}

/* What it says must be SMPP, and true. */
static void
check(const struct smpp_octets *raw)
{
	static struct smpp_pdu pdu;
	struct smpp_fault fault;

	insist(smpp_decode(raw->p, raw->n, &pdu, &fault) == RC_OK);
	if (pdu.command == SMPP_DELIVER_SM_RESP || pdu.command == SMPP_DATA_SM_RESP)
		world.done_answers += pdu.status == SMPP_OK;
	if (!smpp_is_answer(pdu.command)) {
		insist(pdu.sequence != 0 && pdu.sequence <= SMPP_SEQUENCE_MAX);
		world.asked[world.asked_n++ % ARRAY_LEN(world.asked)] = pdu.sequence;
	}
}

long
smpp_wire_write(struct smpp_wire *w, const void *from, size_t n)
{
	struct smpp_octets raw;
	struct smpp_fault fault;
	size_t room;
	uint8_t *to = smpp_frames_room(&w->out, &room);
	size_t k = n < room ? n : room;

	if (w->is != OPEN)
		return -1;
	if (w->full)
		return 0;
	memcpy(to, from, k);
	smpp_frames_took(&w->out, k);
	for (;;) {
		enum smpp_framed what = smpp_frames_next(&w->out, &raw, &fault);

		insist(what != SMPP_FRAME_WRONG);
		if (what == SMPP_FRAME_MORE)
			return (long)k;
		check(&raw);
	}
}

/* The host ------------------------------------------------------------------------------------- */

static enum rc
took(void *arg, struct link *l, struct bus_msg *m, uint64_t handle, int64_t read_ms)
{
	(void)arg;
	(void)l;
	insist(read_ms == world.now);
	if (world.busy)
		return RC_AGAIN;
	if (m->type == BUS_CONFIRM) {
		insist(m->u.confirm.n > 0 && m->u.confirm.n <= BUS_CONFIRM_MAX);
		return RC_OK;
	}
	insist(handle != 0);
	if (m->type == BUS_SMS_IN) {
		const struct bus_sms_in *in = &m->u.sms_in;

		insist(in->text_n < BUS_TEXT_MAX && in->text[in->text_n] == '\0');
		insist(in->body != BUS_BODY_TEXT || str_is_utf8(in->text, in->text_n));
		insist(in->bind != 0 && in->reading == handle && in->part <= in->total);
		insist(in->stamp_n <= BUS_STAMP_MAX && in->udh_n <= BUS_UDH_MAX);
	}
	if (world.offers == OFFERS_MAX)
		return RC_AGAIN;
	world.offer[world.offers++] = handle;
	return RC_OK;
}

static void
withdraw(void *arg, struct link *l)
{
	(void)arg;
	(void)l;
	world.offers = 0;
}

static void
submitting(void *arg, struct link *l, uint64_t row, uint32_t attempt)
{
	(void)arg;
	(void)l;
	insist(row < world.rows && world.row[row] == 'o' && attempt == 1);
}

static void
result(void *arg, struct link *l, const struct bus_result *r)
{
	(void)arg;
	(void)l;
	insist(r->row < world.rows && r->refs_n <= BUS_PARTS_MAX);
	insist(world.row[r->row] == 'o' ||
	    (world.row[r->row] == '?' && r->state == BUS_ACCEPTED && r->refs_n > 0));
	world.results += world.row[r->row] == 'o';
	world.row[r->row] = r->state == BUS_UNCERTAIN ? '?' : 0;
}

static void
changed(void *arg, struct link *l)
{
	(void)arg;
	insist(l->state != LINK_BROKEN && l->state != LINK_REFUSED);
}

static const struct link_host host = { .took = took,
	.withdraw = withdraw,
	.submitting = submitting,
	.result = result,
	.changed = changed };

/* A step of a dialogue: its PDU is answered later, or never. */
static void
ussd_heard(void *arg, struct link *link, const struct smpp_pdu *pdu, uint64_t number)
{
	(void)arg;
	insist(pdu->command == SMPP_DELIVER_SM || pdu->command == SMPP_DATA_SM);
	if (world.steps == OFFERS_MAX)
		(void)smpp_step_answer(link, number, RC_REFUSED);
	else
		world.step[world.steps++] = number;
}

static void
ussd_said(void *arg, struct link *link, uint64_t handle, uint32_t status)
{
	(void)arg;
	(void)link;
	(void)status;
	insist(handle == 1 && world.screens > 0);
	world.screens--;
}

/* Steps ---------------------------------------------------------------------------------------- */

struct input {
	const uint8_t *p, *end;
};

static uint8_t
octet(struct input *in)
{
	return in->p < in->end ? *in->p++ : 0;
}

static void
give(struct smpp_wire *w, const uint8_t *p, size_t n)
{
	if (w->is != OPEN)
		return;
	w->in = p;
	w->in_n = n;
	w->o.ready(w->o.arg);
	w->in_n = 0;
}

/* A whole PDU, so that more than the framing is met: command and body from the input. */
static void
give_pdu(struct smpp_wire *w, struct input *in)
{
	static const uint32_t ids[] = { 0x80000009, 0x80000001, 0x80000002, 5, 0x103, 6,
		0x15, 0x80000004, 0x80000015, 0x80000006, 0x80000000, 4, 9, 0x102,
		0x80000103, 0xb };
	uint8_t pdu[320] = { 0 };
	uint8_t what = octet(in), status = octet(in), at = octet(in);
	size_t n = octet(in);
	uint32_t id = ids[what % ARRAY_LEN(ids)], sequence = at;

	if (n > (size_t)(in->end - in->p))
		n = (size_t)(in->end - in->p);
	if ((id & 0x80000000u) != 0 && world.asked_n > 0 && at < 0xf0)
		sequence = world.asked[at % world.asked_n % ARRAY_LEN(world.asked)];
	pdu[3] = (uint8_t)(16 + n);
	pdu[2] = (uint8_t)((16 + n) >> 8);
	for (int i = 0; i < 4; i++) {
		pdu[4 + i] = (uint8_t)(id >> (24 - 8 * i));
		pdu[12 + i] = (uint8_t)(sequence >> (24 - 8 * i));
	}
	pdu[11] = status;
	memcpy(pdu + 16, in->p, n);
	in->p += n;
	give(w, pdu, 16 + n);
}

static void
give_octets(struct smpp_wire *w, struct input *in)
{
	size_t n = octet(in);

	if (n > (size_t)(in->end - in->p))
		n = (size_t)(in->end - in->p);
	in->p += n;
	give(w, in->p - n, n);
}

static void
order_row(struct link *l, uint8_t how)
{
	static struct bus_send s;
	struct link_limits limits = { 0 };
	bool two = (how & 3u) == 3, ucs2 = (how & 16u) == 0; /* parts: many enough */
	size_t n = !two ? 1 : ucs2 ? 78 : 161;

	if (world.rows == ROWS_MAX)
		return;
	memset(&s, 0, offsetof(struct bus_send, text));
	s.row = world.rows;
	s.attempt = 1;
	s.person = (how & 4u) != 0;
	s.receipt = (how & 8u) != 0;
	strcpy(s.to, "+77010000001");
	memset(s.text, '@', n);
	strcpy(s.text + n, two ? "" : "1");
	if (two && ucs2) /* what GSM has not */
		memcpy(s.text, "\xd3\x99", 2);
	if (two && (how & 32u) != 0) { /* its first part went before */
		s.parts_done = 1;
		s.concat_ref = 7;
	}
	if (s.person || (how & 64u) != 0) {
		limits.submit_by = world.now + ((how & 64u) != 0 ? 60 : 90000);
		limits.window_end = world.now + ((how & 128u) != 0 ? 301000 : 900000);
	}
	if (l->ops->send(l, &s, limits) != RC_OK)
		return;
	world.row[world.rows++] = 'o';
	l->ops->run(l, world.now);
}

static void
verdict(struct link *l, uint8_t which)
{
	size_t i;
	uint64_t handle;

	if (world.offers == 0)
		return;
	i = which % world.offers;
	handle = world.offer[i];
	world.offer[i] = world.offer[--world.offers];
	world.verdicts++;
	l->settled(l, handle, (which & 1u) != 0 ? BUS_DONE : BUS_ASIDE);
}

/* A screen, or the answer to a step of a dialogue. */
static void
dialogue(struct link *l, uint8_t how)
{
	static const enum rc rcs[] = { RC_OK, RC_OK, RC_AGAIN, RC_REFUSED };
	struct smpp_pdu pdu = { .command = how & 4u ? SMPP_DATA_SM : SMPP_SUBMIT_SM };
	enum rc rc = rcs[how & 3u];
	size_t i;

	if ((how & 8u) != 0 && ((struct smpp *)l)->ussd_said != NULL) {
		pdu.dest.ton = 1;
		world.screens++;
		if (smpp_say(l, &pdu, 1) != RC_OK)
			world.screens--;
	} else if (world.steps > 0) {
		i = (how >> 4) % world.steps;
		if (smpp_step_answer(l, world.step[i], rc))
			world.steps_done += rc == RC_OK;
		world.step[i] = world.step[--world.steps];
	}
}

static void
lose(struct smpp_wire *w)
{
	if (w->is == OPEN) {
		w->gone = true;
		w->o.ready(w->o.arg);
	} else if (w->is == OPENING) {
		w->o.lost(w->o.arg, "no way there");
	}
}

static void
step(struct link *l, struct input *in)
{
	uint8_t what = octet(in);
	struct smpp_wire *w = world.wire[(what >> 4) % world.wires];

	switch (what & 15u) {
	case 0:
	case 1:
	case 2:
	case 3:
		give_pdu(w, in);
		break;
	case 4:
		give_octets(w, in);
		break;
	case 5:
		order_row(l, octet(in));
		break;
	case 6:
	case 7:
		verdict(l, octet(in));
		break;
	case 8:
		world.now += 50 * (1 + octet(in));
		l->ops->tick(l, world.now);
		break;
	case 9:
		world.now += 1000 * octet(in);
		l->ops->tick(l, world.now);
		break;
	case 10:
		w->full = !w->full;
		if (w->is == OPEN && !w->full)
			w->o.ready(w->o.arg);
		break;
	case 11:
		lose(w);
		break;
	case 12:
		world.busy = ((what = octet(in)) & 6u) == 6;
		l->ops->hold(l, (what & 1u) != 0);
		break;
	case 14:
		dialogue(l, octet(in));
		break;
	case 15:
		if ((octet(in) & 15u) == 0)
			l->ops->stop(l);
		break;
	default:
		if (w->is == OPENING) {
			w->is = OPEN;
			w->o.opened(w->o.arg);
		}
		break;
	}
}

/* Stopped in order, or with no answer: every row it took has had its end. */
static void
end(struct link *l)
{
	l->ops->stop(l);
	for (unsigned i = 0; i < 4000 && l->state != LINK_ENDED; i++) {
		world.now += 1000;
		l->ops->tick(l, world.now);
	}
	insist(l->state == LINK_ENDED);
	insist(world.results == world.rows);
	insist(world.screens == 0);
	insist(
	    world.done_answers <= world.verdicts + world.steps_done + l->count.receipts);
	l->ops->free(l);
}

__attribute__((constructor)) static void
be_born(void)
{
	log_open("fuzz", LOG_LEVEL_ERROR);
	seal_init();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char empty[] = "", name[] = "op", number[] = "8500", where[] = "smsc",
		    id[] = "id", ways[][12] = { "transceiver", "both" },
		    longs[][8] = { "udh", "sar", "payload" }, zero[] = "gsm",
		    autos[] = "auto", use[] = "sms";
	struct input in = { data, data + n };
	uint8_t how = octet(&in);
	struct smpp_conf conf = { .name = name,
		.number = number,
		.host = where,
		.system_id = id,
		.system_type = empty,
		.address_range = empty,
		.smsc = empty,
		.bind = ways[how & 1u],
		.use = use,
		.sender = empty,
		.prefixes = empty,
		.how_long = longs[(how >> 1) % 3],
		.receipt_id = autos,
		.coding_zero = zero,
		.tls_ca = empty,
		.tls_name = empty,
		.tls_cert = empty,
		.tls_key = empty,
		.port = 2775,
		.window = 1 + (how >> 4),
		.parts_per_minute = 6000,
		.ucs2_coding = 8,
		.receipts = true,
		.reconnect_ms = 1000,
		.reconnect_most_ms = 300000,
		.bind_ms = 30000,
		.enquire_ms = 30000,
		.response_ms = 60000,
		.deliver_ms = 20000,
		.throttle_ms = 1000,
		.validity_step_ms = 300000,
		.validity_least_ms = 300000,
		.validity_most_ms = 259200000 };
	struct smpp_numbers numbers;
	struct link *l;

	memset(&world, 0, sizeof(world));
	world.now = 1000000;
	smpp_numbers_init(&numbers, NULL);
	insist(smpp_new(NULL, &conf, &numbers, &host, &l) == RC_OK);
	if ((how & 8u) != 0)
		smpp_on_ussd(l, ussd_heard, ussd_said, NULL);
	l->ops->tick(l, world.now);
	for (unsigned i = 0; i < STEPS_MAX && in.p < in.end; i++)
		step(l, &in);
	end(l);
	return 0;
}

size_t
fuzz_make(uint8_t *to, size_t size, fuzz_next *next)
{
	return smpp_make_life(to, size, next);
}
