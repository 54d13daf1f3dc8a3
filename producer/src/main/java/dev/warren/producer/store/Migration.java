package dev.warren.producer.store;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.DatabaseDriver;

/**
 * Brings the database's tables to this version. A database that is not there yet does not stop the
 * producer: it starts, is not ready, and tries again. What is wrong with the settings does.
 */
final class Migration implements FlywayMigrationStrategy, DisposableBean {

  private static final Logger log = LoggerFactory.getLogger(Migration.class);

  private static final long FIRST_PAUSE_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 5000;

  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final int H2_IN_USE = 90020;
  private static final String NO_CONNECTION = "08";
  private static final String STARTING_OR_STOPPING = "57P";
  private static final String NOT_AUTHORIZED = "28";

  private static final Set<String> VENDORS = Set.of("h2", "postgresql");

  private final String url;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param url the database's, for messages
   */
  Migration(String url) {
    this.url = url.replaceFirst("[?].*", "");
  }

  /** Where the database's migrations are: what is the same in all, and what is its own. */
  String[] locations() {
    String vendor = DatabaseDriver.fromJdbcUrl(url).getId();
    if (!VENDORS.contains(vendor)) {
      throw wrongSetting("The producer keeps its tasks in H2 or in PostgreSQL.");
    }
    return new String[] {"classpath:db/migration", "classpath:db/migration-" + vendor};
  }

  @Override
  public void migrate(Flyway flyway) {
    long begin = System.nanoTime();
    SQLException cause = tryOnce(flyway);
    while (cause instanceof SQLTransientConnectionException
        && System.nanoTime() - begin < PATIENCE_NANOS) {
      cause = tryOnce(flyway); // a busy machine takes its time to open even a file
    }
    if (cause != null) {
      log.warn("the database is not there yet ({}): trying again", cause.getMessage());
      Thread thread = new Thread(() -> goOn(flyway), "warren-migration");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void goOn(Flyway flyway) {
    try {
      long pause = FIRST_PAUSE_MILLIS;
      while (!closed.await(pause, TimeUnit.MILLISECONDS)) {
        if (tryOnce(flyway) == null) {
          log.info("the database is there");
          return;
        }
        pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("the producer cannot use its database, and stays unready until restarted", e);
    }
  }

  /** Null if it is done; why not, if it is worth another try. */
  private @Nullable SQLException tryOnce(Flyway flyway) {
    try {
      flyway.migrate();
      return null;
    } catch (FlywayException e) {
      SQLException cause = sqlCause(e);
      if (cause == null) {
        throw e;
      }
      String state = String.valueOf(cause.getSQLState());
      if (cause.getErrorCode() == H2_IN_USE) {
        throw wrongSetting(
            "Another process has the file open. Only one producer at a time can use an H2 file:"
                + " stop the other one, or set warren.producer.data to another folder, or"
                + " spring.datasource.url to a PostgreSQL database, which several can share.");
      }
      if (state.startsWith(NOT_AUTHORIZED)) {
        throw wrongSetting(
            "The database refuses the user (%s). Check spring.datasource.username and"
                    .formatted(cause.getMessage())
                + " spring.datasource.password.");
      }
      if (cause instanceof SQLTransientConnectionException
          || state.startsWith(NO_CONNECTION)
          || state.startsWith(STARTING_OR_STOPPING)) {
        return cause;
      }
      throw e;
    }
  }

  private InvalidConfigurationPropertyValueException wrongSetting(String why) {
    return new InvalidConfigurationPropertyValueException("spring.datasource.url", url, why);
  }

  /** The innermost: what is around it only tells that there was no connection. */
  private static @Nullable SQLException sqlCause(Throwable thrown) {
    SQLException found = null;
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        found = sql;
      }
    }
    return found;
  }

  @Override
  public void destroy() {
    closed.countDown();
  }
}
