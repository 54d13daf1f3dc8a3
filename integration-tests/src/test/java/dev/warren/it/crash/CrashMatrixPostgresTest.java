package dev.warren.it.crash;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.TestPostgres;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As {@link CrashMatrixTest}: two producers on one PostgreSQL, and callers who take turns. */
@Tag(Ci.FIRST_PASS_ONLY)
class CrashMatrixPostgresTest {

  /** The places at which two producers may meet, and the database; the others are as with H2. */
  private static final String IN_SHORT =
      "S2.*|S4_CONFIRMED|S12_COMMITTED|S7.*|worker.*|broker.*|database.*|queue deleted";

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void nothingThatWasAcceptedIsLostAndNothingThatWasRejectedRunsWhateverIsKilled()
      throws Exception {
    try (TestPostgres database = TestPostgres.own()) {
      new Campaign("postgres", 2, database, IN_SHORT).run();
    }
  }
}
