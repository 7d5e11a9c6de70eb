#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every source file says its licence in its first lines, and every C file what it is for.
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
status=0
while IFS= read -r file; do
	case $file in
	*.c | *.h | *.def | *.py | *.sh | *.awk | *.sql | *.proto | *.pml | *.mk | *.conf | *.po | \
		*.[1578] | Makefile | .clang-* | .editorconfig | *.talk | *.words) ;;
	*) [ "$(head -c 2 "$file" | tr -d '\0')" = '#!' ] || continue ;;
	esac
	if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later'; then
		echo "$file:1: no line SPDX-License-Identifier: GPL-3.0-or-later"
		status=1
	fi
done < <("$here/tree" all)
while IFS= read -r file; do
	if ! awk 'NR == 1 && !/^\/\* SPDX.*\*\/$/ { exit 1 }
		NR == 2 && $0 != "/*" { exit 1 }
		NR > 2 && / \*\/$/ { ok = NR >= 5; exit !ok }
		END { if (!NR) exit 1 }' "$file"; then
		echo "$file:2: no opening comment: what it is for, what it never does, who calls it"
		status=1
	fi
done < <("$here/tree" ch)
exit $status
