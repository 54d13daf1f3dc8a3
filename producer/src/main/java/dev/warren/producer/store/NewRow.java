package dev.warren.producer.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task to be stored, with its place in the outbox.
 *
 * @param task in state SCHEDULED or QUEUED
 * @param args positional arguments, a JSON array; of a part of a group: its items
 * @param kwargs keyword arguments, a JSON object
 * @param publishAt when the relay may publish it: the end of the lease if whoever adds it publishes
 *     it right away; null if it must wait until its group is sealed
 * @param accepted whether it can no more be withdrawn; false while its caller has no answer
 * @param idempotency what makes a repetition known, or null
 */
public record NewRow(
    StoredTask task,
    String args,
    String kwargs,
    @Nullable Instant publishAt,
    boolean accepted,
    @Nullable Idempotency idempotency) {}
