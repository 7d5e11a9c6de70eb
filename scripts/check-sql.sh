#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# No SQL in C: every statement stands in sql/statements.sql, is used, and is declared. A function that runs
# as its owner looks in the caller's temporary tables last (013 and before: 015 sets it for them).
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
status=0
if "$here/tree" ch | grep -E '^(daemon|workers|console|lib|include)/' | xargs -r "$here/strip.py" --strings |
	grep -E '^[^:]*:[0-9]+:[[:space:]]*(SELECT[[:space:]]|INSERT[[:space:]]+INTO|UPDATE[[:space:]].*[[:space:]]SET[[:space:]]|DELETE[[:space:]]+FROM|WITH[[:space:]].*[[:space:]]AS[[:space:]]|(CREATE|ALTER|DROP|GRANT|TRUNCATE|LISTEN|NOTIFY)[[:space:]]+[A-Z])'; then
	echo "^ SQL in C"
	status=1
fi
for file in sql/*.sql; do
	case $file in
	sql/00?_* | sql/01[0-3]_* | 'sql/*.sql') continue ;;
	esac
	if grep -Hn 'SECURITY DEFINER' "$file" | grep -v 'SECURITY DEFINER SET search_path = public, pg_temp\b'; then
		echo "^ a definer whose search_path does not end in pg_temp"
		status=1
	fi
done
[ -f sql/statements.sql ] || exit $status
declared=$(sed -n 's/^-- name: \([A-Z0-9_]*\).*/\1/p' sql/statements.sql | LC_ALL=C sort)
twice=$(echo "$declared" | uniq -d)
used=$("$here/tree" ch | grep -E '^(daemon|workers|console|lib|include)/' | xargs -r "$here/strip.py" |
	grep -o -h '\bST_[A-Z0-9_]*\b' | sed 's/^ST_//' | LC_ALL=C sort -u)
for name in $twice; do
	echo "sql/statements.sql: $name is declared twice"
	status=1
done
while IFS= read -r name; do
	[ -n "$name" ] || continue
	echo "sql/statements.sql: $name is used by nobody"
	status=1
done < <(LC_ALL=C comm -23 <(echo "$declared" | uniq) <(echo "$used"))
while IFS= read -r name; do
	case $name in
	'' | COUNT | NONE | N | MAX) continue ;;
	esac
	echo "ST_$name is used, and not declared in sql/statements.sql"
	status=1
done < <(LC_ALL=C comm -13 <(echo "$declared" | uniq) <(echo "$used"))
exit $status
