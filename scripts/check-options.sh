#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every option of every table of conf_option stands in conf/shyraq.conf and in shyraq.conf(5).
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
status=0
names=$("$here/tree" c | grep -E '^(daemon|workers|console|lib)/' | xargs -r cat | tr '\n\t' '  ' |
	grep -o -E '\{ *"[a-z_0-9]+", *CONF_(STRING|INT|BOOL|TIME|WORDS)' |
	sed 's/^{ *"\([a-z_0-9]*\)".*/\1/' | LC_ALL=C sort -u)
for name in $names; do
	for file in conf/shyraq.conf docs/man/shyraq.conf.5; do
		if ! grep -q -w -e "$name" "$file" 2>/dev/null; then
			echo "$file: the option $name is not in it"
			status=1
		fi
	done
done
exit $status
