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
	-c | --public) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	--kind) _shyraqctl_offer "shelter ngo police social embassy child legal health labour operator" ;;
	--lang) _shyraqctl_offer "kk ru uz ky tg tk en" ;;
	--login | --name | --region | --number | --order | --keyholder) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

_shyraqctl_options() {
	case "${words[*]}" in
	"keys init") _shyraqctl_offer "--keyholder --json --help" ;;
	"keyholder add") _shyraqctl_offer "--name --public --json --help" ;;
	"receiver add")
		_shyraqctl_offer "--name --kind --region --lang --number --order --vetted --sample --json --help"
		;;
	"receiver import"*) _shyraqctl_offer "--yes --json --help" ;;
	"modem drain"*) _shyraqctl_offer "--off --json --help" ;;
	queue) _shyraqctl_offer "--failed --refused --put-aside --json --help" ;;
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
	"") _shyraqctl_offer "db keys keyholder flow receiver status queue case task modem pause resume help" ;;
	db) _shyraqctl_offer "migrate status test-clock" ;;
	keys) _shyraqctl_offer "init status" ;;
	keyholder) _shyraqctl_offer "add" ;;
	flow) _shyraqctl_offer "check" ;;
	receiver) _shyraqctl_offer "add import list suspend resume" ;;
	queue) _shyraqctl_offer "retry" ;;
	case) _shyraqctl_offer "list show" ;;
	task) _shyraqctl_offer "list done" ;;
	modem) _shyraqctl_offer "list ussd drain" ;;
	pause | resume) _shyraqctl_offer "all $classes $(_shyraqctl_names link modem list)" ;;
	"modem ussd" | "modem drain") _shyraqctl_offer "$(_shyraqctl_names link modem list)" ;;
	"receiver suspend" | "receiver resume") _shyraqctl_offer_names name receiver list ;;
	"pause "* | "resume "*) _shyraqctl_offer "$classes" ;;
	"receiver import" | "flow check") mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _shyraqctl shyraqctl
