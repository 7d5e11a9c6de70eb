# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of shyraqctl for bash: commands, options, kinds, languages, classes, links, receivers.
# It asks the database only for names, and says nothing when it cannot. Installed where bash-completion
# looks: share/bash-completion/completions/shyraqctl.

# The words before the one in hand that are no options: the command. -c and --login take a value, and
# are kept for asking with the same.
_shyraqctl_words() {
	local i=1 word
	words=()
	with=()
	while ((i < COMP_CWORD)); do
		word=${COMP_WORDS[i]}
		case $word in
		-c | --login)
			with+=("$word" "${COMP_WORDS[i + 1]}")
			((i += 2))
			continue
			;;
		-*) ;;
		*) words+=("$word") ;;
		esac
		((i += 1))
	done
}

# The values of one name in a JSON array of shyraqctl's, one a line.
_shyraqctl_names() {
	local name=$1
	shift
	timeout 2 shyraqctl "${with[@]}" --json "$@" 2>/dev/null |
		sed -n "s/^ *\"$name\": \"\\([^\"\\\\]*\\)\",\\{0,1\\}\$/\\1/p"
}

# The same of whole numbers.
_shyraqctl_numbers() {
	local name=$1
	shift
	timeout 2 shyraqctl "${with[@]}" --json "$@" 2>/dev/null |
		sed -n "s/^ *\"$name\": \([0-9]*\),\{0,1\}\$/\1/p"
}

# Phones of the receivers, by id: those stand deepest in the list.
_shyraqctl_contacts() {
	local ids
	ids=$(timeout 2 shyraqctl "${with[@]}" --json receiver list 2>/dev/null |
		sed -n 's/^    "id": \([0-9]*\),$/\1/p')
	_shyraqctl_offer "- $ids"
}

_shyraqctl_offer() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Names may hold blanks: each is quoted for the shell.
_shyraqctl_offer_names() {
	local name
	COMPREPLY=()
	while IFS= read -r name; do
		case $name in
		"$cur"*) COMPREPLY+=("$(printf '%q' "$name")") ;;
		esac
	done < <(_shyraqctl_names "$@")
}

_shyraqctl_value() {
	case $prev in
	-c | --public | --master | --key) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	--kind) _shyraqctl_offer "shelter ngo police social embassy child legal health labour operator" ;;
	--lang) _shyraqctl_offer "kk ru uz ky tg tk en" ;;
	--contact | --phone) _shyraqctl_contacts ;;
	--part) _shyraqctl_offer "operator caseworker supervisor" ;;
	--login | --name | --region | --regions | --number | --order | --keyholder | --reason | --head | --of | --month | --from | --to | --until) COMPREPLY=() ;;
	--flow) _shyraqctl_flows ;;
	--conf | --html | --csv | --import) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	--country) _shyraqctl_offer "KZ KG UZ TJ TM RU TR KR AE BH" ;;
	--at | --sign) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

# Flows by the names of their files, where the folder is the one here.
_shyraqctl_flows() {
	_shyraqctl_offer "$(for f in conf/flows/*.conf; do basename "$f" .conf; done 2>/dev/null)"
}

_shyraqctl_options() {
	case "${words[*]}" in
	"flow check"*) _shyraqctl_offer "--lang --flow --production --json --help" ;;
	"flow graph"*) _shyraqctl_offer "--lang --conf --dot --help" ;;
	"flow try"*) _shyraqctl_offer "--lang --ussd --at --country --conf --help" ;;
	"flow sheet"*) _shyraqctl_offer "--lang --html --csv --import --sign --conf --help" ;;
	"policy check"*) _shyraqctl_offer "--json --help" ;;
	"policy try"*) _shyraqctl_offer "--region --class --who --at --ngo --police --embassy --takes --home --lang --child --what --need --about --complaint --conf --json --help" ;;
	"place try"*) _shyraqctl_offer "--country --lang --conf --json --help" ;;
	"keys init") _shyraqctl_offer "--keyholder --json --help" ;;
	"keyholder add") _shyraqctl_offer "--name --public --of --json --help" ;;
	"receiver add")
		_shyraqctl_offer "--name --kind --region --lang --number --order --vetted --sample --group --langs --takes --services --of --hours --beds --role --shift --until --json --help"
		;;
	"receiver import"*) _shyraqctl_offer "--yes --json --help" ;;
	"receiver suspend"* | "receiver resume"* | "receiver set"*) _shyraqctl_offer "--contact --json --help" ;;
	"keys remake") _shyraqctl_offer "--master --json --help" ;;
	"case read"* | "job read"*) _shyraqctl_offer "--key --help" ;;
	"case hold"*) _shyraqctl_offer "--reason --json --help" ;;
	"case stats") _shyraqctl_offer "--month --json --help" ;;
	"case figures") _shyraqctl_offer "--from --to --json --help" ;;
	"case law"*) _shyraqctl_offer "--erased --month --json --help" ;;
	"operation begin"*) _shyraqctl_offer "--from --to --regions --json --help" ;;
	"audit verify") _shyraqctl_offer "--head --json --help" ;;
	"task list") _shyraqctl_offer "--kind --case --mine --older --all --json --help" ;;
	"task take"*) _shyraqctl_offer "--back --from --json --help" ;;
	"task answer"*) _shyraqctl_offer "--text --json --help" ;;
	"task done"*) _shyraqctl_offer "--outcome --json --help" ;;
	"duty list") _shyraqctl_offer "--part --all --json --help" ;;
	"duty check") _shyraqctl_offer "--part --json --help" ;;
	"duty set"*) _shyraqctl_offer "--part --from --to --phone --days --json --help" ;;
	desk) _shyraqctl_offer "--key --idle --help" ;;
	"job list") _shyraqctl_offer "--open --json --help" ;;
	"job answer"*) _shyraqctl_offer "--text --json --help" ;;
	"modem drain"*) _shyraqctl_offer "--off --json --help" ;;
	queue) _shyraqctl_offer "--failed --refused --put-aside --aside --json --help" ;;
	"") _shyraqctl_offer "-c --login --json --help --version" ;;
	*) _shyraqctl_offer "--json --help" ;;
	esac
}

_shyraqctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words with classes="ussd danger referral reply info campaign"
	_shyraqctl_words
	_shyraqctl_value && return
	case $cur in
	-*)
		_shyraqctl_options
		return
		;;
	esac
	case "${words[*]}" in
	"") _shyraqctl_offer "db keys keyholder flow place policy receiver status queue case child task duty desk job operation audit modem pause resume help" ;;
	db) _shyraqctl_offer "migrate status test-clock" ;;
	keys) _shyraqctl_offer "init remake retire status" ;;
	audit) _shyraqctl_offer "verify" ;;
	keyholder) _shyraqctl_offer "add" ;;
	flow) _shyraqctl_offer "check graph try sheet" ;;
	place) _shyraqctl_offer "try" ;;
	policy) _shyraqctl_offer "check try" ;;
	"flow graph" | "flow try") _shyraqctl_flows ;;
	receiver) _shyraqctl_offer "add import list show set export suspend resume" ;;
	queue) _shyraqctl_offer "retry" ;;
	case) _shyraqctl_offer "list show read hold release holds close reopen link unlink links assert history confirm police forget-answer stats figures law outcomes" ;;
	task) _shyraqctl_offer "list show take answer done" ;;
	duty) _shyraqctl_offer "list set end check" ;;
	"task show" | "task take" | "task answer" | "task done") _shyraqctl_offer "$(_shyraqctl_numbers id task list)" ;;
	"duty end") _shyraqctl_offer "$(_shyraqctl_numbers id duty list)" ;;
	operation) _shyraqctl_offer "begin end list" ;;
	"operation end") _shyraqctl_offer_names name operation list ;;
	"case law") _shyraqctl_offer "reported registered no_evidence reclassified court sentence acquitted" ;;
	child) _shyraqctl_offer "list grant revoke" ;;
	job) _shyraqctl_offer "list read answer" ;;
	modem) _shyraqctl_offer "list ussd drain" ;;
	pause | resume) _shyraqctl_offer "all $classes $(_shyraqctl_names link modem list)" ;;
	"modem ussd" | "modem drain") _shyraqctl_offer "$(_shyraqctl_names link modem list)" ;;
	"receiver suspend" | "receiver resume" | "receiver show" | "receiver set") _shyraqctl_offer_names name receiver list ;;
	"case hold" | "case show" | "case read") _shyraqctl_offer "$(_shyraqctl_numbers number case list)" ;;
	"job answer") _shyraqctl_offer "$(_shyraqctl_numbers id job list --open)" ;;
	"case release") _shyraqctl_offer "$(_shyraqctl_numbers case case holds)" ;;
	"keys retire") _shyraqctl_offer_names name keys status ;;
	"pause "* | "resume "*) _shyraqctl_offer "$classes" ;;
	"receiver import" | "flow check" | "policy check") mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _shyraqctl shyraqctl
