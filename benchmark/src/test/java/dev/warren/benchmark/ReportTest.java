package dev.warren.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void ratiosAreMadeRoundByRound() {
    Report.Turns turns = new Report.Turns();

    double[] ratios =
        turns.figures(List.of(10.0, 60.0, 90.0)).of(turns.figures(List.of(20.0, 20.0, 30.0)));

    assertThat(ratios).containsExactly(0.5, 3, 3);
    assertThat(Report.spread("%.0f", new double[] {7, 1, 3})).isEqualTo("3 (1 - 7)");
  }

  @Test
  void thereIsNoRatioOfFiguresThatDidNotTakeTurns() {
    Report.Figures ofOneRun = new Report.Turns().figures(List.of(1.0));
    Report.Figures ofAnother = new Report.Turns().figures(List.of(1.0));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ofOneRun.of(ofAnother))
        .withMessageContaining("in turns in one run only");
  }

  @Test
  void thereIsNoRatioIfARoundIsMissing() {
    Report.Turns turns = new Report.Turns();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> turns.figures(List.of(1.0, 2.0)).of(turns.figures(List.of(1.0))));
  }
}
