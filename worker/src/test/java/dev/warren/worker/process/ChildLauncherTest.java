package dev.warren.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChildLauncherTest {

  private final Locale locale = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(locale);
  }

  @Test
  void aJvmReadsItsArgumentsInAnyLanguage() {
    Locale.setDefault(Locale.GERMANY);

    assertThat(ChildLauncher.jvmArgs(settings(3))).contains("-XX:MaxRAMPercentage=16.67");
  }

  @Test
  void whatAUserGivesComesLast() {
    assertThat(ChildLauncher.jvmArgs(settings(1))).last().isEqualTo("-Xmx64m");
  }

  private static ChildSettings settings(int most) {
    Duration minute = Duration.ofMinutes(1);
    return new ChildSettings(
        most, null, null, null, minute, minute, List.of("-Xmx64m"), List.of(), 1024, null);
  }
}
