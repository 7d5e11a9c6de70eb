# SPDX-License-Identifier: GPL-3.0-or-later
# sql/statements.sql to STMT(NAME, roles, "text") lines for lib/db.c: one statement a "-- name:" head.
# Roles stand in parentheses behind the name: worker, dispatch, ctl.

function out() {
	if (name == "")
		return
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n\"\n\t\"", text)
	printf "STMT(%s, %s,\n\t\"%s\")\n", name, roles, text
}

/^-- name: / {
	out()
	name = $3
	roles = "0"
	list = $0
	sub(/^[^(]*\(/, "", list)
	sub(/\).*$/, "", list)
	n = split(list, role, " ")
	for (i = 1; i <= n; i++)
		roles = roles " | DB_" toupper(role[i])
	text = ""
	next
}
/^--/ { next }
name != "" && NF > 0 {
	line = $0
	sub(/;[ \t]*$/, "", line)
	text = text (text == "" ? "" : "\n") line
}
END { out() }
