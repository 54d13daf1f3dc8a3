package dev.warren.producer.store;

import dev.warren.producer.store.Binder.Binding;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Statements and transactions on the database. Thread-safe; blocks.
 *
 * <ol>
 *   <li><b>I1</b> What fails is a {@link StoreUnavailableException}, and certain unless COMMIT was
 *       begun; or, if the database will never take these values, a {@link
 *       DataIntegrityViolationException}.
 *   <li><b>I2</b> A transaction that lost to another one (a deadlock, a serialization failure, a
 *       row lock) is tried again up to three times, as long as all of it has not taken 3 s.
 *   <li><b>I3</b> A statement takes 3 s at most.
 * </ol>
 */
final class Database {

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final int STATEMENT_SECONDS = 3;
  private static final long RETRY_NANOS = 3_000_000_000L;
  private static final int MOST_RETRIES = 3;
  private static final int LONGEST_PAUSE_MILLIS = 50;

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transactions;

  Database(DataSource source) {
    this.jdbc = new JdbcTemplate(source);
    jdbc.setQueryTimeout(STATEMENT_SECONDS);
    this.transactions = new TransactionTemplate(new JdbcTransactionManager(source));
  }

  // --- transactions ----------------------------------------------------------------------------

  /** Does all of it, or nothing. */
  <T extends @Nullable Object> T write(Supplier<T> work) {
    long begin = System.nanoTime();
    for (int retries = 0; ; retries++) {
      try {
        return once(work);
      } catch (LostRaceException e) {
        if (retries == MOST_RETRIES || System.nanoTime() - begin > RETRY_NANOS) {
          throw new StoreUnavailableException(
              "the database refused %d times, because of other transactions".formatted(retries + 1),
              e.getCause(),
              true);
        }
        log.debug("a transaction lost to another one, and is tried again", e);
        pause(e);
      }
    }
  }

  /** As {@link #write(Supplier)}, without a result. */
  void write(Runnable work) {
    write(
        () -> {
          work.run();
          return null;
        });
  }

  /** Reads with single statements. */
  <T extends @Nullable Object> T read(Supplier<T> work) {
    try {
      return work.get();
    } catch (DataAccessException e) {
      throw unavailable(e, true);
    }
  }

  private <T extends @Nullable Object> T once(Supplier<T> work) {
    boolean[] committing = {false};
    try {
      return transactions.execute(
          status -> {
            T done = work.get();
            committing[0] = true;
            return done;
          });
    } catch (ConcurrencyFailureException e) {
      if (committing[0]) {
        throw unavailable(e, false);
      }
      throw new LostRaceException(e);
    } catch (DataIntegrityViolationException e) {
      throw e; // the data's fault, which no other try would mend
    } catch (DataAccessException | TransactionException e) {
      throw unavailable(e, !committing[0]);
    }
  }

  private static StoreUnavailableException unavailable(RuntimeException e, boolean certain) {
    String what =
        e instanceof CannotCreateTransactionException
            ? "there is no connection to the database"
            : "the database does not answer, or refuses";
    return new StoreUnavailableException(what, e, certain);
  }

  private static void pause(LostRaceException why) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(1, LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", why, true);
    }
  }

  /** This transaction cannot go on because of another one; a new one may. */
  static ConcurrencyFailureException lostRace(String why) {
    return new ConcurrencyFailureException(why);
  }

  private static final class LostRaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostRaceException(ConcurrencyFailureException cause) {
      super(cause);
    }
  }

  // --- statements ------------------------------------------------------------------------------

  <T extends @Nullable Object> List<T> query(String sql, Binding binding, RowMapper<T> mapper) {
    return jdbc.query(sql, statement -> binding.bind(new Binder(statement)), mapper);
  }

  /** The first row's, or null. */
  <T> @Nullable T first(String sql, Binding binding, RowMapper<T> mapper) {
    List<T> rows = query(sql, binding, mapper);
    return rows.isEmpty() ? null : rows.get(0);
  }

  int update(String sql, Binding binding) {
    return jdbc.update(sql, statement -> binding.bind(new Binder(statement)));
  }

  /** One statement for each item, in their order. */
  <T> void batch(String sql, List<T> items, ItemBinding<T> binding) {
    counts(sql, items, binding);
  }

  /** One statement for each item, in their order; those whose statement changed a row. */
  <T> List<T> changed(String sql, List<T> items, ItemBinding<T> binding) {
    int[] counts = counts(sql, items, binding);
    List<T> changed = new ArrayList<>(items.size());
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        changed.add(items.get(i));
      }
    }
    return changed;
  }

  private <T> int[] counts(String sql, List<T> items, ItemBinding<T> binding) {
    if (items.isEmpty()) {
      return new int[0];
    }
    return jdbc.batchUpdate(
        sql,
        new BatchPreparedStatementSetter() {
          @Override
          public void setValues(PreparedStatement statement, int i) throws SQLException {
            binding.bind(new Binder(statement), items.get(i));
          }

          @Override
          public int getBatchSize() {
            return items.size();
          }
        });
  }

  /** Sets the parameters for one of many items. */
  @FunctionalInterface
  interface ItemBinding<T> {
    void bind(Binder to, T item) throws SQLException;
  }
}
