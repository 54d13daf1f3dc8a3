package dev.warren.it.crash;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of all submissions. Each set has keys of submissions; all that {@link #violations}
 * names must be empty.
 *
 * @param attempted submissions in all
 * @param accepted those that were answered 202
 * @param rejected those that were answered: not accepted
 * @param indeterminate those whose callers know nothing, even after asking again
 * @param recovered those whose callers knew nothing at first, and learned by asking again that they
 *     are accepted
 * @param executions how often task bodies began
 * @param lost accepted, and later said not to exist
 * @param stuck accepted, and not finished at the end
 * @param unexpected executed, or listed, though nobody was told so, or nobody submitted it
 * @param ghost rejected, and executed all the same
 * @param unrun succeeded without an execution that ended
 * @param flip a finished state or result that changed
 * @param wrong finished with something else than what the task returns
 * @param twin submitted once, and there under two ids
 * @param duplicated how often a task began once more than needed, by the faults that explain it
 * @param unexplained began once more although nothing had failed since it was submitted
 * @param leftover what was left in the broker's queues
 */
record Verdict(
    int attempted,
    int accepted,
    int rejected,
    int indeterminate,
    int recovered,
    int executions,
    Set<String> lost,
    Set<String> stuck,
    Set<String> unexpected,
    Set<String> ghost,
    Set<String> unrun,
    Set<String> flip,
    Set<String> wrong,
    Set<String> twin,
    Map<String, Integer> duplicated,
    Set<String> unexplained,
    List<String> leftover) {

  private static final int SHOWN = 10;

  /** What must not be, one text each; none if all is well. */
  List<String> violations() {
    List<String> all = new ArrayList<>();
    add(all, "lost", lost);
    add(all, "stuck", stuck);
    add(all, "unexpected", unexpected);
    add(all, "ghost", ghost);
    add(all, "unrun", unrun);
    add(all, "flip", flip);
    add(all, "wrong", wrong);
    add(all, "twin", twin);
    add(all, "unexplained", unexplained);
    add(all, "leftover", leftover);
    return all;
  }

  /** How often a task began once more than needed. */
  int duplicates() {
    return duplicated.values().stream().mapToInt(Integer::intValue).sum() + unexplained.size();
  }

  /** The figures, a line each. */
  String report() {
    return """
        | | |
        | --- | --- |
        | submissions | %d |
        | accepted | %d, of which %d after a doubt |
        | rejected | %d |
        | indeterminate to the end | %d |
        | executions | %d |
        | lost | %d |
        | stuck | %d |
        | unexpected | %d |
        | ghost (rejected, executed) | %d |
        | unrun (succeeded, not executed) | %d |
        | flip | %d |
        | wrong | %d |
        | twin (one key, two tasks) | %d |
        | executed again | %d: %s |
        | ... without a reason | %d |
        | left in queues | %s |
        """
        .formatted(
            attempted,
            accepted,
            recovered,
            rejected,
            indeterminate,
            executions,
            lost.size(),
            stuck.size(),
            unexpected.size(),
            ghost.size(),
            unrun.size(),
            flip.size(),
            wrong.size(),
            twin.size(),
            duplicates(),
            duplicated,
            unexplained.size(),
            leftover.isEmpty() ? "nothing" : leftover);
  }

  private static void add(List<String> all, String name, Collection<String> found) {
    if (!found.isEmpty()) {
      all.add(
          "%s: %d, such as %s".formatted(name, found.size(), found.stream().limit(SHOWN).toList()));
    }
  }
}
