package dev.warren.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PythonTextTest {

  @Test
  void valuesAreWrittenAsPythonDoes() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", Arrays.asList(1, true, null, 2.5));
    map.put("it's", "line\nbreak");

    assertThat(PythonText.of(map, 100))
        .isEqualTo("{'a': [1, True, None, 2.5], \"it's\": 'line\\nbreak'}");
    assertThat(PythonText.of(new JsonMapper().valueToTree(map), 100))
        .isEqualTo(PythonText.of(map, 100));
  }

  @Test
  void argumentsAreATuple() {
    assertThat(PythonText.tuple(List.of(), 100)).isEqualTo("()");
    assertThat(PythonText.tuple(List.of(2), 100)).isEqualTo("(2,)");
    assertThat(PythonText.tuple(List.of(2, "b"), 100)).isEqualTo("(2, 'b')");
  }

  @Test
  void whatIsLongIsCut() {
    assertThat(PythonText.of("x".repeat(5_000), 100)).hasSize(100).endsWith("…");
    assertThat(PythonText.of(new ArrayList<>(List.of("x".repeat(99), 1)), 100)).hasSize(100);
    assertThat(PythonText.tuple(List.of("x".repeat(500)), 100)).startsWith("('x").hasSize(100);
  }

  @Test
  void whatHoldsItselfEnds() {
    List<Object> endless = new ArrayList<>();
    endless.add(endless);

    assertThat(PythonText.of(endless, 1_000)).startsWith("[[[").contains("...");
  }

  @Test
  void aValueThatThrowsIsTold() {
    Object broken =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException();
          }
        };

    assertThat(PythonText.of(broken, 100)).startsWith("<");
  }
}
