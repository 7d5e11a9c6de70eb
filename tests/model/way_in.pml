// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A message's way in over a modem: the network, a SIM of two slots, a daemon that dies
 * and is born again, two workers, the database. Texts 1 and 2 are one sender's, in that
 * order; 3 is another's, and poison: flow_step refuses it. docs/model.md explains it.
 */
#ifndef FAULTS
#define FAULTS 3 /* in a run, of any kind, at any step: the search tries them all */
#endif
#ifndef TEXTS
#define TEXTS 3
#endif
#define SLOTS 2
#define POISON 3
#define PEER(m) (m == 3) /* of two senders */

mtype = { FREE, WAITS, OFFERED, DELETING }; /* a reading in daemon/inflight.c */
mtype = { OK, AGAIN };                      /* verdicts */

byte slot[SLOTS]; /* the SIM: which text lies there, 0 none */

/* the daemon: nothing of it outlives a crash */
byte inst = 1, gen = 1, readings;
mtype reading[SLOTS] = FREE;
byte text[SLOTS], number[SLOTS], order[SLOTS]; /* order: a delete's generation, or 0 */

/* the bus and the workers: a batch of two at most, as (instance, number, text) */
chan offer[2] = [2] of { byte, byte, byte };
chan verdict = [3] of { byte, byte, mtype };

/* the database: inbox_key */
bool key[4];

/* the world, for the claims */
byte faults, effects[4], arrived;

#define FAULT faults > 0 -> faults--
#ifdef MUTANT_NO_INBOX_KEY
#define KNOWN(m) false
#else
#define KNOWN(m) key[m]
#endif
#ifdef MUTANT_NO_GENERATION
#define VALID(s) true
#else
#define VALID(s) (order[s] == gen)
#endif
#ifdef MUTANT_NO_VERDICT_INSTANCE
#define MINE(i) true
#else
#define MINE(i) (i == inst)
#endif
#ifdef MUTANT_TWO_IN_FLIGHT
#define ALONE(s) true
#else /* no other text of this sender is out, none waits that was sent before it */
#define ALONE(s) (reading[1 - s] == FREE || reading[1 - s] == DELETING || \
	PEER(text[s]) != PEER(text[1 - s]) || \
	(reading[1 - s] == WAITS && text[s] <= text[1 - s]))
#endif
#define UNREAD(s) (slot[s] > 0 && reading[s] == FREE)
#define ALL_READ (!UNREAD(0) && !UNREAD(1))
#define ROOM (nfull(offer[0]) || nfull(offer[1]))
#ifdef MUTANT_POISON_AGAIN
#define CURSED (t[0] == POISON || t[1] == POISON)
#else
#define CURSED false
#endif
#define ALIVE(s) (offer[0]??[eval(inst), eval(number[s]), _] || \
	offer[1]??[eval(inst), eval(number[s]), _] || \
	verdict??[eval(inst), eval(number[s]), _])

#define FULL (slot[0] > 0 && slot[1] > 0)

/* a text takes the lowest free slot of the SIM */
inline deliver(m) {
	if
	:: slot[0] == 0 -> slot[0] = m
	:: else -> slot[1] = m
	fi
}

proctype network() {
	byte m;

end:	do
	:: atomic { arrived < TEXTS && !FULL -> arrived++; deliver(arrived) }
	:: atomic { faults > 0 && arrived > 0 && !FULL -> faults--;
		select(m : 1 .. arrived); /* its own acknowledgement was lost: twice */
		deliver(m); m = 0 }
	od
}

inline read(s) {
	if
	:: UNREAD(s) -> readings++; reading[s] = WAITS; text[s] = slot[s]; number[s] = readings
	:: else
	fi
}

inline forget(s) {
	reading[s] = FREE; text[s] = 0; number[s] = 0
}

/* after any re-init pending deletes are void, and the folder is read anew */
inline reinit() {
	gen++; forget(0); forget(1)
}

inline offer_it(s) {
	if
	:: nfull(offer[0]) -> offer[0]!inst, number[s], text[s]; reading[s] = OFFERED
	:: nempty(offer[0]) && nfull(offer[1]) -> /* idle workers are alike */
		offer[1]!inst, number[s], text[s]; reading[s] = OFFERED
	fi
}

inline erase(s) {
	assert(slot[s] == 0 || key[slot[s]]); /* else acknowledged and lost */
	slot[s] = 0
}

/* the modem's thread: one delete order */
inline carry_out(s) {
	if
	:: !VALID(s) -> order[s] = 0
	:: VALID(s) ->
		if
		:: erase(s); order[s] = 0; forget(s)
		:: FAULT; erase(s); reinit() /* done, but its answer never came */
		fi
	fi
}

inline hear(s) {
	if
	:: reading[s] == OFFERED && number[s] == n && v == OK ->
		reading[s] = DELETING; order[s] = gen
	:: reading[s] == OFFERED && number[s] == n && v == AGAIN -> reading[s] = WAITS
	:: else
	fi
}

proctype daemon() {
	byte i, n;
	mtype v;

end:	do
	:: atomic { !ALL_READ -> read(0); read(1) }
	:: atomic { reading[0] == WAITS && ALONE(0) && ALL_READ && ROOM -> offer_it(0) }
	:: atomic { reading[1] == WAITS && ALONE(1) && ALL_READ && ROOM -> offer_it(1) }
#ifndef MUTANT_NO_REOFFER
	:: atomic { reading[0] == OFFERED && !ALIVE(0) && ROOM -> offer_it(0) }
	:: atomic { reading[1] == OFFERED && !ALIVE(1) && ROOM -> offer_it(1) }
#endif
	:: atomic { faults > 0 && reading[0] == OFFERED && ROOM -> faults--; offer_it(0) }
	:: atomic { faults > 0 && reading[1] == OFFERED && ROOM -> faults--; offer_it(1) }
	:: atomic { verdict?i, n, v ->
		if
		:: MINE(i) -> hear(0); hear(1)
		:: !MINE(i)
		fi;
		i = 0; n = 0; v = 0 }
	:: atomic { order[0] > 0 -> carry_out(0) }
	:: atomic { order[1] > 0 -> carry_out(1) }
	:: atomic { faults > 0 -> faults--; reinit() }
	:: atomic { faults > 0 -> faults--; /* dies at any line, and is born again */
		inst++; readings = 0; forget(0); forget(1); order[0] = 0; order[1] = 0 }
	od
}

/* a transaction is one step: its peers are locked, and inbox_key is unique */
inline write(k) {
	m = t[k];
	if
	:: m == 0 || KNOWN(m)
	:: m > 0 && !KNOWN(m) && m == POISON -> key[m] = true /* as refused, with its error */
	:: m > 0 && !KNOWN(m) && m != POISON -> key[m] = true;
		effects[m]++;
		assert(effects[m] == 1);  /* no second effect */
		assert(m != 2 || key[1])  /* a sender's texts in their order */
	fi;
	m = 0
}

inline say(k, x) {
	if
	:: n[k] > 0 -> verdict!i[k], n[k], x
	:: n[k] == 0
	fi
}

/*
 * A batch is one step. What a worker does before its commit is like a slow offer, what
 * it does after is like a slow verdict, and its death is like the loss of either.
 */
proctype worker(byte w) {
	byte i[2], n[2], t[2], m;

end:	do
	:: atomic { nempty(offer[w]) && len(verdict) < 2 -> offer[w]?i[0], n[0], t[0];
		if
		:: offer[w]?<_, _, m>;
			if
			:: m == t[0] -> offer[w]?_, _, _ /* a second copy: dropped */
			:: m != t[0] && PEER(m) != PEER(t[0]) -> offer[w]?i[1], n[1], t[1]
			:: m != t[0] && PEER(m) == PEER(t[0]) /* the next batch has it */
			fi
		:: true /* it came too late for this batch */
		fi;
#ifdef MUTANT_ACK_BEFORE_COMMIT
		say(0, OK); say(1, OK);
#endif
		if
		:: !CURSED -> write(0); write(1); say(0, OK); say(1, OK)
		:: CURSED -> say(0, AGAIN); say(1, AGAIN)
		:: FAULT; say(0, AGAIN); say(1, AGAIN)
		:: FAULT; /* the connection is lost in COMMIT: committed, or not */
			if
			:: write(0); write(1)
			:: true
			fi
#ifdef MUTANT_UNKNOWN_IS_OK
			; say(0, OK); say(1, OK)
#endif
		fi;
		i[0] = 0; n[0] = 0; t[0] = 0; i[1] = 0; n[1] = 0; t[1] = 0; m = 0 }
	od
}

/* the bus drops without a word */
proctype wire() {
end:	do
	:: atomic { faults > 0 && nempty(offer[0]) -> faults--; offer[0]?_, _, _ }
	:: atomic { faults > 0 && nempty(offer[1]) -> faults--; offer[1]?_, _, _ }
	:: atomic { faults > 0 && nempty(verdict) -> faults--; verdict?_, _, _ }
	od
}

/* the faults are over and nothing moves any more: nothing may be left undone */
proctype judge() {
	timeout;
	assert(arrived == TEXTS && key[1] && key[2] && key[TEXTS]);
	assert(slot[0] == 0 && slot[1] == 0);
	assert(reading[0] == FREE && reading[1] == FREE)
}

init {
	atomic {
		select(faults : 0 .. FAULTS);
		run network(); run daemon(); run worker(0); run worker(1); run wire(); run judge()
	}
}
