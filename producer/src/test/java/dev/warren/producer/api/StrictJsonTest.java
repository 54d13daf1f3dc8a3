package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StrictJsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-7",
        "2147483648",
        "9223372036854775808",
        "-123456789012345678901234567890123456789012345678901234567890",
        "0.1",
        "1.10",
        "-0.0",
        "3.141592653589793238462643383279502884197169399375105820974944592307816406286",
        "1.7976931348623157E+308",
        "4.9E-324",
        "1E+5",
        "true",
        "null",
        "\"\"",
        "\"ü€😀 \\\" \\\\ \\n \\t\"",
        "{}",
        "[]",
        "[[],{},[{\"\":[]}]]",
        "{\"a\":1,\"B\":[1,2.50,\"x\",null,true]}"
      })
  void whatIsReadTravelsWithoutLoss(String json) {
    assertThat(bodyOf(read(json))).isEqualTo("[[" + json + "],{},");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,",
        "\"abc",
        "{\"a\":1,}",
        "[1,]",
        "{a:1}",
        "{'a':1}",
        "[1] 2",
        "{}{}",
        "NaN",
        "[Infinity]",
        "-",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "0x1",
        "tru",
        "// comment\n1",
        "\"\t\"",
        "\"\\x\"",
        "\uFEFF1",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "[{\"x\":{\"k\":1,\"\\u006b\":2}}]",
        "\"\\u0000\"",
        "{\"a\\u0000\":1}",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "{\"\\ud83d\":1}",
        "\"\\ud83dx\""
      })
  void whatIsNotStrictlyJsonIsMalformed(String json) {
    assertThat(refused(json.getBytes(StandardCharsets.UTF_8)))
        .startsWith("urn:warren:problem:malformed-json");
  }

  @Test
  void textThatIsNotUtf8IsMalformed() {
    assertThat(refused(bytes('"', 0xC3, '"'))).contains("not UTF-8");
    assertThat(refused(bytes('"', 0xFF, '"'))).contains("not UTF-8");
    assertThat(refused(bytes('"', 0xC0, 0x80, '"'))).as("overlong NUL").contains("not UTF-8");
    assertThat(refused(bytes('"', 0xC1, 0x81, '"'))).as("overlong A").contains("not UTF-8");
    assertThat(refused(bytes('"', 0xED, 0xA0, 0x80, '"'))).as("surrogate").contains("not UTF-8");
    assertThat(refused(bytes('"', 0xF5, 0x80, 0x80, 0x80, '"'))).contains("not UTF-8");
    assertThat(refused("[1]".getBytes(StandardCharsets.UTF_16))).contains("not UTF-8");
    assertThat(refused("[1]".getBytes(StandardCharsets.UTF_16LE))).contains("malformed-json");
    assertThat(refused("[1]".getBytes(Charset.forName("UTF-32")))).contains("malformed-json");
  }

  @Test
  void theEndOfATextMayNotBeCutOff() {
    byte[] cut = bytes('"', 'a', 0xE2, 0x82);

    assertThat(refused(cut)).contains("not UTF-8");
  }

  @Test
  void aProblemTellsLineAndColumn() {
    assertThat(refused("{\n  \"a\": tru\n}".getBytes(StandardCharsets.UTF_8)))
        .contains("at line 2, column");
    assertThat(refused("{\"a\":1,\n\"a\":2}".getBytes(StandardCharsets.UTF_8)))
        .contains("a key is there twice, at line 2, column 1");
    assertThat(refused(bytes('[', '\n', ' ', 0xFF))).contains("not UTF-8, at line 2, column 2");
    assertThat(refused(new byte[0])).contains("empty, at line 1, column 1");
  }

  @Test
  void aProblemTellsNothingOfTheParser() {
    assertThat(refused("{\"secret\": tru}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("urn:warren:problem:malformed-json: not JSON, at line 1, column 12");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999999",
        "1e-999999999",
        "1E+99999999999999999999",
        "1e400",
        "1e-400",
        "0e999999999"
      })
  void hugeExponentsAreBeyondTheLimits(String json) {
    assertThat(refused(json.getBytes(StandardCharsets.UTF_8))).contains("json-limits");
  }

  @Test
  void deepNestingIsBeyondTheLimits() {
    assertThat(read("[".repeat(64) + "]".repeat(64))).isNotNull();
    assertThat(refused(("[".repeat(65) + "]".repeat(65)).getBytes(StandardCharsets.UTF_8)))
        .contains("json-limits");
    assertThat(refused("{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8)))
        .contains("json-limits");
  }

  @Test
  void longNumbersAreBeyondTheLimits() {
    assertThat(read("9".repeat(400)).bigIntegerValue()).isEqualTo("9".repeat(400));
    assertThat(refused("9".repeat(401).getBytes(StandardCharsets.UTF_8))).contains("json-limits");
    assertThat(refused(("0." + "9".repeat(400)).getBytes(StandardCharsets.UTF_8)))
        .contains("json-limits");
    assertThat(refused("9".repeat(1_000_000).getBytes(StandardCharsets.UTF_8)))
        .contains("json-limits");
  }

  @Test
  void manyTokensAreBeyondTheLimits() {
    assertThat(read("[" + "1,".repeat(99_990) + "1]")).hasSize(99_991);
    assertThat(refused(("[" + "1,".repeat(100_000) + "1]").getBytes(StandardCharsets.UTF_8)))
        .contains("json-limits");
  }

  @Test
  void aLongTextIsFine() {
    String text = "ü".repeat(1_000_000);

    assertThat(read("\"" + text + "\"").asString()).isEqualTo(text);
  }

  private static JsonNode read(String json) {
    return StrictJson.read(json.getBytes(StandardCharsets.UTF_8));
  }

  /** What a worker gets. */
  private static String bodyOf(JsonNode argument) {
    TaskMessage task = TaskMessage.of("id", "t", List.of(argument), Map.of());
    String body = new String(new WireFormat(10_000).writeTask(task).body(), StandardCharsets.UTF_8);
    return body.substring(0, body.lastIndexOf(",{") + 1);
  }

  private static String refused(byte[] json) {
    ProblemException problem =
        catchThrowableOfType(ProblemException.class, () -> StrictJson.read(json));
    assertThat(problem).as("accepted").isNotNull();
    return problem.type() + ": " + problem.getMessage();
  }

  private static byte[] bytes(int... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int value : values) {
      bytes.write(value);
    }
    return bytes.toByteArray();
  }
}
