package dev.warren.it.crash;

import dev.warren.it.kit.Ci;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers were told is what happened, whatever is killed: one producer, H2 on a file. */
@Tag(Ci.FIRST_PASS_ONLY)
class CrashMatrixTest {

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void nothingThatWasAcceptedIsLostAndNothingThatWasRejectedRunsWhateverIsKilled()
      throws Exception {
    new Campaign("h2", 1, null, ".*").run();
  }
}
