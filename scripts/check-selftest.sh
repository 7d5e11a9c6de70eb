#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Shows that each check can fail: a small good tree passes all, and each bad sample fails its own.
# It works in a folder of its own under /tmp. Called by scripts/lint.
set -u
scripts=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

good_tree() {
	rm -rf "$work/t"
	mkdir -p "$work/t"/{include,lib/engine,daemon,workers,console,sql,conf,docs/man,scripts}
	cd "$work/t" || exit 1
	cat >daemon/shyraqd.c <<'C'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A good file: what it is for.
 * What it never does. Who calls it.
 */
#include <stdio.h>

#include "good.h"

static const struct conf_option table[] = {
	{ "name", CONF_STRING, 0, NULL, 0, 0, NULL },
};

int
main(void)
{
	log_info("good.line", "peer=%s", peer_ref(&peer).s);
	db_run(ST_GOOD);
	return 0;
}
C
	cat >include/good.h <<'C'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A good header: what it is for.
 * What it never does. Who calls it.
 */
int good(void);
C
	printf -- '-- SPDX-License-Identifier: GPL-3.0-or-later\n-- name: GOOD (worker)\nSELECT 1;\n' >sql/statements.sql
	printf '# SPDX-License-Identifier: GPL-3.0-or-later\nname = "x";\n' >conf/shyraq.conf
	printf '.\\" SPDX-License-Identifier: GPL-3.0-or-later\nname\n' >docs/man/shyraq.conf.5
}

# check NAME, the file to add to, then the line that is wrong; several lines by \n
bad() {
	local name=$1 file=$2 line=$3
	good_tree
	mkdir -p "$(dirname "$file")"
	printf '%b\n' "$line" >>"$file"
	if "$scripts/check-$name.sh" >"$work/out" 2>&1; then
		echo "check-$name.sh lets pass, in $file: $line"
		status=1
	fi
}

good_tree
for name in spdx time doors includes size sql logs options tasks words; do
	if ! "$scripts/check-$name.sh" >"$work/out" 2>&1; then
		echo "check-$name.sh refuses the good tree:"
		cat "$work/out"
		status=1
	fi
done

bad spdx lib/x.py 'print(1)'
bad spdx lib/x.c '/* SPDX-License-Identifier: GPL-3.0-or-later */\nint x;'
bad time lib/x.c 'time_t t = time(NULL);'
bad time daemon/shyraqd.c 'clock_gettime(CLOCK_REALTIME, &t);'
bad time sql/statements.sql 'SELECT now();'
bad time sql/statements.sql 'SELECT CURRENT_TIMESTAMP;'
bad doors daemon/shyraqd.c '#include <libpq-fe.h>'
bad doors workers/x.c '#include <gammu.h>'
bad doors lib/x.c '#include <curl/curl.h>'
bad includes daemon/x.c '#include "flow.h"'
bad includes lib/x.c '#include "../daemon/link.h"'
bad size lib/x.c "int\nlong_one(void)\n{\n$(printf 'x();\\n%.0s' {1..60})}"
bad size lib/x.c "$(printf '/* */\\n%.0s' {1..601})"
bad sql workers/x.c 'static const char *s = "SELECT id "\n"FROM peer";'
bad sql sql/statements.sql '-- name: NOBODY (worker)'
bad sql workers/x.c 'db_run(ST_NOWHERE);'
bad sql sql/014_x.sql 'LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$'
bad sql sql/014_x.sql 'LANGUAGE sql STABLE SECURITY DEFINER'
bad logs daemon/x.c 'log_info("a.b", "to=+77010000001");'
bad logs daemon/x.c 'log_warn("a.b", "to=%s", m->number);'
bad logs daemon/x.c 'log_warn("a.b", "said=%s",\n    in->text);'
bad logs daemon/x.c 'log_warn("good.line", "x=%d", 1);'
bad logs daemon/x.c 'log_warn("Bad Name", "x=%d", 1);'
bad tasks workers/x.c 'out_row(t->out, OUT_TASK, "unheard_of",\n    id);'
bad tasks sql/statements.sql "INSERT INTO task (kind) SELECT 'unheard_of';"
bad options daemon/x.c '{ "unheard_of", CONF_INT, 0, "1", 0, 0, NULL },'
bad words lib/x.c "/* TO""DO: later */"
bad words docs/x.md "see ../sha""red/design.md"
bad words docs/x.md "as issue"" 7 says"
bad words lib/x.c 'typedef struct x { int y; } x_t;'
bad words lib/x.c '#ifdef LINUX\n#endif'
exit $status
