package dev.warren.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastLinesTest {

  private final LastLines last = new LastLines();
  private final List<String> heard = new ArrayList<>();

  @Test
  void everyLineIsHeardAlsoOneThatDoesNotEnd() throws IOException {
    read("a\r\n\nb");

    assertThat(heard).containsExactly("a", "", "b");
  }

  @Test
  void onlyTheLastLinesAreKept() throws IOException {
    for (int i = 0; i < 100; i++) {
      read("line " + i + "\n");
    }

    assertThat(last.toString().lines())
        .hasSize(LastLines.KEPT)
        .startsWith("line 80")
        .endsWith("line 99");
  }

  @Test
  void aLongLineIsCut() throws IOException {
    read("x".repeat(1_000_000) + "\nnext\n");

    assertThat(heard).containsExactly("x".repeat(LastLines.LONGEST), "next");
  }

  private void read(String output) throws IOException {
    last.readAll(
        new StringReader(output),
        line -> {
          heard.add(line);
          last.remember(line);
        });
  }
}
