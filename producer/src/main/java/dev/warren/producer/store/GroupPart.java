package dev.warren.producer.store;

import java.util.UUID;

/**
 * Which items of a group a task computes: a chunk of them.
 *
 * @param group the group's id
 * @param first the index in the group of its first item
 * @param items how many items it has, at least 1
 * @param done how many of them have an outcome: the first ones
 * @param failed how many of those have failed
 * @param generation how often what was left of it has been sent again; a reply that tells of an
 *     older one tells of other items and is ignored
 * @param star whether an item is a list of arguments rather than the only one
 */
public record GroupPart(
    UUID group, int first, int items, int done, int failed, int generation, boolean star) {

  /** Items without an outcome. */
  public int left() {
    return items - done;
  }

  GroupPart withOutcomes(int more, int moreFailed) {
    return new GroupPart(group, first, items, done + more, failed + moreFailed, generation, star);
  }

  GroupPart sentAgain() {
    return new GroupPart(group, first, items, done, failed, generation + 1, star);
  }
}
