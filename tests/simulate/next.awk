# SPDX-License-Identifier: GPL-3.0-or-later
# Of DUE, everything that falls due by now, makes SIM_NEXT: when the first of it does, whenever that is.
# It changes no file. Called by tests/simulate.mk.
/^-- name: DUE / {
	inside = 1
	print "-- name: SIM_NEXT (simulate)"
	print "SELECT min(due) FROM ("
	next
}
/^-- name: / { inside = 0 }
inside && !/^--/ && NF > 0 {
	gsub(/<= shyraq_now\(\)/, "IS NOT NULL")
	gsub(/LIMIT [0-9]+/, "LIMIT 1")
	last = sub(/;[ \t]*$/, "")
	print
	if (last)
		print ") d;"
}
