package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

  @ParameterizedTest
  @CsvSource({
    "*, true",
    "celery@h?st, true",
    "celery@*, true",
    "celery, false",
    "c[de]lery@host, true",
    "c[!de]lery@host, false",
    "c[a-f]lery@host, true",
    "c[^e]lery@host, true",
    "c[]e]lery@host, true",
    "c[elery@host, false",
    "celery.host, false",
    "(celery@host, false",
    "'celery@h[', false",
  })
  void aGlobIsPythons(String pattern, boolean matches) {
    assertThat(new NamePattern(pattern, "glob").matches("celery@host")).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({"cel.*, true", "celery@host, true", "cel, true", "host, false", "(, false"})
  void anExpressionIsWhatTheNameBeginsWith(String pattern, boolean matches) {
    assertThat(new NamePattern(pattern, "pcre").matches("celery@host")).isEqualTo(matches);
  }

  @Test
  void aMatcherThatIsNotKnownMatchesNobody() {
    assertThat(new NamePattern("celery@host", "exact").matches("celery@host")).isFalse();
  }

  @Test
  @Timeout(10)
  void aPatternThatWouldTakeYearsMatchesNobody() {
    assertThat(new NamePattern("(a|a|aa)*b", "pcre").matches("a".repeat(200))).isFalse();
    assertThat(new NamePattern("*a".repeat(100) + "b", "glob").matches("a".repeat(200))).isFalse();
  }
}
