package dev.warren.producer.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sets a statement's parameters, one after the other. */
final class Binder {

  /** Sets the parameters of one execution. */
  @FunctionalInterface
  interface Binding {
    void bind(Binder to) throws SQLException;
  }

  private final PreparedStatement statement;
  private int index;

  Binder(PreparedStatement statement) {
    this.statement = statement;
  }

  Binder id(@Nullable UUID id) throws SQLException {
    statement.setObject(++index, id, Types.OTHER);
    return this;
  }

  /** For {@code = any(?)}. */
  Binder ids(Collection<UUID> ids) throws SQLException {
    statement.setArray(
        ++index, statement.getConnection().createArrayOf("uuid", ids.toArray(new UUID[0])));
    return this;
  }

  /** PostgreSQL has no NUL in texts. */
  Binder text(@Nullable String text) throws SQLException {
    statement.setString(++index, text == null ? null : text.replace('\0', '\uFFFD'));
    return this;
  }

  Binder texts(Collection<String> texts) throws SQLException {
    statement.setArray(
        ++index, statement.getConnection().createArrayOf("varchar", texts.toArray(new String[0])));
    return this;
  }

  Binder moment(@Nullable Instant moment) throws SQLException {
    if (moment == null) {
      statement.setNull(++index, Types.TIMESTAMP_WITH_TIMEZONE);
    } else {
      statement.setObject(
          ++index, Moments.micros(moment).atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
    }
    return this;
  }

  Binder millis(@Nullable Duration duration) throws SQLException {
    return number(duration == null ? null : duration.toMillis());
  }

  Binder number(@Nullable Long number) throws SQLException {
    if (number == null) {
      statement.setNull(++index, Types.BIGINT);
    } else {
      statement.setLong(++index, number);
    }
    return this;
  }

  Binder count(@Nullable Integer count) throws SQLException {
    if (count == null) {
      statement.setNull(++index, Types.INTEGER);
    } else {
      statement.setInt(++index, count);
    }
    return this;
  }

  Binder flag(@Nullable Boolean flag) throws SQLException {
    if (flag == null) {
      statement.setNull(++index, Types.BOOLEAN);
    } else {
      statement.setBoolean(++index, flag);
    }
    return this;
  }
}
