package dev.warren.producer.store;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Whether the database answers, with the store's tables, within 2 s. One question is asked at a
 * time: whoever comes meanwhile waits for its answer, so that a database which hangs holds one
 * thread and one connection.
 */
final class StoreHealth implements HealthIndicator {

  private static final long ANSWER_MILLIS = 2000;

  private final JdbcTemplate jdbc;
  private final AtomicReference<@Nullable FutureTask<Boolean>> asking = new AtomicReference<>();

  StoreHealth(DataSource source) {
    this.jdbc = new JdbcTemplate(source);
  }

  @Override
  public Health health() {
    try {
      question().get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      return Health.up().build();
    } catch (TimeoutException e) {
      return Health.down().withDetail("database", "does not answer").build();
    } catch (ExecutionException e) {
      return Health.down(e.getCause()).build();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Health.unknown().build();
    }
  }

  private FutureTask<Boolean> question() {
    FutureTask<Boolean> mine = new FutureTask<>(this::ask);
    FutureTask<Boolean> asked =
        asking.updateAndGet(known -> known == null || known.isDone() ? mine : known);
    if (asked == mine) {
      Thread thread = new Thread(mine, "warren-store-health");
      thread.setDaemon(true);
      thread.start();
    }
    return asked == null ? mine : asked;
  }

  private boolean ask() {
    jdbc.queryForList("select id from task_group where 1 = 0");
    return true;
  }
}
