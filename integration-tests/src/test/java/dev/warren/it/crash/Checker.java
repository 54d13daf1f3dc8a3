package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Jepsen's checker of queues, extended: compares what callers were told with what task bodies wrote
 * down and with what reads told afterwards. Knows nothing of Warren but its state names.
 *
 * <p>An execution beyond the first is explained by a fault that overlaps the time from the task's
 * submission to that execution's begin: during that time an earlier attempt, or its message, was
 * outstanding.
 */
final class Checker {

  private static final Set<String> FINISHED = Set.of("SUCCEEDED", "FAILED", "REVOKED", "EXPIRED");

  private static final class Submission {
    private long submittedAt = Long.MAX_VALUE;
    private boolean doubted;
    private @Nullable Kind answer;
    private final Set<String> ids = new TreeSet<>();
    private final List<Event> begun = new ArrayList<>();
    private boolean ended;

    /** Those it was told, and those under which it ran. */
    private Set<String> allIds() {
      Set<String> all = new TreeSet<>(ids);
      begun.forEach(event -> all.add(event.id()));
      return all;
    }
  }

  private record Fault(String name, long from, long to) {
    private boolean isOpen(String which) {
      return to == Long.MAX_VALUE && name.equals(which);
    }

    private Fault until(long end) {
      return new Fault(name, from, end);
    }
  }

  private record Read(long at, String value) {
    private boolean isFinished() {
      return FINISHED.contains(value.split(" ", 2)[0]);
    }
  }

  private final Map<String, Submission> submissions = new TreeMap<>();
  private final Map<String, List<Read>> reads = new HashMap<>();
  private final Set<String> absent = new HashSet<>();
  private final Set<String> listed = new HashSet<>();
  private final List<Fault> faults = new ArrayList<>();

  private final Set<String> lost = new TreeSet<>();
  private final Set<String> stuck = new TreeSet<>();
  private final Set<String> unexpected = new TreeSet<>();
  private final Set<String> ghost = new TreeSet<>();
  private final Set<String> unrun = new TreeSet<>();
  private final Set<String> flip = new TreeSet<>();
  private final Set<String> wrong = new TreeSet<>();
  private final Set<String> twin = new TreeSet<>();
  private final Map<String, Integer> duplicated = new TreeMap<>();
  private final Set<String> unexplained = new TreeSet<>();
  private final List<String> leftover = new ArrayList<>();

  private Checker() {}

  /** Judges a history; the order of its lines does not matter. */
  static Verdict check(List<Event> history) {
    Checker checker = new Checker();
    history.stream().sorted(Comparator.comparingLong(Event::at)).forEach(checker::take);
    return checker.verdict();
  }

  // --- reading the history -----------------------------------------------------------------------

  private void take(Event event) {
    switch (event.kind()) {
      case SUBMIT -> {
        Submission submission = of(event);
        submission.submittedAt = Math.min(submission.submittedAt, event.at());
      }
      case ACCEPTED -> {
        of(event).answer = Kind.ACCEPTED;
        of(event).ids.add(event.id());
      }
      case REJECTED -> of(event).answer = Kind.REJECTED;
      case UNKNOWN -> of(event).doubted = true;
      case BEGIN -> of(event).begun.add(event);
      case END -> of(event).ended = true;
      case READ -> readsOf(event.id()).add(new Read(event.at(), event.value()));
      case ABSENT -> absent.add(event.id());
      case LISTED -> listed.add(event.id());
      case FAULT_BEGIN -> faults.add(new Fault(event.value(), event.at(), Long.MAX_VALUE));
      case FAULT_END ->
          faults.replaceAll(fault -> fault.isOpen(event.value()) ? fault.until(event.at()) : fault);
      case LEFT -> leftover.add(event.value());
    }
  }

  private Submission of(Event event) {
    return submissions.computeIfAbsent(event.key(), key -> new Submission());
  }

  private List<Read> readsOf(String id) {
    return reads.computeIfAbsent(id, i -> new ArrayList<>());
  }

  private List<Read> finishedReadsOf(String id) {
    return readsOf(id).stream().filter(Read::isFinished).toList();
  }

  // --- judging -----------------------------------------------------------------------------------

  private Verdict verdict() {
    submissions.forEach(this::judge);
    Set<String> known = new HashSet<>();
    submissions.values().stream()
        .filter(submission -> submission.answer != Kind.REJECTED)
        .forEach(submission -> known.addAll(submission.allIds()));
    listed.stream().filter(id -> !known.contains(id)).forEach(unexpected::add);
    return new Verdict(
        submissions.size(),
        count(s -> s.answer == Kind.ACCEPTED),
        count(s -> s.answer == Kind.REJECTED),
        count(s -> s.answer == null),
        count(s -> s.answer == Kind.ACCEPTED && s.doubted),
        submissions.values().stream().mapToInt(s -> s.begun.size()).sum(),
        lost,
        stuck,
        unexpected,
        ghost,
        unrun,
        flip,
        wrong,
        twin,
        duplicated,
        unexplained,
        leftover);
  }

  private int count(Predicate<Submission> which) {
    return (int) submissions.values().stream().filter(which).count();
  }

  private void judge(String key, Submission submission) {
    if (submission.submittedAt == Long.MAX_VALUE) {
      unexpected.add(key);
    }
    if (submission.allIds().size() > 1) {
      twin.add(key);
    }
    if (submission.answer == Kind.REJECTED && !submission.begun.isEmpty()) {
      ghost.add(key);
    }
    if (submission.answer == Kind.ACCEPTED) {
      submission.ids.forEach(id -> judgeReads(key, id, submission.ended));
    }
    explain(key, submission);
  }

  private void judgeReads(String key, String id, boolean ended) {
    if (absent.contains(id)) {
      lost.add(key);
    }
    List<Read> finished = finishedReadsOf(id);
    if (finished.isEmpty()) {
      stuck.add(key);
      return;
    }
    Read first = finished.get(0);
    if (!first.value().equals("SUCCEEDED " + CrashTasks.result(Long.parseLong(key)))) {
      wrong.add(key);
    }
    if (first.value().startsWith("SUCCEEDED") && !ended) {
      unrun.add(key);
    }
    if (readsOf(id).stream()
        .filter(read -> read.isFinished() || read.at() > first.at())
        .anyMatch(read -> !read.value().equals(first.value()))) {
      flip.add(key);
    }
  }

  private void explain(String key, Submission submission) {
    for (Event again : submission.begun.stream().skip(1).toList()) {
      faults.stream()
          .filter(fault -> fault.from() <= again.at() && fault.to() >= submission.submittedAt)
          .reduce((earlier, later) -> later)
          .ifPresentOrElse(
              fault -> duplicated.merge(fault.name(), 1, Integer::sum), () -> unexplained.add(key));
    }
  }
}
