package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.producer.security.SecuritySettings.Key;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.core.GrantedAuthority;

class ApiKeysTest {

  private static final List<String> READ = List.of("read");

  private final String key = ApiKey.generate(new SecureRandom());

  @Test
  void whoHasAKeyIsKnownByItsNameAndMayWhatItSays() {
    ApiKeys keys = new ApiKeys(Map.of("ci", new Key(hash(key), List.of("submit", "cancel"))));

    Caller caller = keys.callerWith(key).orElseThrow();

    assertThat(caller.getName()).isEqualTo("ci");
    assertThat(caller.getAuthorities())
        .extracting(GrantedAuthority::getAuthority)
        .containsExactly("SCOPE_submit", "SCOPE_cancel");
    assertThat(caller.toString()).doesNotContain(key).doesNotContain(hash(key));
  }

  @Test
  void twoKeysAreValidAtATimeSoThatOneCanTakeTheOthersPlace() {
    String next = ApiKey.generate(new SecureRandom());
    ApiKeys keys =
        new ApiKeys(Map.of("old", new Key(hash(key), READ), "new", new Key(hash(next), READ)));

    assertThat(keys.callerWith(key)).map(Caller::getName).contains("old");
    assertThat(keys.callerWith(next)).map(Caller::getName).contains("new");
  }

  @Test
  void aHashMayBeWrittenInCapitals() {
    Key capitals = new Key(hash(key).toUpperCase(Locale.ROOT), READ);

    assertThat(new ApiKeys(Map.of("ci", capitals)).callerWith(key)).isPresent();
  }

  @Test
  void aKeyThatDiffersInOneCharacterIsUnknown() {
    ApiKeys keys = new ApiKeys(Map.of("ci", new Key(hash(key), READ)));
    char last = key.charAt(key.length() - 1);

    assertThat(keys.callerWith(key.substring(0, key.length() - 1) + (last == 'A' ? 'B' : 'A')))
        .isEmpty();
    assertThat(keys.callerWith(hash(key))).as("the hash is no key").isEmpty();
  }

  @Test
  void whatSomebodyThoughtUpIsNoKeyEvenIfItsHashIsConfigured() {
    ApiKeys keys = new ApiKeys(Map.of("weak", new Key(hash("secret"), READ)));

    assertThat(keys.callerWith("secret")).isEmpty();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "wrn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "zz", "0123"})
  void aHashThatIsNoneStopsTheStartAndIsNotShown(@Nullable String hash) {
    assertThatThrownBy(() -> new ApiKeys(Map.of("ci", new Key(hash, READ))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("warren.producer.api-keys.ci.hash must be")
        .hasMessageNotContaining("wrn_A");
  }

  @Test
  void aScopeThatIsNotKnownStopsTheStart() {
    assertThatThrownBy(() -> new ApiKeys(Map.of("ci", new Key(hash(key), List.of("write")))))
        .hasMessage(
            "warren.producer.api-keys.ci.scopes must be some of submit, read, cancel, admin");
  }

  @Test
  void aKeyWithoutScopesStopsTheStart() {
    assertThatThrownBy(() -> new ApiKeys(Map.of("ci", new Key(hash(key), null))))
        .hasMessageStartingWith("warren.producer.api-keys.ci.scopes must be");
  }

  @Test
  void oneHashUnderTwoNamesStopsTheStart() {
    Key one = new Key(hash(key), READ);

    assertThatThrownBy(() -> new ApiKeys(Map.of("a", one, "b", one)))
        .hasMessage("warren.producer.api-keys.b.hash is that of 'a', too");
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "jwt:me", "a b", "", "a\nb"})
  void aNameThatCouldBeTakenForAnothersStopsTheStart(String name) {
    assertThatThrownBy(() -> new ApiKeys(Map.of(name, new Key(hash(key), READ))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("a key's name must");
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(ApiKey.hash(text));
  }
}
