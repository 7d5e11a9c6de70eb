#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of task that a program, a statement or a flow writes stands in lib/tasks.c (what to do, how it
# may end) and in docs/OPERATIONS.md. It never changes the tree. Called by scripts/lint.
set -u
status=0
work=$(mktemp)
trap 'rm -f "$work"' EXIT

# the words in quotes between OUT_TASK (or EFFECT_TASK) and the end of that statement
of_c() {
	find workers lib/engine -name '*.c' -exec cat {} + 2>/dev/null | tr '\n\t' '  ' |
		grep -o -E '(out_row\([^;]*OUT_TASK|effect_add\([^;]*EFFECT_TASK|task_once\()[^;]*;' |
		sed 's/strcmp([^)]*)//g; s/effect_add(\(.*\), *""/effect_add(\1/' |
		grep -o -E '"[a-z_]+"' | tr -d '"'
}
of_sql() {
	tr '\n' ' ' <sql/statements.sql | grep -o -E "INSERT INTO task [^;]*;" |
		grep -o -E "(SELECT|VALUES \() *'[a-z_]+'" | grep -o -E "'[a-z_]+'" | tr -d "'"
}
of_flows() {
	find conf/flows -name '*.conf' -exec cat {} + 2>/dev/null |
		grep -o -E '\btask = "[a-z_]+"' | grep -o -E '"[a-z_]+"' | tr -d '"'
}

{ of_c; of_sql; of_flows; } | sort -u >"$work"
while read -r kind; do
	if ! grep -q -E "^[[:space:]]*\{ \"$kind\"," lib/tasks.c; then
		echo "a task $kind has no row in lib/tasks.c"
		status=1
	fi
	if ! grep -q -E "^\|[^|]*\`$kind\`" docs/OPERATIONS.md; then
		echo "a task $kind has no row in docs/OPERATIONS.md"
		status=1
	fi
done <"$work"
while read -r kind; do
	if ! grep -q -E "^\|[^|]*\`$kind\`" docs/OPERATIONS.md; then
		echo "lib/tasks.c has $kind, docs/OPERATIONS.md has not"
		status=1
	fi
done < <(grep -o -E '^[[:space:]]*\{ "[a-z_]+",' lib/tasks.c 2>/dev/null | grep -o -E '[a-z_]+')
exit $status
