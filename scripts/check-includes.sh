#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may include whom: lib only include/, the engine its own folder too, the programs include/,
# the engine (not the daemon) and their own folder, never each other.
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
"$here/tree" ch | xargs -r grep -n -H -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' |
	awk '
	function is_there(path,   line, got) {
		got = (getline line < path) > 0
		close(path)
		return got
	}
	BEGIN {
		may["include"] = "include"
		may["lib"] = "include"
		may["lib/engine"] = "include lib/engine"
		may["daemon"] = "include daemon"
		may["workers"] = "include lib/engine workers"
		may["console"] = "include lib/engine console"
	}
	{
		split($0, at, ":")
		folder = at[1]
		sub(/\/[^\/]*$/, "", folder)
		if (folder ~ /^tests/)
			next
		name = $0
		sub(/^[^"]*"/, "", name)
		sub(/".*/, "", name)
		if (name ~ /\.(def|inc)$/ || name == "shyraq.pb-c.h")
			next
		if (!(folder in may)) {
			print at[1] ":" at[2] ": C in a folder that has no row in scripts/check-includes.sh"
			bad = 1
			next
		}
		n = split(may[folder], dir, " ")
		for (i = 1; i <= n; i++)
			if (is_there(dir[i] "/" name))
				next
		print at[1] ":" at[2] ": " name " is in none of: " may[folder]
		bad = 1
	}
	END { exit bad }'
