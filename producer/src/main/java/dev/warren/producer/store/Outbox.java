package dev.warren.producer.store;

import dev.warren.producer.store.Claim.Lease;
import dev.warren.producer.store.TaskStore.Silent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What is to be published, and what was.
 *
 * <ol>
 *   <li><b>I1</b> {@code publish_at} is the outbox: null means that the broker has the message, or
 *       that the task is finished, or that it is a part of a group that is not released yet.
 *   <li><b>I2</b> A lease is a {@code publish_at} in the future. Whoever holds it knows its exact
 *       end; everything that is done with a lease says so, and does nothing if it is another's.
 * </ol>
 */
final class Outbox {

  /** Arguments of tasks that are claimed at a time, as far as it takes more than one. */
  private static final long MOST_CLAIMED_BYTES = 4_000_000;

  private static final String DUE =
      "select id from task where publish_at <= ?%s order by publish_at limit ?"
          + " for update skip locked";

  private static final String SIZES =
      "select task_id, octet_length(args) + octet_length(kwargs) as size from task_content"
          + " where task_id = any(?)";

  private static final String CLAIMED =
      "select %s, args, kwargs from task join task_content on task_id = id where id = any(?)"
          .formatted(TaskRows.COLUMNS);

  private final Database database;

  Outbox(Database database) {
    this.database = database;
  }

  List<Claim> claimDue(Instant now, Instant leaseUntil, int limit, Set<String> except) {
    return except.isEmpty()
        ? claim("", to -> {}, now, leaseUntil, limit)
        : claim(" and not queue = any(?)", to -> to.texts(except), now, leaseUntil, limit);
  }

  List<Claim> claimDueOf(String queue, Instant now, Instant leaseUntil, int limit) {
    return claim(" and queue = ?", to -> to.text(queue), now, leaseUntil, limit);
  }

  private List<Claim> claim(
      String condition, Binder.Binding binding, Instant now, Instant leaseUntil, int limit) {
    Instant until = Moments.micros(leaseUntil);
    return database.write(
        () -> {
          List<UUID> due =
              fitting(
                  database.query(
                      DUE.formatted(condition),
                      to -> {
                        to.moment(now);
                        binding.bind(to);
                        to.count(limit);
                      },
                      (row, index) -> TaskRows.uuid(row, "id")));
          database.batch(
              "update task set publish_at = ?, accepted = true where id = ?",
              due,
              (to, id) -> to.moment(until).id(id));
          List<Claim> claims =
              database.query(CLAIMED, to -> to.ids(due), (row, index) -> claim(row, index, until));
          claims.sort(Comparator.comparingInt(claim -> due.indexOf(claim.task().id())));
          return claims;
        });
  }

  /** The first ones, at least one, that are no more than memory should hold at a time. */
  private List<UUID> fitting(List<UUID> due) {
    Map<UUID, Long> sizes = new HashMap<>();
    database.query(
        SIZES,
        to -> to.ids(due),
        (row, index) -> sizes.put(TaskRows.uuid(row, "task_id"), row.getLong("size")));
    List<UUID> fitting = new ArrayList<>();
    long size = 0;
    for (UUID id : due) {
      size += sizes.getOrDefault(id, 0L);
      if (size > MOST_CLAIMED_BYTES && !fitting.isEmpty()) {
        break;
      }
      fitting.add(id);
    }
    return fitting;
  }

  private static Claim claim(ResultSet row, int index, Instant until) throws SQLException {
    return new Claim(
        TaskRows.task(row, index), TaskRows.text(row, "args"), TaskRows.text(row, "kwargs"), until);
  }

  List<Lease> renew(Collection<Lease> leases, Instant leaseUntil) {
    Instant until = Moments.micros(leaseUntil);
    return move(leases, until).stream().map(lease -> new Lease(lease.id(), until)).toList();
  }

  void postpone(Collection<Lease> leases, Instant until) {
    move(leases, until);
  }

  private List<Lease> move(Collection<Lease> leases, Instant until) {
    return database.write(
        () ->
            database.changed(
                "update task set publish_at = ? where id = ? and publish_at = ?",
                inOrder(leases),
                (to, lease) -> to.moment(until).id(lease.id()).moment(lease.until())));
  }

  void sent(Collection<Lease> leases, Instant now) {
    database.write(
        () ->
            database.batch(
                """
                update task set publish_at = null, heard_at = ?, due_at = null, accepted = true,
                  state = case when state = 'SCHEDULED' then 'QUEUED' else state end
                where id = ? and publish_at = ?
                """,
                inOrder(leases),
                (to, lease) -> to.moment(now).id(lease.id()).moment(lease.until())));
  }

  private static List<Lease> inOrder(Collection<Lease> leases) {
    return leases.stream().sorted(Comparator.comparing(Lease::id)).toList();
  }

  List<Silent> silent(String queue, Instant before, int limit) {
    return database.query(
        "select id, queue, heard_at, generation from task where queue = ? and heard_at < ?"
            + " and publish_at is null order by heard_at limit ?",
        to -> to.text(queue).moment(before).count(limit),
        Outbox::silent);
  }

  private static Silent silent(ResultSet row, int index) throws SQLException {
    UUID id = TaskRows.uuid(row, "id");
    return new Silent(
        id,
        TaskId.inMessage(id, row.getInt("generation")),
        TaskRows.text(row, "queue"),
        TaskRows.present(TaskRows.moment(row, "heard_at")));
  }

  Set<UUID> republish(Collection<Silent> lost, Instant now) {
    List<Silent> sorted = lost.stream().sorted(Comparator.comparing(Silent::id)).toList();
    return database.write(
        () -> {
          // What was cancelled while it ran, and runs nowhere any more, has ended.
          database.batch(
              """
              update task set state = 'REVOKED', finished_at = ?, heard_at = null, due_at = null,
                error_type = ?, error_message = ?, error_trace = null
              where id = ? and heard_at = ? and publish_at is null and cancel_requested = true
              """,
              sorted,
              (to, task) ->
                  to.moment(now)
                      .text(TaskLattice.CANCELLED.type())
                      .text(TaskLattice.CANCELLED.message())
                      .id(task.id())
                      .moment(task.since()));
          Set<UUID> again = new HashSet<>();
          database
              .changed(
                  "update task set publish_at = ? where id = ? and heard_at = ?"
                      + " and publish_at is null",
                  sorted,
                  (to, task) -> to.moment(now).id(task.id()).moment(task.since()))
              .forEach(task -> again.add(task.id()));
          return again;
        });
  }
}
