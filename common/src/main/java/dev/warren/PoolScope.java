package dev.warren;

/**
 * A pool for the length of a block: leaving it terminates the pool, as Python's {@code with} does.
 *
 * <pre>{@code
 * try (PoolScope scope = warren.pool(4).scope()) {
 *   counts = scope.pool().map(WORD_COUNT, texts);
 * }
 * }</pre>
 *
 * A pool is no resource of its own, because its {@link WorkerPool#close()} is Python's: it lets
 * what was submitted finish.
 *
 * @param pool the pool
 */
public record PoolScope(WorkerPool pool) implements AutoCloseable {

  /** Terminates the pool: {@link WorkerPool#terminate()}. */
  @Override
  public void close() {
    pool.terminate();
  }
}
