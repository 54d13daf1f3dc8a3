package dev.warren.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ChildMainTest {

  @Test
  void whatAChildNeedsGoesInPlaceOfWhatItsWorkerWasGiven() {
    String[] arguments =
        ChildMain.arguments(
            Map.of("spring.main.web-application-type", "servlet", "logging.file.name", "w.log"));

    assertThat(arguments)
        .contains("--spring.main.web-application-type=none", "--logging.file.name=")
        .doesNotContain("--spring.main.web-application-type=servlet", "--logging.file.name=w.log");
  }

  @Test
  void otherSettingsAreItsWorkersAsTheyAre() {
    assertThat(ChildMain.arguments(Map.of("words.ignored", "${a}")))
        .contains("--words.ignored=\\${a}");
  }
}
