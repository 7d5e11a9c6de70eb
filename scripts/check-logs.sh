#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# No number and no word of a person in a log call: only peer_ref and ids. Event names are unique.
# It reads the working folder's tree and never changes it. Called by scripts/lint.
set -u
here=$(dirname "$0")
# shellcheck disable=SC2046 # names of ours have no blanks
exec python3 "$here/check_logs.py" $("$here/tree" c | grep -E '^(daemon|workers|console|lib)/')
