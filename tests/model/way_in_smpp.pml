// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A message's way in over SMPP, where a repeat bears no mark: one person sends texts that
 * are all alike, the SMSC repeats what it has no answer to, binds end and begin anew.
 * The rule of inbox_key must tell a repeat from a like text. docs/model.md explains it.
 */
#ifndef FAULTS
#define FAULTS 3 /* in a run, of any kind, at any step: the search tries them all */
#endif
#define NUMBERS 6 /* PDUs on one bind, fewer than */
#define AT(b, n) ((b - 1) * NUMBERS + n)
#define READINGS ((FAULTS + 1) * NUMBERS)

mtype = { UNSENT, OUT, ANSWERED };

/* the SMSC: two texts, and the number of the last PDU of each on this bind */
mtype sm[2] = UNSENT;
byte seq[2], sent, bind = 1;
chan pdu = [2] of { byte }; /* the TCP of the bind, there and back */
chan resp = [2] of { byte };

/* the daemon: what it read on this bind, and answered, one at a time and in order */
byte read, answered, confirmed;
bool lapsed[READINGS]; /* by (bind, number): our timeout passed, no response written */

/* the bus: (bind, number) to one of two workers; verdicts; confirmations */
chan offer[2] = [2] of { byte, byte };
chan verdict = [2] of { byte, byte };
chan confirm = [1] of { byte, byte };

/* inbox_key's rows of this one hash; each is one effect */
byte rbind[3], rnumber[3], effects;
bool open[3];

/* the world, for the claims: texts sent so far, readings that counted as an answer */
byte faults, genuine, x, i;
bool got[READINGS], displaced[READINGS];

#define FAULT faults > 0 -> faults--
#define NEXT (answered + 1)
#define ALIVE (offer[0]??[eval(bind), eval(NEXT)] || \
	offer[1]??[eval(bind), eval(NEXT)] || verdict??[eval(bind), eval(NEXT)])

/* how reading (b, n) stands to row k */
#ifdef MUTANT_CONFIRM_UNHEARD
#define HEARD(n) true
#else
#define HEARD(n) got[AT(bind, n)]
#endif
#define OWN(k) (effects > k && rbind[k] == b && rnumber[k] == n)
#ifdef MUTANT_NO_EARLIER
#define EARLIER(k) false
#else
#define EARLIER(k) (effects > k && (b < rbind[k] || (b == rbind[k] && n < rnumber[k])))
#endif
#define UNSURE(k) (effects > k && open[k] && (b > rbind[k] || \
	(b == rbind[k] && n > rnumber[k] && lapsed[AT(rbind[k], rnumber[k])])))
#ifdef MUTANT_HASH_ONLY
#define REPEATED(k) (effects > k)
#elif defined(MUTANT_NO_LAPSE)
#define REPEATED(k) (UNSURE(k) && b > rbind[k])
#elif defined(MUTANT_SAME_BIND_ONLY)
#define REPEATED(k) (UNSURE(k) && b == rbind[k])
#else
#define REPEATED(k) UNSURE(k)
#endif

inline submit(g) {
	assert(sent + 1 < NUMBERS);
	sent++; seq[g] = sent; sm[g] = OUT; pdu!sent
}

inline hears(g) {
	if
	:: sm[g] == OUT && seq[g] == n -> sm[g] = ANSWERED; got[AT(bind, n)] = true
	:: else
	fi
}

/* its own timeout is longer than ours: it never runs out before ours did */
proctype smsc() {
	byte n;

end:	do
	:: atomic { sm[0] == UNSENT && nfull(pdu) -> submit(0);
		genuine = (genuine > 0 -> genuine : 1) }
	:: atomic { sm[1] == UNSENT && nfull(pdu) && genuine > 0 -> submit(1); genuine = 2 }
	:: atomic { resp?n -> hears(0); hears(1); n = 0 }
	:: atomic { sm[0] == OUT && lapsed[AT(bind, seq[0])] && nfull(pdu) -> submit(0) }
	:: atomic { sm[1] == OUT && lapsed[AT(bind, seq[1])] && nfull(pdu) -> submit(1) }
	od
}

inline offer_it() {
	if
	:: nfull(offer[0]) -> offer[0]!bind, NEXT
	:: nempty(offer[0]) && nfull(offer[1]) -> offer[1]!bind, NEXT
	fi
}

#define ROOM (nfull(offer[0]) || nfull(offer[1]))

proctype daemon() {
	byte b, n;

end:	do
	:: atomic { pdu?n -> read = n; n = 0 }
	:: atomic { read > answered && !ALIVE && ROOM -> offer_it() }
	:: atomic { faults > 0 && read > answered && ALIVE && ROOM -> faults--; offer_it() }
	:: atomic { faults > 0 && read > answered && !lapsed[AT(bind, NEXT)] -> faults--;
		lapsed[AT(bind, NEXT)] = true }
	:: atomic { nfull(resp) && verdict?[b, n] -> verdict?b, n;
		if
		:: b == bind && n == NEXT -> answered = n;
			if
			:: resp!n
			:: lapsed[AT(bind, n)] /* too late to say anything */
			fi
		:: else
		fi;
		b = 0; n = 0 }
	:: atomic { confirmed < answered && nfull(confirm) -> confirmed++;
		if /* the SMSC answered a request that was written after this response */
		:: HEARD(confirmed) && !lapsed[AT(bind, confirmed)] ->
			confirm!bind, confirmed
		:: true /* or it never did */
		fi }
	:: atomic { faults > 0 -> faults--; /* the bind ends, or the daemon: nothing is left */
		bind++; sent = 0; read = 0; answered = 0; confirmed = 0;
		do
		:: pdu?_
		:: resp?_
		:: empty(pdu) && empty(resp) -> break
		od;
		if
		:: sm[0] == OUT -> sm[0] = UNSENT
		:: else
		fi;
		if
		:: sm[1] == OUT -> sm[1] = UNSENT
		:: else
		fi;
		seq[0] = 0; seq[1] = 0 }
	od
}

inline take_over(k) {
	displaced[AT(rbind[k], rnumber[k])] = UNSURE(k);
	rbind[k] = b; rnumber[k] = n; open[k] = true
}

proctype worker(byte w) {
	byte b, n;

end:	do
	:: atomic { nfull(verdict) && offer[w]?[b, n] -> offer[w]?b, n;
		if
		:: OWN(0) || OWN(1)
#ifdef MUTANT_TAKE_BACK
		:: !OWN(0) && !OWN(1) && EARLIER(0) -> take_over(0)
		:: !OWN(0) && !OWN(1) && !EARLIER(0) && EARLIER(1) -> take_over(1)
#else
		:: !OWN(0) && !OWN(1) && (EARLIER(0) || EARLIER(1))
#endif
		:: !OWN(0) && !OWN(1) && !EARLIER(0) && !EARLIER(1) ->
			if
			:: REPEATED(0) -> take_over(0)
			:: !REPEATED(0) && REPEATED(1) -> take_over(1)
			:: !REPEATED(0) && !REPEATED(1) ->
				assert(effects < genuine); /* no second effect */
				rbind[effects] = b; rnumber[effects] = n; open[effects] = true;
				effects++
			fi
		fi;
		verdict!b, n; b = 0; n = 0 }
	:: atomic { confirm?b, n ->
		open[0] = open[0] && !OWN(0);
		open[1] = open[1] && !OWN(1);
		b = 0; n = 0 }
	od
}

proctype wire() {
end:	do
	:: atomic { faults > 0 && nempty(offer[0]) -> faults--; offer[0]?_, _ }
	:: atomic { faults > 0 && nempty(offer[1]) -> faults--; offer[1]?_, _ }
	:: atomic { faults > 0 && nempty(verdict) -> faults--; verdict?_, _ }
	od
}

/*
 * The faults are over and nothing moves any more. A like text that came while a row was
 * open for an answer that had in truth arrived may be lost for it, once: accepted.
 */
proctype judge() {
	timeout;
	assert(sm[0] == ANSWERED && sm[1] == ANSWERED && read == answered);
	d_step {
		x = effects; i = 0;
		do
		:: i < READINGS -> x = x + (got[i] && displaced[i]); i++
		:: i == READINGS -> break
		od
	}
	assert(x >= 2) /* else acknowledged and lost */
}

init {
	atomic {
		select(faults : 0 .. FAULTS);
		run smsc(); run daemon(); run worker(0); run worker(1); run wire(); run judge()
	}
}
