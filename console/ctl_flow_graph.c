/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl flow graph: a flow in the language of Graphviz, drawn by `dot` as a child of its own.
 * It runs no shell and changes nothing. Called by ctl.c.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl_flow.h"
#include "str.h"

#define LINE_COLUMNS 30
#define FONT "DejaVu Sans"

struct drawing {
	FILE *to;
	const struct flows *f;
	unsigned flow;
	struct flow_view fl;
	struct view_args args;
};

/* How each kind of step looks, and what the legend says of it. */
struct look {
	const char *shape, *style, *fill, *legend;
};
static const struct look looks[] = {
	[VIEW_ASK] = { "box", "filled,rounded", "#dbeafe", "a question" },
	[VIEW_SAY] = { "box", "filled,rounded", "#f1f5f9", "said, then on" },
	[VIEW_BRANCH] = { "diamond", "filled", "#f8fafc", "a branch" },
	[VIEW_SET] = { "ellipse", "filled", "#fef9c3", "sets a class, a slot, a task" },
	[VIEW_REFER] = { "box", "filled", "#fdba74", "a referral" },
	[VIEW_DEED] = { "hexagon", "filled", "#e9d5ff", "a deed" },
	[VIEW_JUMP] = { "box", "filled", "#bbf7d0", "on in another flow" },
	[VIEW_END] = { "box", "filled,rounded", "#e2e8f0", "an end" },
};
#define CONSENT_FILL "#fecaca"
#define DANGER_COLOUR "#b91c1c"
#define CLASS_COLOUR "#c2410c"

/* Text inside an HTML-like label: escaped, broken at blanks. */
static void
put_text(FILE *to, const char *s, unsigned columns)
{
	unsigned at = 0;

	while (*s != '\0') {
		size_t word = strcspn(s, " \n");
		unsigned wide = 0;

		for (size_t i = 0; i < word; i++)
			wide += ((unsigned char)s[i] & 0xc0) != 0x80;
		if (at > 0 && at + 1 + wide > columns) {
			fputs("<BR/>", to);
			at = 0;
		} else if (at > 0) {
			fputc(' ', to);
			at++;
		}
		for (; word > 0; word--, s++) {
			if (*s == '<')
				fputs("&lt;", to);
			else if (*s == '>')
				fputs("&gt;", to);
			else if (*s == '&')
				fputs("&amp;", to);
			else
				fputc(*s, to);
		}
		at += wide;
		if (*s == '\n') {
			fputs("<BR/>", to);
			at = 0;
		}
		s += *s != '\0';
	}
}

static const char *
fill_of(const struct step_view *st)
{
	if (st->kind == VIEW_ASK && st->consent[0] != '\0')
		return CONSENT_FILL;
	return looks[st->kind].fill;
}

static bool
is_danger(const struct step_view *st)
{
	return strstr(st->does, "class danger") != NULL;
}

/* The question or last text, filled; its template where the key has a screen alone. */
static void
put_said(const struct drawing *d, const struct step_view *st)
{
	char text[FLOW_TEXT_MAX], ussd[64];
	const char *tmpl = text_get(
	    flows_texts(d->f), d->args.lang, d->args.reg, st->text);

	if (tmpl == NULL &&
	    snprintf(ussd, sizeof(ussd), "%s" TEXT_KEY_USSD, st->text) <
		(int)sizeof(ussd))
		tmpl = text_get(flows_texts(d->f), d->args.lang, d->args.reg, ussd);
	if (tmpl == NULL || !str_copy(text, sizeof(text), tmpl))
		return;
	fputs("<BR/>", d->to);
	put_text(d->to, text, LINE_COLUMNS);
}

static void
put_step(const struct drawing *d, unsigned i)
{
	struct step_view st = flow_view_step(d->f, d->flow, i);
	const struct look *l = &looks[st.kind];

	fprintf(d->to, "\ts%u [shape=%s, style=\"%s%s\", fillcolor=\"%s\"", i, l->shape,
	    l->style, st.plain ? ",dashed" : "", fill_of(&st));
	if (is_danger(&st))
		fprintf(d->to, ", color=\"%s\", penwidth=2.5", DANGER_COLOUR);
	else if (st.consent[0] != '\0')
		fputs(", penwidth=2", d->to);
	if (st.kind == VIEW_END)
		fputs(", peripheries=2", d->to);
	if (st.kind == VIEW_BRANCH)
		fputs(", margin=\"0.02,0.02\"", d->to);
	fprintf(d->to, ", label=<<B>%s</B>", st.name);
	if (st.asks[0] != '\0')
		fprintf(d->to, " <FONT POINT-SIZE=\"9\" COLOR=\"#475569\">%s%s%s</FONT>",
		    st.asks, st.slot[0] != '\0' ? " &#8594; " : "", st.slot);
	if (st.consent[0] != '\0')
		fprintf(d->to,
		    "<BR/><FONT POINT-SIZE=\"9\" COLOR=\"#991b1b\">consent: %s%s</FONT>",
		    st.consent, st.plain ? ", in plain words" : "");
	if (st.text[0] != '\0')
		put_said(d, &st);
	if (st.does[0] != '\0') {
		fputs("<BR/>", d->to);
		put_text(d->to, st.does, LINE_COLUMNS);
	}
	fputs(">];\n", d->to);
}

/* Ways from one step to another are one line with a label a way. */
static bool
is_same_line(const struct way_view *a, const struct way_view *b)
{
	return a->to == b->to && a->otherwise == b->otherwise;
}

static void
put_labels(const struct drawing *d, const struct way_view *way, unsigned from, unsigned n)
{
	bool any = false;

	fputs(", label=<", d->to);
	for (unsigned k = from; k < n; k++) {
		const struct way_view *w = &way[k];

		if (!is_same_line(w, &way[from]))
			continue;
		if (any)
			fputs("<BR/>", d->to);
		any = true;
		put_text(d->to, w->otherwise ? "else" : w->label, 22);
		if (w->class != CASE_NONE)
			fprintf(d->to, " <FONT COLOR=\"%s\">%s</FONT>", CLASS_COLOUR,
			    case_class_name(w->class));
	}
	fputc('>', d->to);
}

static void
put_way(const struct drawing *d, unsigned from, const struct way_view *way, unsigned i,
    unsigned n)
{
	enum case_class most = CASE_NONE;
	bool named = way[i].otherwise;

	for (unsigned k = 0; k < i; k++) {
		if (is_same_line(&way[k], &way[i]))
			return;
	}
	if (way[i].to == VIEW_NONE)
		return; /* the step itself says which flow */
	for (unsigned k = i; k < n; k++) {
		if (!is_same_line(&way[k], &way[i]))
			continue;
		named = named || way[k].label[0] != '\0';
		most = way[k].class > most ? way[k].class : most;
	}
	fprintf(d->to, "\ts%u -> s%u [", from, way[i].to);
	if (way[i].otherwise)
		fputs("style=dashed, color=\"#94a3b8\"", d->to);
	else if (most == CASE_DANGER)
		fprintf(d->to, "color=\"%s\", penwidth=2", DANGER_COLOUR);
	else
		fprintf(
		    d->to, "color=\"%s\"", most != CASE_NONE ? CLASS_COLOUR : "#334155");
	if (named)
		put_labels(d, way, i, n);
	fputs("];\n", d->to);
}

static void
put_legend(const struct drawing *d)
{
	static const struct {
		const char *fill, *what;
	} more[] = { { CONSENT_FILL, "a question of consent" } };

	fputs("\tlegend [shape=plain, label=<<TABLE BORDER=\"1\" COLOR=\"#94a3b8\" "
	      "CELLBORDER=\"0\" CELLSPACING=\"3\">",
	    d->to);
	for (size_t i = 0; i < ARRAY_LEN(looks) + ARRAY_LEN(more); i++) {
		bool extra = i >= ARRAY_LEN(looks);

		fprintf(d->to,
		    "<TR><TD BGCOLOR=\"%s\" BORDER=\"1\" COLOR=\"#64748b\">%s</TD>"
		    "<TD ALIGN=\"LEFT\">%s</TD></TR>",
		    extra ? more[i - ARRAY_LEN(looks)].fill : looks[i].fill,
		    "&#160;&#160;&#160;&#160;",
		    extra ? more[i - ARRAY_LEN(looks)].what : looks[i].legend);
	}
	fprintf(d->to,
	    "<TR><TD><FONT COLOR=\"%s\"><B>&#9472;&#9472;</B></FONT></TD>"
	    "<TD ALIGN=\"LEFT\">danger</TD></TR>"
	    "<TR><TD><FONT COLOR=\"%s\"><B>&#9472;&#9472;</B></FONT></TD>"
	    "<TD ALIGN=\"LEFT\">the case becomes held or urgent</TD></TR>"
	    "<TR><TD><FONT COLOR=\"#94a3b8\"><B>- -</B></FONT></TD>"
	    "<TD ALIGN=\"LEFT\">when no rule holds</TD></TR></TABLE>>];\n",
	    DANGER_COLOUR, CLASS_COLOUR);
}

static void
put_dot(const struct drawing *d)
{
	struct way_view way[VIEW_WAYS_MAX];

	fprintf(d->to,
	    "digraph flow {\n\tgraph [rankdir=TB, nodesep=0.35, ranksep=0.45, "
	    "fontname=\"" FONT "\", fontsize=18, labelloc=t,\n"
	    "\t\tlabel=\"%s, version %u (%s)\"];\n"
	    "\tnode [fontname=\"" FONT "\", fontsize=11, color=\"#475569\"];\n"
	    "\tedge [fontname=\"" FONT "\", fontsize=10, arrowsize=0.7];\n",
	    d->fl.name, d->fl.version, lang_code(d->args.lang));
	for (unsigned i = 0; i < d->fl.steps; i++)
		put_step(d, i);
	fprintf(d->to,
	    "\tbegin [shape=circle, width=0.25, label=\"\", style=filled, "
	    "fillcolor=\"#334155\"];\n\tbegin -> s%u;\n",
	    d->fl.start);
	if (d->fl.danger != VIEW_NONE)
		fprintf(d->to,
		    "\tdanger [shape=plaintext, fontcolor=\"%s\", label=\"a danger "
		    "word,\\nfrom anywhere\"];\n\tdanger -> s%u [color=\"%s\", "
		    "penwidth=2];\n",
		    DANGER_COLOUR, d->fl.danger, DANGER_COLOUR);
	if (d->fl.again != VIEW_NONE)
		fprintf(d->to,
		    "\tagain [shape=plaintext, label=\"go on, after\\na dialogue was cut\"];\n"
		    "\tagain -> s%u;\n",
		    d->fl.again);
	for (unsigned i = 0; i < d->fl.steps; i++) {
		unsigned n = flow_view_ways(d->f, d->flow, i, way);

		for (unsigned k = 0; k < n; k++)
			put_way(d, i, way, k, n);
	}
	put_legend(d);
	fputs("}\n", d->to);
}

/* `dot -Tsvg` reads the drawing from a file without a name and writes to our stdout. */
static int
draw(const char *dot, size_t n)
{
	char name[] = "dot", kind[] = "-Tsvg";
	char *argv[] = { name, kind, NULL };
	int fd = memfd_create("flow.dot", MFD_CLOEXEC), status = 0, rc;
	posix_spawn_file_actions_t act;
	pid_t pid;

	if (fd < 0 || write(fd, dot, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0) {
		if (fd >= 0)
			close(fd);
		return ctl_wrong("no room for the drawing: %s", strerror(errno));
	}
	fflush(stdout);
	posix_spawn_file_actions_init(&act);
	posix_spawn_file_actions_adddup2(&act, fd, STDIN_FILENO);
	rc = posix_spawnp(&pid, name, &act, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&act);
	close(fd);
	if (rc == ENOENT)
		return ctl_wrong(
		    "no program `dot` here: install the Debian package graphviz, or "
		    "take --dot");
	if (rc != 0)
		return ctl_wrong("`dot` does not start: %s", strerror(rc));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return ctl_wrong("`dot` could not draw it");
	return CTL_DONE;
}

static int
graph(struct ctl *c, struct flows *f, enum lang l)
{
	struct drawing *d = xcalloc(1, sizeof(*d));
	char *dot = NULL;
	size_t n = 0;
	int status = CTL_DONE;

	d->f = f;
	d->flow = flow_view_find(f, c->words[0]);
	if (d->flow == flow_views(f)) {
		free(d);
		return ctl_wrong("no flow is named %.40s", c->words[0]);
	}
	d->fl = flow_view_at(f, d->flow);
	d->args.lang = l;
	d->args.reg = TEXT_COVER;
	d->to = open_memstream(&dot, &n);
	if (d->to != NULL) {
		put_dot(d);
		fclose(d->to);
	}
	if (dot == NULL)
		status = ctl_wrong("no memory for the drawing");
	else if (ctl_flag(c, "--dot"))
		fwrite(dot, 1, n, stdout);
	else
		status = draw(dot, n);
	free(dot);
	free(d);
	return status;
}

int
ctl_flow_graph(struct ctl *c)
{
	struct flows *f;
	enum lang l;
	int status;

	if (!ctl_flow_lang(c, LANG_RU, &l, &status))
		return status;
	f = ctl_flow_load(ctl_flow_dir(c, ctl_option(c, "--conf")));
	if (f == NULL)
		return CTL_NOT_DONE;
	if (flow_view_has_lang(f, l))
		status = graph(c, f, l);
	else
		status = ctl_wrong("%s: no texts in this language", lang_code(l));
	flows_free(f);
	return status;
}
