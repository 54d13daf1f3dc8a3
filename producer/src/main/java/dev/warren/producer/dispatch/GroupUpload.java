package dev.warren.producer.dispatch;

import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.dispatch.Groups.Taken;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskStore.EarlierGroup;
import dev.warren.wire.WireFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A group that is being taken, item by item. Used by one thread, which it blocks for the database.
 *
 * <ol>
 *   <li><b>I1</b> Nothing of it is published before {@link #seal} has committed, and then all of it
 *       will be (G1, G2).
 *   <li><b>I2</b> What is not sealed when this is closed is removed, or will be by the retention.
 *   <li><b>I3</b> Memory is bounded, whatever the number of items: a part, and a batch of parts of
 *       at most {@value #BATCH_BYTES} bytes or one message.
 * </ol>
 */
public final class GroupUpload implements AutoCloseable {

  private static final int BATCH = 50;
  private static final int BATCH_BYTES = 1024 * 1024;
  private static final String NO_KWARGS = "{}";
  private static final Logger log = LoggerFactory.getLogger(GroupUpload.class);

  private final UUID id;
  private final NewGroup group;
  private final TaskStore store;
  private final Occupancy occupancy;
  private final JsonMapper json;
  private final Runnable relay;
  private final Instant now;
  private final PartCutter cutter;
  private final List<NewRow> batch = new ArrayList<>(BATCH);
  private int batchBytes;
  private int items;
  private int parts; // that are stored
  private boolean finished;

  GroupUpload(
      NewGroup group,
      TaskStore store,
      Occupancy occupancy,
      WireFormat wire,
      int maxMessageBytes,
      Runnable relay,
      Instant now) {
    this.id = TaskId.next(now.toEpochMilli());
    this.group = group;
    this.store = store;
    this.occupancy = occupancy;
    this.json = wire.mapper();
    this.relay = relay;
    this.now = now;
    this.cutter = new PartCutter(group, maxMessageBytes, wire, this::store);
    store.openGroup(id, group.task(), group.queue(), group.chunkSize(), now);
  }

  /** How many items it has so far: the index of the next one. */
  public int items() {
    return items;
  }

  /**
   * Takes the next item.
   *
   * @throws EncodingException if it is too large for a message
   * @throws NotAcceptedException if there is no room for its part
   * @throws StoreUnavailableException if the database is away
   */
  public void add(JsonNode item) {
    cutter.add(json.writeValueAsString(item));
    items++;
  }

  /**
   * All items are there: takes the group, to be run.
   *
   * @param idempotency what makes a repetition known, or null
   * @return the group as it is right now, or the earlier one of this key
   * @throws NotAcceptedException if the key was used with another request
   * @throws StoreUnavailableException if the database is away, and it is not taken
   * @throws OutcomeUnknownException if nobody knows
   */
  public Taken seal(@Nullable Idempotency idempotency) {
    cutter.end();
    flush();
    EarlierGroup earlier;
    try {
      earlier = store.sealGroup(id, items, idempotency, now);
    } catch (StoreUnavailableException e) {
      return e.isCertain() ? notTaken(e) : taken(e);
    }
    finished = true;
    if (earlier != null) {
      occupancy.added(-parts);
      return repeated(earlier, idempotency);
    }
    relay.run();
    return new Taken(sealed(), false);
  }

  /** Removes it if it is not sealed. */
  @Override
  public void close() {
    if (finished) {
      return;
    }
    finished = true;
    occupancy.added(-parts);
    try {
      store.dropGroup(id);
    } catch (RuntimeException e) {
      log.debug("group {} is not taken; it is left to the retention", id, e);
    }
  }

  // --- parts -----------------------------------------------------------------------------------

  private void store(PartCutter.Part part) {
    GroupPart place = new GroupPart(id, part.first(), part.items(), 0, 0, 0, group.star());
    StoredTask task =
        StoredTask.submitted(
            TaskId.nextPart(now.toEpochMilli()),
            group.task(),
            group.queue(),
            group.options(),
            now,
            place);
    batch.add(new NewRow(task, part.args(), NO_KWARGS, null, true, null));
    batchBytes += part.bytes();
    if (batch.size() >= BATCH || batchBytes >= BATCH_BYTES) {
      flush();
    }
  }

  private void flush() {
    if (batch.isEmpty()) {
      return;
    }
    occupancy.require(batch.size());
    try {
      store.add(batch);
    } catch (StoreUnavailableException e) {
      notTaken(e); // whether or not these are stored, the group is not sealed
    }
    occupancy.added(batch.size());
    parts += batch.size();
    batch.clear();
    batchBytes = 0;
  }

  // --- outcomes --------------------------------------------------------------------------------

  private static Taken notTaken(StoreUnavailableException e) {
    throw new StoreUnavailableException("the group is not accepted: " + e.getMessage(), e, true);
  }

  /**
   * Nobody knows whether it was sealed. What is not sealed can be removed: whatever is there after
   * that is sealed.
   */
  private Taken taken(StoreUnavailableException unknown) {
    try {
      store.dropGroup(id);
      boolean isSealed = store.findGroup(id).isPresent();
      finished = true;
      if (isSealed) {
        relay.run();
        return new Taken(sealed(), false);
      }
      occupancy.added(-parts);
    } catch (StoreUnavailableException e) {
      finished = true; // it may be sealed: no second try to remove it
      throw new OutcomeUnknownException(id, e);
    }
    return notTaken(unknown);
  }

  private Taken repeated(EarlierGroup earlier, @Nullable Idempotency idempotency) {
    if (idempotency != null && !earlier.fingerprint().equals(idempotency.fingerprint())) {
      throw new NotAcceptedException(
          Reason.IDEMPOTENCY_MISMATCH, "this Idempotency-Key was used with another request");
    }
    TaskGroup group =
        store
            .findGroup(earlier.id())
            .orElseThrow(
                () ->
                    new NotAcceptedException(
                        Reason.IN_PROGRESS,
                        "the group of this Idempotency-Key is just being forgotten"));
    return new Taken(group, true);
  }

  /** What is stored, without asking for it. */
  private TaskGroup sealed() {
    boolean isLater = group.options().eta() != null && group.options().eta().isAfter(now);
    TaskState state = isLater ? TaskState.SCHEDULED : TaskState.QUEUED;
    return new TaskGroup(
        id,
        group.task(),
        group.queue(),
        items,
        group.chunkSize(),
        0,
        0,
        parts == 0 ? Map.of() : Map.of(state, parts),
        now,
        parts == 0 ? now : null);
  }
}
