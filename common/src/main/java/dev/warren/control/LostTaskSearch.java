package dev.warren.control;

import dev.warren.control.LostTasks.Silent;
import dev.warren.rabbit.QueueLook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which silent tasks of one queue are nowhere any more. Knows neither broker nor clock: it
 * is told what was seen and when, on {@link System#nanoTime()}'s clock. Thread-safe.
 *
 * <ul>
 *   <li>S1: A task is asked for once it is known not to wait in the queue: the queue was seen empty
 *       after the task was accepted, or a probe that was published behind it has been answered.
 *   <li>S2: A task is lost when two questions in a row were conclusive and no worker held it, and
 *       it is known anew between them that it does not wait: a worker that died may have given it
 *       back in the meantime.
 *   <li>S3: A question is conclusive if the consumers of all that answered are at least those that
 *       the broker counts, before and after. A worker that is frozen is counted by the broker until
 *       its heartbeats fail, and does not answer.
 *   <li>S4: A worker that held a task and then says nothing at all still holds it, for {@link
 *       #MISSING_HOLDER}: it may have no consumers any more because it drains.
 *   <li>S5: Nothing is concluded while tasks wait in {@code .due} or {@code .delay}, while there is
 *       no queue, or no consumer for what waits in it.
 * </ul>
 */
final class LostTaskSearch {

  /** How long a task that a worker holds is not asked for again. */
  static final Duration HELD = Duration.ofSeconds(15);

  /** By when the broker has noticed that a worker's connection is gone. */
  static final Duration MISSING_HOLDER = Duration.ofSeconds(60);

  /** How long a probe is waited for before another one is sent; doubled each time. */
  static final Duration FIRST_PATIENCE = Duration.ofSeconds(30);

  private static final Duration LONGEST_PATIENCE = Duration.ofMinutes(10);
  private static final int MOST_PROBES = 16;

  /** Tasks that are asked for at a time: some 2 MB to each worker. */
  static final int MOST_ASKED = 50_000;

  /** What earlier questions told of a task. */
  private static final class Trace {
    @Nullable Long missedAt;
    @Nullable Long heldAt;
    @Nullable String holder;
  }

  /** What was in the queue before this moment is not any more; null if nothing is known. */
  private @Nullable Long goneBefore;

  /** When each probe that has no answer was made, the oldest first. */
  private final Map<String, Long> probes = new LinkedHashMap<>();

  private Duration patience = FIRST_PATIENCE;
  private final Map<String, Trace> traces = new HashMap<>();
  private List<Silent> silent = List.of();
  private @Nullable QueueLook before;

  /**
   * Begins a round.
   *
   * @param now a moment before the look
   * @param look what the queue looks like; null if there is none
   * @param tasks the queue's silent tasks
   * @return ids of the tasks to ask the workers for, {@link #MOST_ASKED} at most
   */
  synchronized List<String> begin(long now, @Nullable QueueLook look, List<Silent> tasks) {
    silent = tasks;
    before = look;
    forgetAllBut(tasks);
    if (look == null || tellsNothing(look)) {
      forgetMisses();
      return List.of();
    }
    if (look.ready() == 0) {
      goneBefore = now;
      probes.clear();
      patience = FIRST_PATIENCE;
    }
    return asked(now)
        .filter(this::isGone)
        .sorted(Comparator.comparing(task -> !isMissed(task)))
        .limit(MOST_ASKED)
        .map(Silent::id)
        .toList();
  }

  /** Whether tasks may wait where no question finds them. */
  private static boolean tellsNothing(QueueLook look) {
    return look.putOff() > 0 || (look.ready() > 0 && look.consumers() == 0);
  }

  private void forgetAllBut(List<Silent> tasks) {
    Set<String> ids = new HashSet<>();
    tasks.forEach(task -> ids.add(task.id()));
    traces.keySet().retainAll(ids);
  }

  /** Nothing counts that was found before something that was not found out. */
  synchronized void forgetMisses() {
    traces.values().forEach(trace -> trace.missedAt = null);
  }

  private Stream<Silent> asked(long now) {
    return silent.stream()
        .filter(
            task -> {
              Trace trace = traces.get(task.id());
              return trace == null || trace.heldAt == null || now - trace.heldAt >= HELD.toNanos();
            });
  }

  private boolean isMissed(Silent task) {
    Trace trace = traces.get(task.id());
    return trace != null && trace.missedAt != null;
  }

  /** Whether the queue is known not to hold it, by what was found out since its last trace. */
  private boolean isGone(Silent task) {
    Long gone = goneBefore;
    if (gone == null || gone - task.since() <= 0) {
      return false;
    }
    Trace trace = traces.get(task.id());
    return trace == null || (isAfter(gone, trace.missedAt) && isAfter(gone, trace.heldAt));
  }

  private static boolean isAfter(long moment, @Nullable Long other) {
    return other == null || moment - other > 0;
  }

  /**
   * The id of a probe to be published now, or null if none is needed: something waits in the queue,
   * and it may be one of the silent tasks.
   */
  synchronized @Nullable String probe(long now) {
    QueueLook look = before;
    if (look == null || tellsNothing(look) || look.ready() == 0) {
      return null;
    }
    if (asked(now).allMatch(this::isGone)) {
      return null;
    }
    if (!probes.isEmpty()) {
      long newest = probes.values().stream().reduce((first, second) -> second).orElse(now);
      if (now - newest < patience.toNanos()) {
        return null;
      }
      Duration doubled = patience.multipliedBy(2); // it may have been purged itself
      patience = doubled.compareTo(LONGEST_PATIENCE) < 0 ? doubled : LONGEST_PATIENCE;
    }
    if (probes.size() >= MOST_PROBES) {
      probes.remove(probes.keySet().iterator().next());
    }
    String id = UUID.randomUUID().toString();
    probes.put(id, now);
    return id;
  }

  /** A probe that was not published. */
  synchronized void probeFailed(String id) {
    probes.remove(id);
  }

  /** A worker has answered this task; says whether it is a probe. */
  synchronized boolean probeAnswered(String id) {
    Long made = probes.get(id);
    if (made == null) {
      return false;
    }
    if (isAfter(made, goneBefore)) {
      goneBefore = made;
    }
    probes.values().removeIf(other -> other - made <= 0);
    patience = FIRST_PATIENCE;
    return true;
  }

  /**
   * Ends a question.
   *
   * @param now a moment after the answers
   * @param after what the queue looks like now; null if there is none
   * @return ids of the tasks that are lost
   */
  synchronized List<String> conclude(
      long now, @Nullable QueueLook after, RollCall.Answers answers) {
    boolean conclusive = isConclusive(after, answers);
    List<String> lost = new ArrayList<>();
    for (String id : answers.ids()) {
      Trace trace = traces.computeIfAbsent(id, unknown -> new Trace());
      String holder = answers.holders().get(id);
      if (holder != null) {
        trace.holder = holder;
        trace.heldAt = now;
        trace.missedAt = null;
      } else if (!conclusive || holderIsMissing(now, trace, answers.answered())) {
        trace.missedAt = null;
      } else if (trace.missedAt == null) {
        trace.missedAt = now;
      } else {
        traces.remove(id);
        lost.add(id);
      }
    }
    return lost;
  }

  private boolean isConclusive(@Nullable QueueLook after, RollCall.Answers answers) {
    QueueLook look = before;
    return answers.heard()
        && look != null
        && after != null
        && !tellsNothing(after)
        && answers.consumers() >= Math.max(look.consumers(), after.consumers());
  }

  private static boolean holderIsMissing(long now, Trace trace, Set<String> answered) {
    return trace.heldAt != null
        && trace.holder != null
        && !answered.contains(trace.holder)
        && now - trace.heldAt < MISSING_HOLDER.toNanos();
  }
}
