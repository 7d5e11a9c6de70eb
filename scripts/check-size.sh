#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A function fits 60 lines, a file 600.
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
status=0
if "$here/tree" all | grep -E '\.([ch]|py)$|^scripts/' | xargs -r wc -l |
	awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines, over 600"; bad = 1 } END { exit !bad }'; then
	status=1
fi
if "$here/tree" c | ctags --languages=C --kinds-C=f --fields=+ne -f - -L - 2>/dev/null |
	awk -F '\t' '{
		line = 0
		last = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) line = substr($i, 6)
			if ($i ~ /^end:/) last = substr($i, 5)
		}
		if (last - line + 1 > 60) {
			print $2 ":" line ": " $1 " has " last - line + 1 " lines, over 60"
			bad = 1
		}
	} END { exit !bad }'; then
	status=1
fi
exit $status
