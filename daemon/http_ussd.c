/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An aggregator's requests as steps of dialogues, and screens as their answers.
 * It never logs what a request holds and sends nothing that was not asked for. Called in the loop.
 */
#include "http_ussd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "http.h"
#include "http_form.h"
#include "http_pem.h"
#include "log.h"
#include "str.h"
#include "ussd_conf.h"

#define SECRET_MAX 256
#define TEXT_MAX 2049 /* all inputs of a dialogue, joined */
#define FIELD_MAX 65  /* a code or a number, as they come */
#define WAITING_MAX 4 /* requests for one screen: the same, asked again */
#define SCREEN_TEXT_MAX (BUS_SCREEN_MAX + 4)
#define FORM "application/x-www-form-urlencoded"

struct http_ussd {
	struct link link;
	const struct http_ussd_conf *conf;
	struct dialogues *dialogues;
	struct dialogue_way way;
	struct http *http;
	struct http_route routes[2];
	bool accumulated;
	char secret[SECRET_MAX]; /* "": who may come is told by certificates */
};

/* Beside a dialogue. */
struct own {
	char *text; /* of the request that was last, whole */
	bool first;
	size_t n;
	struct http_request *waiting[WAITING_MAX];
};

struct step {
	char session[DIALOGUE_ID_MAX], number[FIELD_MAX], text[TEXT_MAX];
	struct phone peer;
};

/* Screens ------------------------------------------------------------------------------------ */

static void
say_screen(struct http_request *r, const char *screen, bool last)
{
	char text[SCREEN_TEXT_MAX];
	size_t n = 0;

	if (!str_add(text, sizeof(text), &n, "%s %s", last ? "END" : "CON", screen))
		text[0] = '\0';
	http_say(r, 200, text);
	explicit_bzero(text, sizeof(text));
}

/* Nobody waits for them any more, or nothing will come. */
static void
hang_up(struct own *own)
{
	while (own->n > 0)
		http_say(own->waiting[--own->n], 503, "");
}

static enum rc
on_show(struct dialogue *d, const char *screen, bool last)
{
	struct own *own = *dialogue_own(d);

	while (own->n > 0)
		say_screen(own->waiting[--own->n], screen, last);
	return RC_OK;
}

static void
on_forget(struct dialogue *d)
{
	struct own *own = *dialogue_own(d);

	hang_up(own);
	explicit_bzero(own->text, strlen(own->text));
	free(own->text);
	free(own);
}

static const struct dialogue_ops dialogue_ops = { on_show, NULL, on_forget };

/* Requests ----------------------------------------------------------------------------------- */

/* Of a POST from its body, else from the address; RC_AGAIN: in neither. */
static enum rc
field(const struct http_request *r, const char *name, char *out, size_t size)
{
	size_t n;
	const char *body = http_body(r, &n);
	enum rc rc = http_form_get(body, n, name, out, size);

	if (rc == RC_AGAIN)
		rc = http_form_get(http_query(r), strlen(http_query(r)), name, out, size);
	return rc;
}

static bool
is_let_in(const struct http_ussd *h, const struct http_request *r)
{
	char given[SECRET_MAX];
	const char *header;
	bool fits;

	if (h->secret[0] == '\0')
		return true;
	if (h->conf->secret_field[0] == '\0') {
		header = http_header(r, h->conf->secret_header);
		return header != NULL && http_same_secret(header, h->secret);
	}
	fits = field(r, h->conf->secret_field, given, sizeof(given)) == RC_OK &&
	    http_same_secret(given, h->secret);
	explicit_bzero(given, sizeof(given));
	return fits;
}

static bool
is_form(const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");
	size_t n;

	(void)http_body(r, &n);
	return n == 0 || type == NULL || strncasecmp(type, FORM, strlen(FORM)) == 0;
}

/* What is no number leaves the dialogue anonymous: it can still help. */
static bool
read_step(const struct http_ussd *h, const struct http_request *r, struct step *s)
{
	const struct http_ussd_conf *c = h->conf;

	if (field(r, c->session_field, s->session, sizeof(s->session)) != RC_OK ||
	    s->session[0] == '\0' ||
	    field(r, c->phone_field, s->number, sizeof(s->number)) != RC_OK ||
	    field(r, c->text_field, s->text, sizeof(s->text)) == RC_REFUSED)
		return false;
	if (phone_parse(s->number, &s->peer) != RC_OK)
		s->peer = (struct phone){ "" };
	return true;
}

/* NULL: no room, or we stop. */
static struct dialogue *
open_dialogue(struct http_ussd *h, const struct step *s)
{
	struct dialogue *d = dialogue_open(h->dialogues, &h->way, &s->peer, s->session);
	struct own *own;

	if (d == NULL)
		return NULL;
	own = xcalloc(1, sizeof(*own));
	own->text = xstrdup("");
	*dialogue_own(d) = own;
	dialogue_drop_others(d, "another began");
	return d;
}

static void
keep_text(struct own *own, const char *text)
{
	explicit_bzero(own->text, strlen(own->text));
	free(own->text);
	own->text = xstrdup(text);
}

/* The screen that stands, or that will; more who ask for it than there is room for get none. */
static void
repeat(struct dialogue *d, struct http_request *r)
{
	struct own *own = *dialogue_own(d);

	if (own->n == WAITING_MAX) {
		http_say(r, 503, "");
		return;
	}
	own->waiting[own->n++] = r;
	if (!dialogue_is_asked(d) && !dialogue_repeat(d))
		hang_up(own);
}

static void
key(struct dialogue *d, const struct step *s, const char *keyed, struct http_request *r)
{
	struct own *own = *dialogue_own(d);

	own->first = dialogue_step(d) == 0;
	hang_up(own); /* of a step that nobody waits for: a screen is asked for once */
	keep_text(own, s->text);
	own->waiting[own->n++] = r;
	dialogue_key(d, keyed);
}

static void
take_step(struct http_ussd *h, const struct step *s, struct http_request *r)
{
	struct dialogue *d = dialogue_find(h->dialogues, &h->way, &s->peer, s->session);
	struct own *own = d == NULL ? NULL : *dialogue_own(d);
	struct http_ussd_before before = { 0 };
	const char *keyed;

	if (d != NULL)
		before = (struct http_ussd_before){ .text = own->text,
			.first = own->first,
			.asked = dialogue_is_asked(d),
			.ended = dialogue_is_last(d) };
	switch (http_ussd_move(h->accumulated, &before, s->text, &keyed)) {
	case HTTP_USSD_OPENS:
		if (d != NULL)
			dialogue_drop(d, "dialled anew");
		d = open_dialogue(h, s);
		if (d == NULL)
			say_screen(r, h->conf->stock, true);
		else
			key(d, s, keyed, r);
		return;
	case HTTP_USSD_REPEATS:
		repeat(d, r);
		return;
	case HTTP_USSD_KEYS:
		key(d, s, keyed, r);
		return;
	}
}

static void
on_step(void *arg, struct http_request *r)
{
	struct http_ussd *h = arg;
	struct step s = { 0 };

	if (!is_let_in(h, r)) {
		log_warn("ussd.http_secret", "link=%s", h->link.name);
		http_say(r, 403, "");
	} else if (!is_form(r)) {
		log_warn("ussd.http_type", "link=%s", h->link.name);
		http_say(r, 415, "");
	} else if (!read_step(h, r, &s)) {
		log_warn("ussd.http_fields", "link=%s", h->link.name);
		http_say(r, 400, "");
	} else {
		h->link.count.texts++;
		h->link.last_in = clock_boot_ms();
		take_step(h, &s, r);
	}
	explicit_bzero(&s, sizeof(s));
}

/* The link ----------------------------------------------------------------------------------- */

static enum rc
op_send(struct link *l, const struct bus_send *s, struct link_limits limits)
{
	(void)l;
	(void)s;
	(void)limits;
	return RC_AGAIN;
}

static void
op_hold(struct link *l, bool on)
{
	(void)l;
	(void)on;
}

static enum rc
op_ussd(struct link *l, const char *text)
{
	(void)l;
	(void)text;
	return RC_REFUSED;
}

static void
op_ussd_end(struct link *l)
{
	(void)l;
}

static void
op_tick(struct link *l, int64_t now)
{
	(void)l;
	(void)now;
}

/* Called until it has ended. */
static void
op_stop(struct link *l)
{
	struct http_ussd *h = (struct http_ussd *)l;

	http_stop(h->http);
	if (http_waiting(h->http) == 0)
		l->state = LINK_ENDED;
}

static void
op_free(struct link *l)
{
	struct http_ussd *h = (struct http_ussd *)l;

	http_close(h->http);
	explicit_bzero(h->secret, sizeof(h->secret));
	free(h);
}

static const struct link_ops link_ops = { .send = op_send,
	.hold = op_hold,
	.ussd = op_ussd,
	.ussd_end = op_ussd_end,
	.tick = op_tick,
	.stop = op_stop,
	.free = op_free };

static enum rc
refuse(const struct http_ussd_conf *c, const char *why)
{
	log_error("ussd.http_conf", "link=%s %s", c->name, why);
	return RC_REFUSED;
}

/* The first line of the file. */
static enum rc
read_secret(struct http_ussd *h)
{
	FILE *f;
	bool fine;

	if (h->conf->secret_file[0] == '\0')
		return RC_OK;
	f = fopen(h->conf->secret_file, "re");
	if (f == NULL)
		return refuse(h->conf, "secret_file cannot be read");
	fine = fgets(h->secret, sizeof(h->secret), f) != NULL;
	(void)!fclose(f);
	h->secret[strcspn(h->secret, "\r\n")] = '\0';
	if (!fine || strlen(h->secret) < 16)
		return refuse(h->conf, "secret_file: one line of 16 to 255 letters");
	return RC_OK;
}

/* Who may come must be told by something, and words of people go over no wire in clear. */
static enum rc
check(const struct http_ussd_conf *c, const struct http_options *o)
{
	struct gsm_size stock = gsm_size_of(c->stock);

	if (c->secret_file[0] == '\0' && c->client_ca_file[0] == '\0')
		return refuse(c, "secret_file or client_ca_file must be given");
	if (c->client_ca_file[0] != '\0' && c->cert_file[0] == '\0')
		return refuse(c, "client_ca_file wants cert_file and key_file");
	if (!net_is_loopback(&o->listen) && c->cert_file[0] == '\0' && !c->cleartext)
		return refuse(c, "beyond loopback cert_file is wanted, or cleartext");
	if (c->path[0] != '/' || strpbrk(c->path, "*?#") != NULL)
		return refuse(c, "path: begins with /, without * ? #");
	if (c->session_field[0] == '\0' || c->phone_field[0] == '\0' ||
	    c->text_field[0] == '\0' || c->secret_header[0] == '\0')
		return refuse(c, "a name of a field is empty");
	if (c->stock[0] == '\0' || stock.units > USSD_STOCK_UNITS)
		return refuse(c, "ussd_stock: 1 to 80 letters");
	return RC_OK;
}

static enum rc
fill_link(struct http_ussd *h, const struct link_host *host)
{
	struct link *l = &h->link;
	struct phone number = { "" };

	l->ops = &link_ops;
	l->host = host;
	l->signal = -1;
	l->registered = true;
	l->screens_only = true;
	if (h->conf->name[0] == '\0' || strpbrk(h->conf->name, " /") != NULL ||
	    !str_copy(l->name, sizeof(l->name), h->conf->name) ||
	    !str_copy(l->group, sizeof(l->group), h->conf->name))
		return refuse(
		    h->conf, "a name of 1 to 31 letters without blank or slash");
	if (h->conf->number[0] != '\0' && phone_parse(h->conf->number, &number) != RC_OK)
		return refuse(h->conf, "number: a short code or +...");
	memcpy(l->number, number.s, sizeof(l->number));
	h->way = (struct dialogue_way){ .ops = &dialogue_ops,
		.arg = h,
		.stock = h->conf->stock,
		.answer_ms = h->conf->answer_ms,
		.peer_ms = DIALOGUE_PEER_MS,
		.last_ms = DIALOGUE_LAST_MS };
	memcpy(h->way.link, l->name, sizeof(h->way.link));
	memcpy(h->way.group, l->group, sizeof(h->way.group));
	return RC_OK;
}

static enum rc
open_server(struct http_ussd *h, struct loop *loop)
{
	const struct http_ussd_conf *c = h->conf;
	struct http_options o = { .name = c->name,
		.routes = h->routes,
		.routes_n = ARRAY_LEN(h->routes),
		.arg = h,
		.cert_file = c->cert_file,
		.key_file = c->key_file,
		.client_ca_file = c->client_ca_file,
		.body_max = (size_t)c->body_max,
		.connections_max = (unsigned)c->connections_max,
		.request_ms = (unsigned)c->request_ms };

	h->accumulated = strcmp(c->input, "accumulated") == 0;
	h->routes[0] = (struct http_route){ "POST", c->path, on_step };
	h->routes[1] = (struct http_route){ "GET", c->path, on_step };
	if (net_parse(c->listen, &o.listen) != RC_OK)
		return refuse(c, "listen: 127.0.0.1:8085 or [::1]:8085");
	if (net_list_parse(c->allow, &o.allow) != RC_OK)
		return refuse(c, "allow: addresses and networks, 10.0.0.0/8 ::1");
	if (check(c, &o) != RC_OK)
		return RC_REFUSED;
	return http_open(loop, &o, &h->http);
}

enum rc
http_ussd_new(struct loop *loop, const struct http_ussd_conf *conf, struct dialogues *v,
    const struct link_host *host, struct link **out)
{
	struct http_ussd *h = xcalloc(1, sizeof(*h));

	h->conf = conf;
	h->dialogues = v;
	if (fill_link(h, host) != RC_OK || read_secret(h) != RC_OK ||
	    open_server(h, loop) != RC_OK) {
		explicit_bzero(h->secret, sizeof(h->secret));
		free(h);
		return RC_REFUSED;
	}
	h->link.state = LINK_UP;
	*out = &h->link;
	return RC_OK;
}
