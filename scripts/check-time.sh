#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Time comes from lib/clock.c in C and from shyraq_now() in SQL, and from nowhere else.
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
status=0
c='\b(time|gettimeofday|clock_gettime|clock|ftime|timespec_get|zclock_[a-z]+)[[:space:]]*\('
if "$here/tree" ch | grep -v -x -e lib/clock.c | xargs -r "$here/strip.py" |
	grep -E "$c" | grep -v -E '\b(struct|enum)[[:space:]]+[a-z_]+[[:space:]]*\('; then
	echo "^ time outside lib/clock.c"
	status=1
fi
# the body of shyraq_now() itself is the one place
sql='\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)[[:space:]]*\(|\b(current_timestamp|current_date|current_time|localtime|localtimestamp)\b'
while IFS= read -r file; do
	if awk '{ sub(/--.*/, "") } /FUNCTION shyraq_now\(\)/ { own = 4 }
		own-- > 0 { next } { print FILENAME ":" FNR ":" $0 }' "$file" | grep -i -E "$sql"; then
		status=1
		echo "^ time in SQL outside shyraq_now()"
	fi
done < <("$here/tree" all | grep -E '^sql/.*\.sql$')
exit $status
