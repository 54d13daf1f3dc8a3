package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.security.SecuritySettings.Key;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NewApiKeyCommandTest {

  @Test
  void theHashThatIsPrintedAdmitsTheKeyThatIsPrinted() {
    List<String> lines = printed();
    String key = lines.get(0).replace("key:  ", "");
    String hash = lines.get(1).replace("hash: ", "");

    assertThat(key).matches("wrn_[A-Za-z0-9_-]{43}");
    assertThat(new ApiKeys(Map.of("ci", new Key(hash, List.of("read")))).callerWith(key))
        .isPresent();
    assertThat(lines)
        .contains("  warren.producer.api-keys.my-key.hash=" + hash)
        .contains("  warren.producer.api-keys.my-key.scopes=submit,read,cancel,admin");
  }

  @Test
  void everyKeyIsAnother() {
    assertThat(printed().get(0)).isNotEqualTo(printed().get(0));
  }

  @Test
  void theProgramIsAProducerUnlessAskedForAKey() {
    assertThat(NewApiKeyCommand.isMeant("--server.port=1")).isFalse();
    assertThat(NewApiKeyCommand.isMeant("--server.port=1", "--new-api-key")).isTrue();
  }

  private static List<String> printed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NewApiKeyCommand.run(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
