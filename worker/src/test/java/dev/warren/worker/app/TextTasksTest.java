package dev.warren.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTasksTest {

  private static final Path LICENCES = Path.of("/usr/share/common-licenses");

  private final TextTasks tasks = new TextTasks();

  @Test
  void anEmptyTextHasNoWords() {
    assertThat(tasks.wordCount("")).isZero();
    assertThat(tasks.wordCount(" \t\n")).isZero();
  }

  @Test
  void wordsAreSeparatedByAnyNumberOfSpacesTabsAndLineEnds() {
    assertThat(tasks.wordCount("the quick\tbrown\r\n\r\n  fox\u000Bjumps\fover ")).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u00A0b",
        "a\u2003b",
        "a\u2007b",
        "a\u2028b",
        "a\u202Fb",
        "a\u2060b",
        "a\u3000b"
      })
  void spacesOutsideAsciiSeparateWordsEvenTheNoBreakOnes(String text) {
    assertThat(tasks.wordCount(text)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0001b", "a\u001Cb", "a\u0085b", "a\u200Bb", "a\uFEFFb", "\u0000"})
  void charactersThatAreNotSpacePartNoWordsEvenIfTheyCannotBePrinted(String text) {
    assertThat(tasks.wordCount(text)).isEqualTo(1);
  }

  @Test
  void aWordMayConsistOfCharactersOutsideTheBasicPlaneOrOfBrokenOnes() {
    assertThat(tasks.wordCount("\uD83D\uDE00 \uFFFD \uD83D")).isEqualTo(3);
  }

  @Test
  void countsTheLicenceTextsAsWcDoes() throws Exception {
    assumeTrue(Files.isDirectory(LICENCES), "only Debian and its kin install licence texts there");
    List<Path> files = new ArrayList<>();
    try (Stream<Path> listed = Files.list(LICENCES)) {
      listed.filter(Files::isRegularFile).forEach(files::add);
    }
    for (Path file : files) {
      assertThat(tasks.wordCount(Files.readString(file))).as("%s", file).isEqualTo(wc(file));
    }
  }

  @Test
  void countsAsWcDoesWhateverTheSpaceBetweenWords(@TempDir Path folder) throws Exception {
    StringBuilder text = new StringBuilder();
    for (char c = ' '; c < 0xD800; c++) {
      if (Character.isDefined(c) && !Character.isISOControl(c)) {
        text.append('a').append(c).append("b\n");
      }
    }
    // Separators of lines and paragraphs: up to coreutils 9.4 wc overlooks them.
    String odd = text.toString().replaceAll("[\u2028\u2029]", "");
    Path file = Files.writeString(folder.resolve("odd.txt"), odd);
    assertThat(tasks.wordCount(odd)).isEqualTo(wc(file));
  }

  /** What the wc of this machine says, if it is GNU's. */
  private static int wc(Path file) throws IOException, InterruptedException {
    assumeTrue(run("wc", "--version").contains("GNU coreutils"), "needs GNU coreutils");
    return Integer.parseInt(run("wc", "-w", file.toString()).strip().split(" ")[0]);
  }

  private static String run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().remove("POSIXLY_CORRECT");
    Process process;
    try {
      process = builder.start();
    } catch (IOException notInstalled) {
      return "";
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
