#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# SPIN's exhaustive search of tests/model, then of its mutants, each of which must be found.
# `scripts/model.sh [NAME...]`, or `trail NAME` for what a search found; writes only to $BUILD.
# Called by `make model` and scripts/model-tests. DEEP=1 adds searches of minutes.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
models=$root/tests/model
build=${BUILD:-$root/build/model}
memory=${MODEL_MB:-6000}
longest=${MODEL_SECONDS:-600}

# name | model | what is varied | how: safe, or rest (no run goes on for ever) | claim
searches='
in | way_in | FAULTS=2 | safe | nothing acknowledged and lost, no second effect, order kept, none blocked
in-long | way_in | TEXTS=2 FAULTS=3 | safe | the same, two texts of one sender and three faults
in-rest | way_in | FAULTS=2 | rest | when the faults end, so does the work
smpp | way_in_smpp | FAULTS=3 | safe | alike texts: a repeat has no effect, a like text has one (or is excused once)
smpp-rest | way_in_smpp | FAULTS=2 | rest | when the faults end, so does the work
out-person | way_out | PERSON=1 FAULTS=3 | safe | S1, S2: in the 90 s, again at most once and in doubt; none blocked
out-receiver | way_out | PERSON=0 FAULTS=3 | safe | sent in the end, again only in doubt, none blocked
out-rest | way_out | PERSON=1 FAULTS=2 | rest | when the faults end, so does the work
'
deep='
in-deep | way_in | FAULTS=3 | safe | as in, with three faults
in-deeper | way_in | TEXTS=2 FAULTS=4 | safe | as in-long, with four faults
out-rest-receiver | way_out | PERSON=0 FAULTS=2 | rest | as out-rest
'
# mutant | model | what is varied | how | the assertion it breaks, as pan prints it
mutants='
ACK_BEFORE_COMMIT | way_in | FAULTS=1 | safe | key[slot
UNKNOWN_IS_OK | way_in | FAULTS=1 | safe | key[slot
NO_GENERATION | way_in | FAULTS=1 | safe | key[slot
NO_VERDICT_INSTANCE | way_in | FAULTS=1 | safe | key[slot
NO_INBOX_KEY | way_in | FAULTS=1 | safe | effects[m]==1
TWO_IN_FLIGHT | way_in | FAULTS=0 | safe | (m!=2)||key[1]
NO_REOFFER | way_in | FAULTS=1 | safe | arrived==
POISON_AGAIN | way_in | FAULTS=0 | rest | non-progress cycle
TAKE_BACK | way_in_smpp | FAULTS=1 | safe | x>=2
HASH_ONLY | way_in_smpp | FAULTS=1 | safe | x>=2
NO_EARLIER | way_in_smpp | FAULTS=1 | safe | effects<genuine
NO_LAPSE | way_in_smpp | FAULTS=1 | safe | effects<genuine
SAME_BIND_ONLY | way_in_smpp | FAULTS=1 | safe | effects<genuine
CONFIRM_UNHEARD | way_in_smpp | FAULTS=1 | safe | effects<genuine
NO_DEADLINE | way_out | PERSON=1 FAULTS=0 | safe | !(late)
BUS_TIME | way_out | PERSON=1 FAULTS=0 | safe | !(late)
AGAIN_AND_AGAIN | way_out | PERSON=1 FAULTS=2 | safe | copies<=2
ACCEPTED_FORGOTTEN | way_out | PERSON=1 FAULTS=1 | safe | !(knows)
NEVER_IS_DOUBT | way_out | PERSON=1 FAULTS=1 | safe | tried)||late
NO_ASK | way_out | PERSON=0 FAULTS=1 | safe | (st==
DUE_UNASKED | way_out | PERSON=1 FAULTS=1 | safe | allowed>0
OTHER_IS_NEVER | way_out | PERSON=1 FAULTS=1 | safe | allowed>0
ASK_FORGOTTEN | way_out | PERSON=1 FAULTS=1 | safe | allowed>0
NO_ATTEMPT | way_out | PERSON=1 FAULTS=1 | safe | allowed>0
NO_INSTANCE | way_out | PERSON=1 FAULTS=1 | safe | allowed>0
NO_CAS | way_out | PERSON=1 FAULTS=1 | safe | allowed>0
REPEAT_CLAIMS | way_out | PERSON=0 FAULTS=2 | safe | allowed>0
RESULT_ONCE | way_out | PERSON=0 FAULTS=1 | safe | allowed>0
'

passed=0
failed=0
states=0

# the fields of a row, without the blanks around them
fields() {
	IFS='|' read -r name model varied how claim <<<"$1"
	read -r name <<<"$name"
	read -r model <<<"$model"
	read -r varied <<<"$varied"
	read -r how <<<"$how"
	read -r claim <<<"$claim"
}

# search NAME MODEL HOW OPTIMISE DEFINITION...: makes, runs, and reads what pan printed
search() {
	local folder=$build/$1 how=$3 optimise=$4 define=(-DSAFETY) run=()
	cp "$models/$2.pml" "$folder/model.pml"
	if [ "$how" = rest ]; then
		define=(-DNP)
		run=(-l)
	fi
	shift 4
	printf '%s\n' "$@" >"$folder/defines"
	(
		cd "$folder" || exit 1
		rm -f pan.* pan model.pml.trail
		spin "$@" -a model.pml &&
			gcc -w "$optimise" "${define[@]}" -DMEMLIM="$memory" -o pan pan.c &&
			timeout "$longest" ./pan -m20000 -w24 "${run[@]}"
	) >"$folder/out" 2>&1
	said=$(sed -n 's/^pan:1: //p' "$folder/out")
	errors=$(sed -n 's/.*, errors: //p' "$folder/out")
	depth=$(sed -n 's/.*depth reached \([0-9]*\), errors.*/\1/p' "$folder/out")
	stored=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$folder/out")
	took=$(sed -n 's/^pan: elapsed time \([0-9.]*\) .*/\1/p' "$folder/out")
	whole=no
	if [ -n "$errors" ] && grep -q '^Full statespace search' "$folder/out" &&
		! grep -q -i -E 'too small|MEMLIM bound|out of memory|not completed|aborting|bit ?state' \
			"$folder/out"; then
		whole=yes
	fi
}

line() {
	printf '%-20s %10s %6s %6s %7s  %s\n' "$1" "${stored:--}" "${depth:--}" "${errors:--}" \
		"${took:--}" "$2"
}

definitions() {
	local word
	defines=()
	for word in $1; do
		defines+=("-D$word")
	done
}

run_search() {
	fields "$1"
	mkdir -p "$build/$name"
	definitions "$varied"
	search "$name" "$model" "$how" -O2 "${defines[@]}"
	line "$name" "$claim"
	if [ "$whole" = yes ] && [ "$errors" = 0 ]; then
		passed=$((passed + 1))
		states=$(awk -v a="$states" -v b="$stored" 'BEGIN { printf "%.0f", a + b }')
		rm -rf "${build:?}/$name"
		return
	fi
	failed=$((failed + 1))
	echo "    FAILED: ${said:-the search is not whole: see $build/$name/out} ($varied)"
}

run_mutant() {
	fields "$1"
	mkdir -p "$build/$name"
	definitions "$varied MUTANT_$name"
	search "$name" "$model" "$how" -O0 "${defines[@]}"
	line "$name" "found: $said"
	if [[ $errors == 1 && $said == *"$claim"* ]]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "    FAILED: expected $claim ($model, $varied)"
}

trail() {
	cd "$build/$1" || exit 1
	mapfile -t defines <defines
	spin "${defines[@]}" -t -k model.pml.trail -p -g model.pml | grep -v -E '^\s+queue '
}

wanted() {
	[ -z "$only" ] || [[ " $only " == *" $1 "* ]]
}

if [ "${1:-}" = trail ]; then
	trail "${2:?the name of a search}"
	exit
fi
only=$*
for tool in spin gcc; do
	if ! command -v "$tool" >/dev/null; then
		echo "scripts/model.sh: $tool is missing (apt-get install $tool)" >&2
		exit 1
	fi
done
mkdir -p "$build" && build=$(cd "$build" && pwd) || exit 1
[ -z "${DEEP:-}" ] || searches=$searches$deep
begun=$(date +%s)

printf '%-20s %10s %6s %6s %7s  %s\n' search states depth errors seconds claim
while IFS= read -r row; do
	fields "$row"
	if [ -n "$name" ] && wanted "$name"; then
		run_search "$row"
	fi
done <<<"$searches"
while IFS= read -r row; do
	fields "$row"
	if [ -n "$name" ] && wanted "$name"; then
		run_mutant "$row"
	fi
done <<<"$mutants"

# a mutant nobody runs proves nothing
while read -r mutant; do
	if ! grep -q "^${mutant#MUTANT_} |" <<<"$mutants"; then
		echo "    FAILED: $mutant stands in tests/model and not in scripts/model.sh"
		failed=$((failed + 1))
	fi
done < <(grep -h -o 'MUTANT_[A-Z_]*' "$models"/*.pml | sort -u)

[ -z "${SHYRAQ_COUNTS:-}" ] || echo "$passed $failed" >>"$SHYRAQ_COUNTS"
echo "model: $passed as expected, $failed not; $states states in $(($(date +%s) - begun)) s"
[ "$failed" -eq 0 ]
