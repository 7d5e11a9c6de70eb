/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets of the bus: ROUTER or DEALER, CURVE, greeting, ping, who is up. Packing is bus_pack.c.
 * It keeps nothing durable: what is queued here may be lost, and the roads know it.
 * Called by daemon, worker and dispatch.
 */
#include "bus.h"

#include <czmq.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "str.h"

#define FRAME_MAX (2 << 20)
#define HWM (2 * BUS_CREDIT_MAX)
#define TICK_MS 500

struct bus {
	struct loop *loop;
	zsock_t *sock;
	zactor_t *auth;
	bool router;
	enum bus_role self, other;
	uint64_t instance;
	char name[BUS_NAME_MAX];
	bus_handler *const *on;
	bus_change *change;
	void (*drained)(void *arg);
	void *arg;
	int timer;
	uint32_t sessions; /* the last number given to a session */
	int64_t pinged_ms;
	struct bus_counts counts;
	struct bus_room *room;
	struct bus_msg *msg; /* the frame being handled */
	struct bus_peer peer[BUS_PEERS_MAX];
};

static bool
is_tcp(const char *endpoint)
{
	return strncmp(endpoint, "tcp://", 6) == 0;
}

/* CURVE (RFC 26 of ZeroMQ): certificates are files of CZMQ's zcert. */
static enum rc
secure(struct bus *b, const struct bus_options *o)
{
	zcert_t *mine, *theirs;

	if (o->cert_file == NULL) {
		if (!is_tcp(o->endpoint))
			return RC_OK;
		log_error("bus.cert_missing",
		    "endpoint=%s a tcp endpoint needs cert_file and peers", o->endpoint);
		return RC_REFUSED;
	}
	mine = zcert_load(o->cert_file);
	if (mine == NULL || o->peers == NULL) {
		zcert_destroy(&mine);
		log_error("bus.cert_own", "file=%s not a certificate, or no peers named",
		    o->cert_file);
		return RC_REFUSED;
	}
	zcert_apply(mine, b->sock);
	zcert_destroy(&mine);
	if (b->router) {
		b->auth = zactor_new(zauth, NULL);
		if (b->auth == NULL ||
		    zstr_sendx(b->auth, "CURVE", o->peers, NULL) != 0 ||
		    zsock_wait(b->auth) != 0)
			return RC_REFUSED;
		zsock_set_curve_server(b->sock, 1);
		return RC_OK;
	}
	theirs = zcert_load(o->peers);
	if (theirs == NULL) {
		log_error("bus.cert_theirs", "file=%s not a certificate", o->peers);
		return RC_REFUSED;
	}
	zsock_set_curve_serverkey_bin(b->sock, zcert_public_key(theirs));
	zcert_destroy(&theirs);
	return RC_OK;
}

static enum rc
send_bytes(struct bus *b, const struct bus_peer *to, const struct bus_msg *m)
{
	struct bus_msg timed = *m;
	int64_t now = clock_boot_ms();
	void *s = zsock_resolve(b->sock);
	size_t n;
	uint8_t *p;
	enum rc rc = RC_BROKEN;

	timed.times.sent = (uint64_t)now;
	timed.times.heard = to->heard;
	timed.times.heard_ago = to->heard == 0 ? 0 : (uint64_t)(now - to->heard_ms);
	p = bus_pack(&timed, &n);

	if (b->router && zmq_send(s, to->id, to->id_n, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
		goto out;
	if (zmq_send(s, p, n, ZMQ_DONTWAIT) < 0)
		goto out;
	b->counts.out++;
	rc = RC_OK;
out:
	if (rc != RC_OK)
		b->counts.lost++;
	explicit_bzero(p, n); /* words and numbers */
	free(p);
	return rc;
}

enum rc
bus_send(struct bus *b, struct bus_peer *to, const struct bus_msg *m)
{
	if (!to->up || !bus_may(b->self, b->other, m->type))
		return RC_BROKEN;
	return send_bytes(b, to, m);
}

static void
say_hello(struct bus *b, const struct bus_peer *to)
{
	struct bus_msg m = { .type = BUS_HELLO };

	m.u.hello.version = BUS_VERSION;
	m.u.hello.instance = b->instance;
	m.u.hello.session = to->my_session;
	memcpy(m.u.hello.name, b->name, sizeof(m.u.hello.name));
	(void)!send_bytes(b, to, &m);
}

static void
go_down(struct bus *b, struct bus_peer *p, const char *why)
{
	if (!p->up)
		return;
	p->up = false;
	log_warn("bus.down", "peer=%s why=%s", p->name, why);
	b->change(b->arg, p, false);
}

/* A slot for a new peer of a ROUTER: a free one, else the one silent for longest. */
static struct bus_peer *
peer_slot(struct bus *b)
{
	struct bus_peer *oldest = NULL;

	for (size_t i = 0; i < BUS_PEERS_MAX; i++) {
		struct bus_peer *p = &b->peer[i];

		if (!p->up && (oldest == NULL || p->heard_ms < oldest->heard_ms))
			oldest = p;
	}
	return oldest;
}

/* The entry that has this socket id, or, for a greeting, this instance. */
static struct bus_peer *
peer_find(struct bus *b, const uint8_t *id, uint32_t n)
{
	if (!b->router)
		return &b->peer[0];
	for (size_t i = 0; i < BUS_PEERS_MAX; i++) {
		struct bus_peer *p = &b->peer[i];

		if (p->id_n == n && n > 0 && memcmp(p->id, id, n) == 0)
			return p;
	}
	return NULL;
}

/*
 * Fresh: another process, or one that took us for gone although we did not know: whatever was given to
 * each other (credit, room) is void, and both begin anew.
 */
static void
on_hello(struct bus *b, struct bus_peer *p, const struct bus_hello *h)
{
	bool fresh = !p->up || p->instance != h->instance ||
	    p->their_session != h->session;

	p->heard_ms = clock_boot_ms();
	p->heard = b->msg->times.sent;
	if (h->version != BUS_VERSION) {
		log_error("bus.version", "peer=%s theirs=%u ours=%d", h->name, h->version,
		    BUS_VERSION);
		b->counts.bad++;
		return;
	}
	if (h->session == 0) { /* it does not know us: nothing is up before it does */
		go_down(b, p, "forgotten");
		say_hello(b, p);
		return;
	}
	if (fresh)
		go_down(b, p, p->instance != h->instance ? "restarted" : "begins anew");
	p->instance = h->instance;
	p->their_session = h->session;
	memcpy(p->name, h->name, sizeof(p->name));
	if (b->router || fresh)
		say_hello(b, p);
	if (!fresh)
		return;
	p->up = true;
	log_info("bus.up", "peer=%s", p->name);
	b->change(b->arg, p, true);
}

/* A greeting from a socket not seen before; a process that came back on a new socket drops its old one. */
static struct bus_peer *
greet(struct bus *b, const uint8_t *id, uint32_t n, const struct bus_hello *h)
{
	struct bus_peer *p;

	for (size_t i = 0; i < BUS_PEERS_MAX; i++) {
		if (b->peer[i].up && b->peer[i].instance == h->instance)
			go_down(b, &b->peer[i], "reconnected");
	}
	p = peer_slot(b);
	if (p == NULL || n > sizeof(p->id)) {
		log_error("bus.full", "more than %d peers", BUS_PEERS_MAX);
		return NULL;
	}
	memset(p, 0, sizeof(*p));
	memcpy(p->id, id, n);
	p->id_n = n;
	p->my_session = ++b->sessions;
	return p;
}

/* Logged at the 1st, 2nd, 4th, 8th ... time: a broken peer does not flood the log. */
static void
count_bad(uint64_t *n, const char *why)
{
	*n += 1;
	if ((*n & (*n - 1)) == 0)
		log_warn("bus.dropped", "why=%s count=%llu", why, (unsigned long long)*n);
}

static void
dispatch_frame(struct bus *b, struct bus_peer *p, struct bus_msg *m)
{
	p->heard_ms = clock_boot_ms();
	p->heard = m->times.sent;
	if (!bus_count_way(m, p->heard_ms)) {
		count_bad(&b->counts.bad, "untimed");
		return;
	}
	if (m->type == BUS_PING) {
		struct bus_msg pong = { .type = BUS_PONG };

		pong.u.nonce = m->u.nonce;
		(void)!send_bytes(b, p, &pong);
		return;
	}
	if (m->type == BUS_PONG)
		return;
	if (b->on[m->type] == NULL) {
		b->counts.wrong_way++;
		return;
	}
	b->on[m->type](b->arg, p, m);
}

/* Someone from before our start, or whom we gave up: greet, so that it greets again. */
static void
greet_again(struct bus *b, const struct bus_peer *known, const uint8_t *id, uint32_t id_n)
{
	struct bus_peer stranger = { .id_n = id_n };

	b->counts.lost++;
	if (!b->router || id_n > sizeof(stranger.id))
		return;
	memcpy(stranger.id, id, id_n);
	say_hello(b, known != NULL ? known : &stranger);
}

static void
on_frame(struct bus *b, const uint8_t *id, uint32_t id_n, const void *p, size_t n)
{
	struct bus_peer *peer = peer_find(b, id, id_n);

	b->counts.in++;
	if (bus_unpack(p, n, b->room, b->msg) != RC_OK) {
		count_bad(&b->counts.bad, "malformed");
		return;
	}
	if (!bus_may(b->other, b->self, b->msg->type)) {
		count_bad(&b->counts.wrong_way, "wrong way");
		return;
	}
	if (b->msg->type == BUS_HELLO) {
		if (peer == NULL)
			peer = greet(b, id, id_n, &b->msg->u.hello);
		if (peer != NULL)
			on_hello(b, peer, &b->msg->u.hello);
		return;
	}
	if (peer == NULL || !peer->up) {
		greet_again(b, peer, id, id_n);
		return;
	}
	dispatch_frame(b, peer, b->msg);
}

/* Receives one whole message; false when none waits. Extra frames are counted as bad. */
static bool
receive(struct bus *b)
{
	void *s = zsock_resolve(b->sock);
	uint8_t id[64];
	int id_n = 0;
	zmq_msg_t m;

	if (b->router) {
		id_n = zmq_recv(s, id, sizeof(id), ZMQ_DONTWAIT);
		if (id_n < 0)
			return false;
	}
	zmq_msg_init(&m);
	if (zmq_msg_recv(&m, s, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(&m);
		return false;
	}
	if (zmq_msg_more(&m) || id_n > (int)sizeof(id)) {
		count_bad(&b->counts.bad, "frames");
		while (zmq_msg_more(&m) && zmq_msg_recv(&m, s, ZMQ_DONTWAIT) >= 0)
			continue;
	} else {
		on_frame(b, id, (uint32_t)id_n, zmq_msg_data(&m), zmq_msg_size(&m));
		explicit_bzero(zmq_msg_data(&m), zmq_msg_size(&m));
	}
	zmq_msg_close(&m);
	return true;
}

size_t
bus_drain(struct bus *b, size_t max)
{
	size_t n = 0;

	while (n < max && receive(b))
		n++;
	return n;
}

static void
on_sock(void *arg, void *sock)
{
	struct bus *b = arg;

	(void)sock;
	bus_drain(b, 256);
	if (b->drained != NULL)
		b->drained(b->arg);
}

static void
on_tick(void *arg)
{
	struct bus *b = arg;
	int64_t now = clock_boot_ms();
	bool ping = now - b->pinged_ms >= BUS_PING_MS;

	if (ping)
		b->pinged_ms = now;
	for (size_t i = 0; i < (b->router ? BUS_PEERS_MAX : 1); i++) {
		struct bus_peer *p = &b->peer[i];
		struct bus_msg m = { .type = BUS_PING };

		if (p->up && now - p->heard_ms > BUS_GONE_MS) {
			p->my_session = ++b->sessions;
			go_down(b, p, "silent");
		}
		m.u.nonce = (uint64_t)now;
		if (p->up && ping)
			(void)!send_bytes(b, p, &m);
		if (!p->up && !b->router)
			say_hello(b, p);
	}
}

enum rc
bus_open(struct loop *loop, const struct bus_options *o, struct bus **out)
{
	struct bus *b = xcalloc(1, sizeof(*b));

	b->loop = loop;
	b->self = o->self;
	b->other = o->other;
	b->router = o->self == BUS_DAEMON;
	b->instance = o->instance;
	b->on = o->on;
	b->change = o->change;
	b->drained = o->drained;
	b->arg = o->arg;
	b->room = bus_room_new();
	b->msg = xcalloc(1, sizeof(*b->msg));
	b->sock = zsock_new(b->router ? ZMQ_ROUTER : ZMQ_DEALER);
	if (b->sock == NULL || !str_copy(b->name, sizeof(b->name), o->name) ||
	    secure(b, o) != RC_OK)
		goto fail;
	zsock_set_linger(b->sock, 500);
	zsock_set_maxmsgsize(b->sock, FRAME_MAX);
	zsock_set_sndhwm(b->sock, HWM);
	zsock_set_rcvhwm(b->sock, HWM);
	b->peer[0].my_session = ++b->sessions; /* the only one of a DEALER */
	if (b->router)
		zsock_set_router_mandatory(b->sock, 1);
	else
		zsock_set_immediate(b->sock, 1);
	if ((b->router ? zsock_bind(b->sock, "%s", o->endpoint)
		       : zsock_connect(b->sock, "%s", o->endpoint)) < 0) {
		log_error("bus.endpoint", "endpoint=%s cannot %s", o->endpoint,
		    b->router ? "bind" : "connect");
		goto fail;
	}
	loop_read_sock(loop, b->sock, on_sock, b);
	b->timer = loop_every(loop, TICK_MS, on_tick, b);
	*out = b;
	return RC_OK;
fail:
	bus_close(b);
	return RC_REFUSED;
}

void
bus_close(struct bus *b)
{
	if (b == NULL)
		return;
	loop_stop_timer(b->loop, b->timer);
	if (b->sock != NULL)
		loop_forget_sock(b->loop, b->sock);
	zsock_destroy(&b->sock);
	zactor_destroy(&b->auth);
	bus_room_free(b->room);
	free(b->msg);
	free(b);
}

struct bus_peer *
bus_only(struct bus *b)
{
	return &b->peer[0];
}

struct bus_peer *
bus_next(struct bus *b, size_t *i)
{
	while (*i < BUS_PEERS_MAX) {
		struct bus_peer *p = &b->peer[(*i)++];

		if (p->up)
			return p;
	}
	return NULL;
}

struct bus_counts
bus_counts(const struct bus *b)
{
	return b->counts;
}
