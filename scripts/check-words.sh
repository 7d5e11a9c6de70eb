#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Words that never stand in the tree: unfinished work, dates and names of the making, and typedefs
# or #if where they do not belong. It never changes the tree. Called by scripts/lint.
set -u
here=$(dirname "$0")
status=0
refuse() {
	echo "^ $1"
	status=1
}
files=$("$here/tree" all | grep -v -E '^(LICENSE|scripts/check-(words|selftest)\.sh)$')
if echo "$files" | xargs -r -d '\n' grep -n -I -w -E 'TODO|FIXME|XXX|HACK|WIP' /dev/null; then
	refuse "unfinished work is not for the tree"
fi
if echo "$files" | xargs -r -d '\n' grep -n -I -i -E \
	'\.\./shared|/work/|/farm/|\.library/|\bissues? (#|no\.? ?)?[0-9]+\b|\b(claude|anthropic|chatgpt|openai|copilot|language model|helper session)\b' /dev/null; then
	refuse "the tree does not speak of how it was made"
fi
if "$here/tree" ch | xargs -r "$here/strip.py" | grep -E ':[[:space:]]*typedef[[:space:]]' |
	grep -v -E 'typedef[^;]*[ *(][a-z_]+\)?\(|typedef[^;(]*[ *][a-z_]+\($'; then
	refuse "no typedef but of functions"
fi
if "$here/tree" c | grep -v '^tests/' | xargs -r "$here/strip.py" |
	grep -E ':[[:space:]]*#[[:space:]]*(if|ifdef|ifndef|elif|else)\b'; then
	refuse "what differs, differs by file, not by #if"
fi
exit $status
