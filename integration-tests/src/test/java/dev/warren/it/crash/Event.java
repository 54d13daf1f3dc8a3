package dev.warren.it.crash;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One line of a campaign's history. What does not apply is an empty text.
 *
 * @param at when it happened, in microseconds since 1970 by the machine's clock
 * @param who the process that tells, or is told of
 * @param key the submission that it is about; a number, which is the task's argument too
 * @param id the task that it is about
 * @param value see {@link Kind}
 */
record Event(long at, Kind kind, String who, String key, String id, String value) {

  /** What happened. */
  enum Kind {
    /** A caller began to submit. */
    SUBMIT,
    /** A caller was told: accepted, under this id. */
    ACCEPTED,
    /** A caller was told: not accepted; the value says with which words. */
    REJECTED,
    /** A caller was told nothing that says whether it is accepted; the value says what came. */
    UNKNOWN,
    /** The task's body began; the value is the attempt. */
    BEGIN,
    /** The task's body returned. */
    END,
    /**
     * A read told the state, and the result behind a blank. Of a finished task the moment is that
     * of the answer, else that of the question: what finishes in between is no step back.
     */
    READ,
    /** A read told that there is no such task. */
    ABSENT,
    /** The list of all tasks has this one. */
    LISTED,
    /** Something is broken from now on; the value names it. */
    FAULT_BEGIN,
    /** It works again. */
    FAULT_END,
    /** When all was over something was left; the value says what. */
    LEFT
  }

  static Event of(Kind kind, String who, String key, String id, String value) {
    return new Event(now(), kind, who, key, id, value);
  }

  static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
