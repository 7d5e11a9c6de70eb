/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kinds of tasks as one table: what to do, and how each may end.
 * It decides nothing about a case. Called by shyraqctl and by dispatch.
 */
#include "tasks.h"

#include <string.h>

#include "base.h"

#define GENERAL TASK_OUTCOME_PLAIN " passed_on no_need"

static const struct {
	const char *kind, *outcomes, *hint;
	bool answer;
	bool supervisor;
} kinds[] = {
	{ "danger", "done in_touch no_contact passed_on false_danger",
	    "somebody is in danger: look at the case now, call the service that may go",
	    false, false },
	{ "desk_silent", "done in_touch no_contact passed_on false_danger",
	    "words of somebody in danger wait, and nobody with a key has looked: find a "
	    "case worker",
	    false, false },
	{ "ladder_ended", "done placed passed_on no_place closed",
	    "nobody took the case: call receivers, or find another way", false, false },
	{ "asked_for", "done answered passed_on no_contact",
	    "a receiver asks for the operator: call them", false, false },
	{ "not_found", "done placed passed_on no_contact",
	    "a receiver did not find the person: talk to them, decide what is next",
	    false, false },
	{ "cut", "done in_touch passed_on no_contact",
	    "a conversation broke off when the place was known: is somebody to be asked?",
	    false, false },
	{ "unanswerable", "done answered passed_on noise",
	    "several texts that fit nothing: a case worker may read them", false, false },
	{ "incomplete", "done answered passed_on noise",
	    "a long text came without all its parts; what came was answered", false,
	    false },
	{ "complaint", "done upheld not_upheld passed_on",
	    "a person complains: for a supervisor, past whom it names", false, true },
	{ "withdrawn", "done own_will pressure passed_on",
	    "help was withdrawn, perhaps under pressure: who acts must know", false,
	    false },
	{ "erase", "done erased kept passed_on",
	    "somebody asks to erase, and the phone or a hold does not allow it", false,
	    false },
	{ "job_check", "done answered no_answer",
	    "an offer of work: look at it and answer in 60 characters", true, false },
	{ "robot", "done machine person passed_on",
	    "a number writes like a machine: for an hour only codes, answers, danger, stop, ? "
	    "are answered; of a receiver: call them",
	    false, false },
	{ "receiver_reports", "done in_touch passed_on no_contact",
	    "a receiver's own phone reports this case: they are not asked; somebody there "
	    "may be the one in need",
	    false, false },
	{ "wrong_codes", "done honest forged passed_on",
	    "three wrong answer codes from a receiver's phone: call them", false, false },
	{ "receiver_suspended", "done placed passed_on no_need",
	    "who had this case is suspended: give it to somebody else", false, false },
	{ "held_acceptance", "done honest forged passed_on",
	    "taken from a phone that sent wrong codes: call them, then case confirm",
	    false, false },
	{ "late_offer", "done placed passed_on no_need",
	    "a receiver would have taken it after an operator did: call them", false,
	    false },
	{ "contact_lost", "done honest forged passed_on",
	    "a receiver's only phone is lost: call them, receiver suspend --contact",
	    false, false },
	{ "outcome_overdue", "done answered passed_on no_contact",
	    "nobody says what became of the case: call who has it, case close", false,
	    false },
	{ "followup", "done in_touch passed_on no_contact",
	    "asked weeks later, they need help again: case show; a new case names it",
	    false, false },
	{ "police_closed", "done appealed accepted passed_on",
	    "police closed it for lack of evidence: for a supervisor, with who has it",
	    false, true },
	{ "police_reclassified", "done appealed accepted passed_on",
	    "police made it a lighter case: for a supervisor, with who has it", false,
	    true },
	{ "duplicate", "done linked no_need passed_on",
	    "closed as a repeat: find of which, case reopen and case link", false,
	    false },
	{ "link_offer", "done linked not_linked passed_on",
	    "three tell of one place and day: case links, case link", false, false },
	{ "contact_suspended", "done placed passed_on no_need",
	    "a phone that could act on this case is suspended", false, false },
	{ "refused", "done retried passed_on noise",
	    "a message that the service could not take: queue --refused, queue retry",
	    false, false },
	{ "aside", "done retried passed_on noise",
	    "a message that could not be read, or has no number: queue --put-aside",
	    false, false },
	{ "due_refused", "done mended passed_on",
	    "what fell due was refused: a text or a rule is missing", false, false },
	{ "supervisor", "done answered passed_on no_contact",
	    "a complaint about an operator, or nobody else may act: see to it yourself",
	    false, true },
	{ "lease_lapsed", "done placed passed_on no_contact",
	    "who took the case says nothing more: call them; the next was asked", false,
	    false },
	{ "late", "done in_touch passed_on no_need",
	    "read too late to be answered (S1): see that somebody has it; write to nobody",
	    false, false },
	{ "expired", "done mended passed_on no_need",
	    "an answer to a person died of age: links, workers, clock; write to nobody",
	    false, false },
};

static int
find(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return (int)i;
	}
	return -1;
}

const char *
task_outcomes(const char *kind)
{
	int at = find(kind);

	return at < 0 ? GENERAL : kinds[at].outcomes;
}

bool
task_outcome_fits(const char *kind, const char *code)
{
	const char *list = task_outcomes(kind);
	size_t n = strlen(code);

	while (*list != '\0') {
		size_t len = strcspn(list, " ");

		if (len == n && memcmp(list, code, n) == 0)
			return true;
		list += len + strspn(list + len, " ");
	}
	return false;
}

const char *
task_hint(const char *kind)
{
	int at = find(kind);

	return at < 0 ? "look at it" : kinds[at].hint;
}

bool
task_is_supervisors(const char *kind)
{
	int at = find(kind);

	return at >= 0 && kinds[at].supervisor;
}

const char *
task_kind(size_t i)
{
	return i < ARRAY_LEN(kinds) ? kinds[i].kind : NULL;
}

bool
task_has_answer(const char *kind)
{
	int at = find(kind);

	return at >= 0 && kinds[at].answer;
}
