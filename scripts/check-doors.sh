#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A foreign library has one door: its header is seen only by the files named here.
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")

# header pattern, then the files that may see it (extended regular expressions, whole names)
doors='
unistd\.h	.*
gammu(-.*)?\.h	daemon/modem_gammu[a-z_]*\.[ch]|tests/sim/probe/.*
czmq\.h|zmq\.h|zloop\.h	lib/(bus|loop)\.c|tests/(fuzz|bench)/.*
shyraq\.pb-c\.h	lib/bus_(un)?pack\.c
libpq-fe\.h	lib/db(_[a-z]+)?\.c|tests/db/play\.c
libconfig\.h	lib/conf\.c|lib/engine/([a-z_]+_conf|policy)\.c
gettext-po\.h	lib/text(_po)?\.c
uni[a-z]+\.h	lib/str\.c|lib/engine/(match|fold|number_mask)[a-z_]*\.c
sodium\.h|sodium/.*	lib/seal\.c
microhttpd\.h|gnutls/.*	lib/http\.c
openssl/.*	daemon/smpp_tls\.c
ncurses\.h|ncursesw/.*|curses\.h	console/ctl_(top|desk_screen)\.c
jansson\.h	tests/.*|console/ctl[a-z_]*\.[ch]
csv\.h	console/ctl_csv\.c
cmocka\.h	tests/.*
'
# the C library and Linux
ours='assert|ctype|endian|errno|fcntl|fnmatch|getopt|grp|inttypes|iconv|libgen|limits|locale|malloc|math|netdb|poll|pthread|pty|pwd|sched|setjmp|signal|spawn|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|syslog|termios|time|unistd|utmp|wchar|wctype|glob|dirent|regex'

"$here/tree" ch | xargs -r grep -n -H -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' |
	awk -v doors="$doors" -v ours="$ours" '
	BEGIN {
		n = split(doors, row, "\n")
		for (i = 1; i <= n; i++)
			if (split(row[i], cell, "\t") == 2) { head[++k] = cell[1]; who[k] = cell[2] }
	}
	{
		split($0, at, ":")
		file = at[1]
		name = $0
		angle = name ~ /include[ \t]*</
		sub(/^[^<"]*[<"]/, "", name)
		sub(/[>"].*/, "", name)
		for (i = 1; i <= k; i++) {
			if (name ~ ("^(" head[i] ")$")) {
				if (file !~ ("^(" who[i] ")$")) {
					print file ":" at[2] ": " name " is not seen here; only by " who[i]
					bad = 1
				}
				next
			}
		}
		if (angle && name !~ ("^(" ours ")\\.h$") && name !~ /^(sys|linux|net|netinet|arpa)\//) {
			print file ":" at[2] ": " name " has no door in scripts/check-doors.sh"
			bad = 1
		}
	}
	END { exit bad }'
