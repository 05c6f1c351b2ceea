/* A model of the circuit breaker's protocol, for spin: callers that fail, hang, cancel and return late, a
 * clock that advances at any moment, and an upstream that may fail until it heals. The C++ code under the
 * lock is one atomic step here. Generations and lease numbers are replaced by their meaning: "still the
 * same period", "still the holder". Successes that C++ counts without the lock are steps in which
 * nothing is pending and nothing moves, so the model need not tell them apart.
 *
 * Safety: an open breaker admits no call; there are never more unexpired probes than allowed; a late
 * result changes nothing. Liveness: if the upstream heals and one caller keeps calling, the breaker
 * finally stays closed, whatever was abandoned before.
 *
 * -DNO_LEASE, -DNO_GENERATION, -DUNLIMITED_PROBES and -DADMIT_WHEN_OPEN are mistakes that must be found.
 */

#define CALLERS 3
#define PROBES 2
#define FAILURES 2
#define SUCCESSES 2
#define NOBODY 255

mtype = { closed, open, half_open };
mtype state = closed;
byte failures = 0;
byte successes = 0;
bool open_over = false;          /* the open time is over */
byte holder[PROBES] = NOBODY;    /* of each probe slot */

bool under_way[CALLERS] = false;
bool probe[CALLERS] = false;
bool current[CALLERS] = false;   /* the permit is of the current generation */
bool lease_over[CALLERS] = false;
bool well[CALLERS] = false;      /* the call began after the upstream healed */

bool healed = false;             /* permanently: calls that begin now succeed */

#define holds(me) (holder[0] == me || holder[1] == me)
#define unexpired(i) (under_way[i] && probe[i] && !lease_over[i])

inline new_period(next) {
  state = next;
  successes = 0;
  current[0] = false; current[1] = false; current[2] = false
}

inline trip() { new_period(open); failures = 0 }

inline give_slot(me, given) {
  given = true;
  if
  :: holder[0] == NOBODY -> holder[0] = me
  :: else ->
    if
    :: holder[1] == NOBODY -> holder[1] = me
    :: else ->
      if
#ifndef NO_LEASE
      :: lease_over[holder[0]] -> holder[0] = me
      :: lease_over[holder[1]] -> holder[1] = me
#endif
#ifdef UNLIMITED_PROBES
      :: skip
#endif
      :: else -> given = false
      fi
    fi
  fi
}

/* One step: performs a transition that is due, then admits or rejects. */
inline acquire(me, admitted) {
  d_step {
    if
    :: state == open && open_over -> new_period(half_open); open_over = false
    :: else -> skip
    fi;
    if
    :: state == closed -> admitted = true
    :: state == half_open -> give_slot(me, admitted); probe[me] = admitted
#ifdef ADMIT_WHEN_OPEN
    :: state == open -> admitted = true
#endif
    :: else -> skip
    fi;
    if
    :: admitted ->
      assert(state != open);
      under_way[me] = true;
      current[me] = true;
      well[me] = healed;
      assert(unexpired(0) + unexpired(1) + unexpired(2) <= PROBES)
    :: else -> skip
    fi
  }
}

#ifdef NO_GENERATION
#define counts(me) (state != open && (!probe[me] || had_slot))
#else
#define counts(me) (current[me] && (!probe[me] || had_slot))
#endif

inline finish(me, failed, ignored) {
  d_step {
    had_slot = holds(me);
    if
    :: holder[0] == me -> holder[0] = NOBODY
    :: holder[1] == me -> holder[1] = NOBODY
    :: else -> skip
    fi;
    if
    :: !ignored && counts(me) ->
      assert(current[me]);                      /* a late result changes nothing */
      assert(!probe[me] || state == half_open);
      if
      :: failed && state == half_open -> trip()
      :: failed && state == closed ->
        failures++;
        if
        :: failures >= FAILURES -> trip()
        :: else -> skip
        fi
      :: !failed && state == half_open ->
        successes++;
        if
        :: successes >= SUCCESSES -> new_period(closed)
        :: else -> skip
        fi
      :: !failed && state == closed -> failures = 0
      :: else -> skip
      fi
    :: else -> skip
    fi;
    under_way[me] = false;
    probe[me] = false;
    current[me] = false;
    lease_over[me] = false;
    well[me] = false;
    had_slot = false
  }
}

/* Caller 0 keeps calling; the others may hang forever. A call of the healed upstream succeeds. */
proctype Caller(byte me) {
  bool admitted = false;
  bool had_slot = false;
again:
  do
  :: atomic {
       acquire(me, admitted);
       if
       :: admitted -> admitted = false; goto calling
       :: else -> skip
       fi
     }
  od;
calling:
  if
  :: atomic { true -> finish(me, false, false); goto again }
  :: atomic { !well[me] -> finish(me, true, false); goto again }
  :: atomic { !well[me] -> finish(me, false, true); goto again }   /* cancelled, or dropped */
  :: !well[me] && me != 0 -> goto gone
  fi;
gone:
end:
  false
}

proctype Time() {
end:
  do
  :: d_step { state == open && !open_over -> open_over = true }
  :: d_step { unexpired(0) && !well[0] -> lease_over[0] = true }
  :: d_step { unexpired(1) && !well[1] -> lease_over[1] = true }
  :: d_step { unexpired(2) && !well[2] -> lease_over[2] = true }
  od
}

proctype Upstream() {
end:
  if
  :: healed = true
  :: false
  fi
}

init {
  atomic { run Time(); run Upstream(); run Caller(0); run Caller(1); run Caller(2) }
}

ltl recovers { (<> healed) -> <> [] (state == closed) }
