/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A translator's sheet as one HTML file: no network, no other file, texts counted while one types.
 * It changes no text; the page gives its reader a CSV. Called by ctl_flow_sheet.c.
 */
#include <string.h>

#include "ctl_sheet.h"

static const char style[] =
    "body{font:15px/1.4 'Noto Sans','DejaVu Sans',sans-serif;margin:1.5rem auto;max-width:76rem;"
    "padding:0 1rem;color:#0f172a;background:#fff}\n"
    "h1{font-size:1.3rem}\n"
    "#bar{position:sticky;top:0;background:#fff;padding:.6rem 0;border-bottom:1px solid #cbd5e1;"
    "z-index:1}\n"
    "#bar button{font:inherit;padding:.3rem .9rem}#bar label{margin-left:1.2rem}\n"
    "section{border-top:1px solid #cbd5e1;padding:.8rem 0 1rem}\n"
    "h2{font:600 .95rem 'DejaVu Sans Mono',monospace;margin:0 0 .2rem}\n"
    ".note{color:#475569;font-size:.85rem;margin:.1rem 0}\n"
    ".pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin-top:.4rem}\n"
    ".pair>div{min-width:0}.reg{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;"
    "color:#64748b}\n"
    ".gloss{background:#f1f5f9;padding:.35rem .5rem;white-space:pre-wrap;min-height:1.4em}\n"
    "textarea{display:block;font:inherit;width:100%;box-sizing:border-box;margin-top:.3rem;padding:.35rem .5rem;"
    "border:1px solid #94a3b8;border-radius:4px;resize:vertical}\n"
    ".screen textarea{font-family:'DejaVu Sans Mono',monospace;max-width:26rem}\n"
    ".count{font-size:.85rem;color:#475569}.over{color:#b91c1c;font-weight:600}\n"
    ".draft{color:#b45309}.signed{color:#15803d}.changed textarea{border-color:#2563eb;"
    "background:#eff6ff}\n";

/* GSM 03.38's table; counted as lib/gsm.c does. */
static const char script[] =
    "const basic='@£$¥èéùìòÇ\\nØø\\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&\\'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';\n"
    "const extension='^{}\\\\[]~|€\\f';\n"
    "function fill(t,list){return t.replace(/\\{([a-z_]+)\\}/g,"
    "(m,n)=>n==='list'?list:n in longest?longest[n]:m)}\n"
    "function size(t){let n=0,gsm=true,odd='';for(const c of t){if(basic.includes(c))n++;"
    "else if(extension.includes(c))n+=2;else{gsm=false;odd=odd||c}}\n"
    " if(!gsm)n=t.length;const one=gsm?160:70,more=gsm?153:67;\n"
    " return{n,gsm,odd,parts:n===0?0:n<=one?1:Math.ceil(n/more)}}\n"
    "function holes(t){return[...new Set(t.match(/\\{[a-z_]+\\}/g)||[])].sort().join(' ')}\n"
    "function look(a){const t=a.value,z=size(a.dataset.key.startsWith('ref.')?t:fill(t,a.dataset.list)),out=a.parentNode.querySelector('.count');\n"
    " const screen=a.dataset.screen==='1',room=z.gsm?182:80,parts=+a.dataset.parts;\n"
    " let over=screen?z.n>room:z.parts>parts;\n"
    " let said=screen?`${z.n} of ${room}`:`${z.n} ${z.gsm?'septets':'UCS-2'}, "
    "${z.parts} of ${parts} part${parts===1?'':'s'}`;\n"
    " if(a.dataset.gsm==='1'&&z.odd){said+=`, the letter ${z.odd} makes it UCS-2`;over=true}\n"
    " if(a.dataset.holes!==holes(t)&&t!==''){said+=`, wants ${a.dataset.holes||'no braces'}`;"
    "over=true}\n"
    " if(/[{}]/.test(t))said+=' (at its longest)';\n"
    " out.textContent=said;out.classList.toggle('over',over);\n"
    " a.parentNode.classList.toggle('changed',t!==a.defaultValue)}\n"
    "function cell(s){return/[\",;\\n\\r]/.test(s)?'\"'+s.replace(/\"/g,'\"\"')+'\"':s}\n"
    "const all=[...document.querySelectorAll('textarea')];\n"
    "for(const a of all){look(a);a.addEventListener('input',()=>look(a))}\n"
    "document.getElementById('save').addEventListener('click',()=>{\n"
    " const rows=['key,register,text,sign'];\n"
    " for(const a of all){if(a.value==='')continue;\n"
    "  const sign=a.parentNode.querySelector('.sign');\n"
    "  rows.push([a.dataset.key,a.dataset.register,a.value,sign.checked?'x':'']"
    ".map(cell).join(','))}\n"
    " const link=document.createElement('a');\n"
    " link.href=URL.createObjectURL(new Blob(['\\ufeff'+rows.join('\\r\\n')+'\\r\\n'],"
    "{type:'text/csv'}));\n"
    " link.download=document.documentElement.lang+'.csv';link.click()});\n"
    "document.getElementById('todo').addEventListener('change',e=>{\n"
    " for(const s of document.querySelectorAll('section'))\n"
    "  s.hidden=e.target.checked&&!s.querySelector('.draft')});\n";

static void
put(FILE *to, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '<')
			fputs("&lt;", to);
		else if (*s == '>')
			fputs("&gt;", to);
		else if (*s == '&')
			fputs("&amp;", to);
		else if (*s == '"')
			fputs("&quot;", to);
		else
			fputc(*s, to);
	}
}

/* A JavaScript string; nothing in it can end the script. */
static void
put_string(FILE *to, const char *s)
{
	fputc('"', to);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if ((unsigned char)*s < 0x20 || *s == '<')
			fprintf(to, "\\u%04x", (unsigned)*s);
		else
			fputc(*s, to);
	}
	fputc('"', to);
}

static void
put_note(FILE *to, const char *comment, const char *name)
{
	char note[SHEET_NOTE_MAX];

	sheet_note(comment, name, note);
	if (note[0] == '\0')
		return;
	fprintf(to, "<p class=\"note\">%s: ", name);
	put(to, note);
	fputs("</p>\n", to);
}

/* Comment lines that have no name of ours. */
static void
put_free_notes(FILE *to, const char *comment)
{
	static const char *const named[] = {
		"where:", "limit:", "tone:", "parts:", "signed:"
	};
	char line[SHEET_NOTE_MAX];

	while (comment != NULL && *comment != '\0') {
		size_t n = strcspn(comment, "\n");
		bool ours = n == 0;

		for (size_t i = 0; i < ARRAY_LEN(named); i++)
			ours = ours ||
			    strncmp(comment + strspn(comment, " "), named[i],
				strlen(named[i])) == 0;
		snprintf(line, sizeof(line), "%.*s", (int)n, comment);
		if (!ours) {
			fputs("<p class=\"note\">", to);
			put(to, line);
			fputs("</p>\n", to);
		}
		comment += n + (comment[n] == '\n');
	}
}

/* The set of placeholders, sorted, as the page's script makes it. */
static void
put_holes(FILE *to, const char *text)
{
	char hole[8][24];
	const char *at;
	unsigned n = 0;

	for (at = strchr(text, '{'); at != NULL && n < ARRAY_LEN(hole);
	     at = strchr(at + 1, '{')) {
		char name[24];
		unsigned k = 0, m;

		snprintf(name, sizeof(name), "%.*s}", (int)strcspn(at, "}"), at);
		while (k < n && strcmp(hole[k], name) < 0)
			k++;
		if (k < n && strcmp(hole[k], name) == 0)
			continue;
		for (m = n; m > k; m--)
			memcpy(hole[m], hole[m - 1], sizeof(hole[0]));
		memcpy(hole[k], name, sizeof(hole[0]));
		n++;
	}
	for (unsigned i = 0; i < n; i++) {
		fputs(i > 0 ? " " : "", to);
		put(to, hole[i]);
	}
}

static void
put_cell(const struct sheet *s, FILE *to, const struct sheet_row *r)
{
	bool latin = (s->lang == LANG_UZ || s->lang == LANG_EN) &&
	    strncmp(r->key, "ref.", 4) != 0;
	const char *like = r->english[0] != '\0' ? r->english : r->russian;

	fprintf(to, "<div%s><span class=\"reg\">%s</span> ",
	    r->ussd ? " class=\"screen\"" : "",
	    r->one_register ? "one register" : sheet_register(r));
	if (!r->there)
		fputs("<span class=\"draft\">missing</span>", to);
	else if (r->wording > 0)
		fprintf(
		    to, "<span class=\"signed\">signed, wording %u</span>", r->wording);
	else
		fputs("<span class=\"draft\">unsigned draft</span>", to);
	fputs("<div class=\"gloss\" lang=\"en\">", to);
	put(to, like);
	fprintf(to,
	    "</div><textarea rows=\"%d\" data-key=\"%s\" data-register=\"%s\" "
	    "data-parts=\"%u\" data-screen=\"%d\" data-gsm=\"%d\" data-holes=\"",
	    r->ussd ? 6 : 3, r->key, sheet_register(r), r->parts, r->ussd, latin);
	put_holes(to, r->there ? r->text : like);
	if (strstr(like, "{list}") != NULL) {
		fputs("\" data-list=\"", to);
		put(to, r->list);
	}
	fputs("\">\n", to);
	put(to, r->text);
	fputs("</textarea><span class=\"count\"></span> <label class=\"note\"><input "
	      "type=\"checkbox\" class=\"sign\"> I sign this</label></div>\n",
	    to);
}

static void
put_notes(FILE *to, const char *comment)
{
	put_note(to, comment, "where");
	put_note(to, comment, "limit");
	put_note(to, comment, "tone");
	put_free_notes(to, comment);
}

static void
put_pair(const struct sheet *s, FILE *to, const char *key)
{
	const struct sheet_row *cover = sheet_find(s, key, "cover"),
			       *plain = sheet_find(s, key, "");

	fputs("<div class=\"pair\">\n", to);
	if (cover != NULL)
		put_cell(s, to, cover);
	if (plain != NULL)
		put_cell(s, to, plain);
	fputs("</div>\n", to);
}

/* A key: its notes once, its registers side by side; below them its screen, if it has one. */
static void
put_key(const struct sheet *s, FILE *to, const struct sheet_row *r)
{
	char key[64];
	const struct sheet_row *screen;

	snprintf(key, sizeof(key), "%s" TEXT_KEY_USSD, r->key);
	screen = sheet_find(s, key, r->context);
	fprintf(to, "<section><h2>%s</h2>\n", r->key);
	put_notes(to, r->comment);
	put_pair(s, to, r->key);
	if (screen != NULL && !r->ussd) {
		fputs("<p class=\"note\"><b>On a USSD screen:</b></p>\n", to);
		put_note(to, screen->comment, "limit");
		put_pair(s, to, key);
	}
	fputs("</section>\n", to);
}

/* A screen stands below its key's SMS. */
static bool
stands_below(const struct sheet *s, const struct sheet_row *r)
{
	char stem[64];

	snprintf(stem, sizeof(stem), "%.*s", (int)strcspn(r->key, "@"), r->key);
	return r->ussd && sheet_find(s, stem, r->context) != NULL;
}

static void
put_longest(const struct sheet *s, FILE *to)
{
	const char *name, *value;

	fputs("const longest={", to);
	for (unsigned i = 0; (name = sheet_fill_name(s, i, &value)) != NULL; i++) {
		fprintf(to, "%s%s:", i > 0 ? "," : "", name);
		put_string(to, value);
	}
	fputs("};\n", to);
}

void
sheet_html(const struct sheet *s, FILE *to)
{
	fprintf(to,
	    "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
	    "<title>%s texts</title>\n<style>\n%s</style></head>\n<body>\n"
	    "<h1>%s: %zu texts</h1>\n"
	    "<p>Cover is what the person reads as a rule: a line of information on work. Plain "
	    "is for who asked for plain words. Words in braces stay as they are: names and "
	    "times come in their place. What you write here stays in this page until you save "
	    "it.</p>\n<p id=\"bar\"><button id=\"save\">Save as CSV</button>"
	    "<label><input type=\"checkbox\" id=\"todo\"> only what is missing or not "
	    "signed</label></p>\n",
	    lang_code(s->lang), lang_code(s->lang), style, lang_code(s->lang), s->rows);
	for (size_t i = 0; i < s->rows; i++) {
		const struct sheet_row *r = &s->row[i];

		/* the first row of its key */
		if ((r->one_register || r->context[0] != '\0') && !stands_below(s, r))
			put_key(s, to, r);
	}
	fputs("<script>\n", to);
	put_longest(s, to);
	fprintf(to, "%s</script></body></html>\n", script);
}
