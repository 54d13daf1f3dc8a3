package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.producer.security.SecuritySettings.Key;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.security.oauth2.jwt.JwtDecoder;

class AdmissionTest {

  private static final ApiKeys NONE = new ApiKeys(Map.of());
  private static final ApiKeys ONE =
      new ApiKeys(Map.of("ci", new Key("ab".repeat(32), List.of("read"))));
  private static final JwtDecoder TOKENS =
      token -> {
        throw new UnsupportedOperationException();
      };

  private final MockEnvironment environment = new MockEnvironment();

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1"})
  void withoutKeysItStartsWhereOnlyThisMachineReachesIt(String address) {
    assertThatCode(() -> admission(NONE, address, null)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"0.0.0.0", "::", "10.1.2.3", "192.168.1.1"})
  void withoutKeysItDoesNotStartWhereOthersReachIt(@Nullable String address) {
    assertThatThrownBy(() -> admission(NONE, address, null))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("server.address is ")
        .hasMessageContainingAll("--new-api-key", "warren.producer.api-keys", "127.0.0.1")
        .hasMessageNotContaining("\n");
  }

  @Test
  void withAKeyItStartsAnywhere() {
    assertThatCode(() -> admission(ONE, "0.0.0.0", null)).doesNotThrowAnyException();
  }

  @Test
  void withOAuth2ItStartsAnywhere() {
    environment.setProperty("spring.security.oauth2.resourceserver.jwt.audiences", "warren");

    assertThatCode(() -> admission(NONE, "0.0.0.0", TOKENS)).doesNotThrowAnyException();
  }

  @Test
  void tokensMadeForAnyServiceAreNotTaken() {
    assertThatThrownBy(() -> admission(ONE, "127.0.0.1", TOKENS))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("spring.security.oauth2.resourceserver.jwt.audiences");
  }

  private void admission(ApiKeys keys, @Nullable String address, @Nullable JwtDecoder tokens)
      throws UnknownHostException {
    Admission.of(
        keys, address == null ? null : InetAddress.getByName(address), tokens, environment);
  }
}
