// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A message's way out: one outbox row, a worker, two dispatchers at once, and a daemon
 * that dies and is born again, or is cut off and goes on. docs/model.md explains it.
 * It never counts time: a clock that matters is a choice, made when it is looked at.
 */
#ifndef FAULTS
#define FAULTS 3 /* in a run, of any kind, at any step: the search tries them all */
#endif
#ifndef PERSON
#define PERSON 1 /* 1: a reply to a person, under S1 and S2. 0: a text to a receiver */
#endif

mtype = { DUE, CLAIMED, SENT, DEAD, UNSURE };   /* the row */
mtype = { NONE, HELD, SUBMITTED, RESULT };      /* the daemon's entry, and its answers */
mtype = { NEVER, OTHER };                       /* more of its answers */
mtype = { ACCEPTED, FAILED, UNKNOWN };          /* results; FAILED is surely not sent */
mtype = { HAND, ASK, DONE };                    /* what is said to the daemon */

/* the row in the database, born claimed for the first instance (step 5) */
mtype st = CLAIMED;
byte att = 1, owner = 1; /* its attempt, and the instance that one was claimed for */
bool over, again;        /* its lease has ended; it went out again in doubt */

/* the daemon's memory. top: the highest attempt it had or was asked about */
byte inst = 1, top, tab_att, owed;
mtype tab = NONE, tab_val = NONE;
bool knows, blind; /* the row was accepted once */

/* the world, for the claims */
byte faults, copies, allowed = 1, outages, ghost;
bool late, tried; /* the person's 90 s are over; something was written to a network */

/* the bus. Connection 0 is the worker's, 1 and 2 the dispatchers'; each keeps order */
chan to_daemon[3] = [2] of { mtype, byte, byte, mtype };
chan to_worker = [2] of { byte, mtype };
chan to_dispatch[2] = [1] of { mtype, byte, mtype };
byte asking[2]; /* the attempt a dispatcher asks about */

#define FAULT faults > 0 -> faults--
#define OUTAGE outages = (outages < 2 -> outages + 1 : 2)
#define HANDED(c) to_daemon[c]??[HAND, eval(att), _, _]
#define MOVING ((tab != NONE && tab_att == att) || HANDED(0) || HANDED(1) || HANDED(2))
#define HEARD(me) (!to_daemon[1 + me]??[ASK, eval(asking[me]), _, _] && \
	!to_dispatch[me]??[_, eval(asking[me]), _])
#define COMMITTED to_daemon[0]??[DONE, eval(tab_att), _, eval(tab_val)]
/* two idle dispatchers are alike: let the first go first */
#define TURN(me) (asking[me] == 0 && nfull(to_daemon[1 + me]) && (me == 0 || \
	asking[0] > 0 || nempty(to_daemon[1]) || nempty(to_dispatch[0])))

#ifdef MUTANT_NO_CAS
#define CURRENT(a) true
#else
#define CURRENT(a) (att == a)
#endif
#ifdef MUTANT_NO_INSTANCE
#define MINE(i) true
#else
#define MINE(i) (i == inst)
#endif
#ifdef MUTANT_NO_ATTEMPT
#define NEWER(a) true
#else
#define NEWER(a) (a > top)
#endif
#ifdef MUTANT_AGAIN_AND_AGAIN
#define SPENT false
#else
#define SPENT again
#endif
#ifdef MUTANT_ACCEPTED_FORGOTTEN
#define KNOWS false
#else
#define KNOWS knows
#endif
#ifdef MUTANT_NO_DEADLINE
#define EXPIRED false
#else
#define EXPIRED (late && !blind)
#endif

/* from some look on it is past the 90 s */
inline look_at_clock() {
	if
	:: PERSON -> late = true
	:: true
	fi
}

/* step 7: in doubt, again to a receiver; to a person once, and inside the 90 s */
inline doubt() {
	allowed++; /* one more may reach the phone */
	look_at_clock();
	if
	:: PERSON && (SPENT || late) -> st = UNSURE
	:: else -> st = DUE; again = PERSON
	fi
}

/* a result reaches the row: compare-and-set on the attempt, but for good news */
inline settle(a, v) {
	if
	:: v == ACCEPTED -> assert(copies > 0); st = SENT
	:: CURRENT(a) && v == FAILED && st == CLAIMED -> st = DUE
	:: CURRENT(a) && v == UNKNOWN && st == CLAIMED -> doubt()
	:: else
	fi
}

proctype worker() {
	byte a;
	mtype v;

	to_daemon[0]!HAND, 1, 1, NONE; /* as it was born; it may be slow */
end:	do
	:: atomic { /* the text came in a second time: same attempt, same instance */
		faults > 0 && st == CLAIMED && nfull(to_daemon[0]) -> faults--;
#ifdef MUTANT_REPEAT_CLAIMS
		owner = inst;
#endif
		to_daemon[0]!HAND, att, owner, NONE }
	:: atomic { nfull(to_daemon[0]) && nempty(to_worker) -> to_worker?a, v;
		settle(a, v);
		to_daemon[0]!DONE, a, 0, v; a = 0; v = NONE }
	od
}

proctype dispatch(byte me) {
	byte a;
	mtype ans, v;

end:	do
	:: atomic { st == DUE && TURN(me) -> /* SKIP LOCKED: one of us has it */
		look_at_clock();
		if
		:: late -> st = DEAD
		:: !late -> st = CLAIMED; att++; owner = inst; over = false;
			to_daemon[1 + me]!HAND, att, owner, NONE
		fi }
#ifndef MUTANT_NO_ASK
	:: atomic { st == CLAIMED && over && TURN(me) ->
#ifdef MUTANT_DUE_UNASKED
		st = DUE
#else
		asking[me] = att; to_daemon[1 + me]!ASK, att, owner, NONE
#endif
		}
#endif
	:: atomic { to_dispatch[me]?ans, a, v -> /* or one for who died asking */
		if
		:: a == 0 || a != asking[me]
		:: a > 0 && a == asking[me] && ans == RESULT -> asking[me] = 0;
			settle(a, v)
		:: a > 0 && a == asking[me] && ans != RESULT -> asking[me] = 0;
			if
			:: !CURRENT(a) || st != CLAIMED
			:: CURRENT(a) && st == CLAIMED && ans == NEVER ->
#ifdef MUTANT_NEVER_IS_DOUBT
				doubt()
#else
				st = DUE
#endif
			:: CURRENT(a) && st == CLAIMED && ans == OTHER ->
#ifdef MUTANT_OTHER_IS_NEVER
				st = DUE
#else
				doubt()
#endif
			:: CURRENT(a) && st == CLAIMED && (ans == HELD || ans == SUBMITTED)
				-> over = false
			fi
		fi;
		a = 0; ans = NONE; v = NONE }
	:: atomic { asking[me] > 0 && (HEARD(me) || faults > 0) ->
		if
		:: HEARD(me)
		:: !HEARD(me) -> faults--
		fi; /* no answer for 60 s */
		a = asking[me]; asking[me] = 0; OUTAGE;
		if
		:: CURRENT(a) && st == CLAIMED -> doubt()
		:: else
		fi;
		a = 0 }
	:: atomic { asking[me] > 0 && faults > 0 -> faults--; asking[me] = 0 } /* dies */
	od
}

/* a lease ends when nobody moves the row; a fault, while somebody does */
proctype clock() {
end:	do
	:: atomic { st == CLAIMED && !over && !MOVING -> over = true }
	:: atomic { st == CLAIMED && !over && MOVING && faults > 0 -> faults--; over = true }
	od
}

inline hear(c) {
	to_daemon[c]?m, a, i, v ->
	if
	:: m == HAND && MINE(i) && NEWER(a) -> /* a row has one entry: the newest attempt */
		top = (a > top -> a : top); tab_att = a;
		if /* what is out, or was once accepted, does not go again */
		:: KNOWS -> tab = RESULT; tab_val = ACCEPTED
		:: !KNOWS && tab == SUBMITTED
		:: !KNOWS && tab != SUBMITTED -> tab = HELD; tab_val = NONE
		fi;
#ifdef MUTANT_BUS_TIME
		look_at_clock(); blind = late /* its time counts from here on only */
#endif
	:: m == HAND && !(MINE(i) && NEWER(a))
	:: m == ASK ->
		if
		:: i != inst -> m = OTHER
		:: i == inst && KNOWS -> m = RESULT; v = ACCEPTED
		:: i == inst && !KNOWS && tab != NONE && tab_att == a -> m = tab; v = tab_val
		:: i == inst && !KNOWS && (tab == NONE || tab_att != a) -> m = NEVER;
#ifndef MUTANT_ASK_FORGOTTEN
			top = (a > top -> a : top)
#endif
		fi;
		if
		:: nfull(to_dispatch[c - 1]) -> to_dispatch[c - 1]!m, a, v
		:: full(to_dispatch[c - 1])
		fi
	:: m == DONE && tab == RESULT && tab_att == a && tab_val == v ->
		tab = NONE; tab_att = 0; tab_val = NONE
	:: m == DONE && !(tab == RESULT && tab_att == a && tab_val == v)
	fi;
	m = NONE; a = 0; i = 0; v = NONE
}

/* the network takes it */
inline taken() {
	assert(allowed > 0); /* no second effect but out of a doubt */
	allowed--;
	copies = (PERSON || copies == 0 -> copies + 1 : copies);
	assert(copies <= 2) /* S2: to a person again once, not more */
}

proctype daemon() {
	byte a, i;
	mtype m, v;

end:	do
	:: atomic { hear(0) }
	:: atomic { hear(1) }
	:: atomic { hear(2) }
	:: atomic { tab == HELD -> /* the driver looks a last time, and writes */
		look_at_clock();
		if
		:: EXPIRED -> tab = RESULT; tab_val = FAILED
		:: !EXPIRED -> tab = SUBMITTED; tried = PERSON;
			assert(!late);  /* S1, S2: never past the 90 s */
			assert(!knows); /* what is known to have gone is not in doubt */
			if
			:: tab_val = ACCEPTED; taken()
			:: FAULT; tab_val = FAILED
			fi
		fi;
		blind = false }
	:: atomic { tab == HELD && faults > 0 -> /* link lost, or an orderly stop */
		faults--; tab = RESULT; tab_val = FAILED; blind = false }
	:: atomic { tab == SUBMITTED -> tab = RESULT;
		if
		:: KNOWS -> tab_val = ACCEPTED /* told late of an attempt before */
		:: !KNOWS -> knows = (tab_val == ACCEPTED)
		:: !KNOWS && faults > 0 -> faults--; /* none in time; the truth comes late, or never */
			if
			:: tab_val == ACCEPTED -> owed = tab_att
			:: true
			fi;
			tab_val = UNKNOWN
		fi }
	:: atomic { owed > 0 ->
		if
		:: tab == NONE -> tab = RESULT; tab_att = owed; tab_val = ACCEPTED
		:: tab == HELD || tab == RESULT -> tab = RESULT; tab_val = ACCEPTED
		:: tab == SUBMITTED
		fi;
		knows = true; owed = 0; blind = false }
#ifdef MUTANT_RESULT_ONCE
	:: atomic { tab == RESULT && nfull(to_worker) -> to_worker!tab_att, tab_val;
		tab = NONE }
#else
	:: atomic { tab == RESULT && empty(to_worker) && !COMMITTED ->
		to_worker!tab_att, tab_val }
	:: atomic { faults > 0 && tab == RESULT && nfull(to_worker) &&
		(nempty(to_worker) || COMMITTED) -> faults--; to_worker!tab_att, tab_val }
#endif
	:: atomic { faults > 0 -> /* dies at any line, and is born again; or is cut off */
		faults--; inst++; OUTAGE;
		if /* cut off, it still has what it held, and sends it when it likes */
		:: tab == HELD -> ghost = tab_att
		:: true
		fi;
		top = 0; tab = NONE; tab_att = 0; tab_val = NONE; owed = 0;
		knows = false; blind = false }
	:: atomic { ghost > 0 && nfull(to_worker) -> look_at_clock();
		if
		:: late
		:: !late -> tried = PERSON; taken();
			if
			:: to_worker!ghost, ACCEPTED
			:: true
			fi
		fi;
		ghost = 0 }
	od
}

/* the bus drops without a word; so does who commits, and dies before saying it */
proctype wire() {
end:	do
	:: atomic { faults > 0 && nempty(to_daemon[0]) -> faults--; to_daemon[0]?_, _, _, _ }
	:: atomic { faults > 0 && nempty(to_daemon[1]) -> faults--; to_daemon[1]?_, _, _, _ }
	:: atomic { faults > 0 && nempty(to_daemon[2]) -> faults--; to_daemon[2]?_, _, _, _ }
	:: atomic { faults > 0 && nempty(to_worker) -> faults--; to_worker?_, _ }
	:: atomic { faults > 0 && nempty(to_dispatch[0]) -> faults--; to_dispatch[0]?_, _, _ }
	:: atomic { faults > 0 && nempty(to_dispatch[1]) -> faults--; to_dispatch[1]?_, _, _ }
	od
}

/* the faults are over and nothing moves any more: nothing may be left undone */
proctype judge() {
	timeout;
	assert(tab == NONE);
	assert(st == SENT || (PERSON && (st == DEAD || st == UNSURE)));
	assert(!PERSON || tried || late || outages > 1) /* two outages in 90 s: accepted */
}

init {
	atomic {
		select(faults : 0 .. FAULTS);
		run worker(); run dispatch(0); run dispatch(1); run clock();
		run daemon(); run wire(); run judge()
	}
}
