package dev.warren.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.crash.Event.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checker sees what it is there for: each test plants one bug into a history that is right. */
class CheckerTest {

  private static final String RIGHT = "SUCCEEDED " + CrashTasks.result(1);

  private final List<Event> history = new ArrayList<>();
  private long now;

  @Test
  void aHistoryInWhichAllIsRightHasNoViolations() {
    submission();
    event(Kind.SUBMIT, "2", "", "");
    event(Kind.REJECTED, "2", "", "429");
    event(Kind.LISTED, "", "a", "");

    Verdict verdict = verdict();

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.accepted()).isEqualTo(1);
    assertThat(verdict.rejected()).isEqualTo(1);
    assertThat(verdict.duplicates()).isZero();
  }

  @Test
  void aTaskThatIsNotThereAnyMoreIsLost() {
    submission();
    event(Kind.ABSENT, "", "a", "");
    assertViolation("lost");
  }

  @Test
  void aTaskWithoutAnEndIsStuck() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.ACCEPTED, "1", "a", "");
    event(Kind.READ, "", "a", "QUEUED");
    assertViolation("stuck");
  }

  @Test
  void aTaskThatNobodySubmittedIsUnexpected() {
    event(Kind.BEGIN, "1", "a", "1");
    assertViolation("unexpected");
  }

  @Test
  void aTaskThatIsListedAlthoughItWasRejectedIsUnexpected() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.REJECTED, "1", "", "429");
    event(Kind.LISTED, "", "a", "");
    assertViolation("unexpected");
  }

  @Test
  void aRejectedTaskThatRunsIsAGhost() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.REJECTED, "1", "", "503");
    event(Kind.BEGIN, "1", "a", "1");
    assertViolation("ghost");
  }

  @Test
  void aSuccessWithoutAnExecutionIsUnrun() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.ACCEPTED, "1", "a", "");
    event(Kind.BEGIN, "1", "a", "1");
    event(Kind.READ, "", "a", RIGHT);
    assertViolation("unrun");
  }

  @Test
  void anotherResultThanBeforeIsAFlip() {
    submission();
    event(Kind.READ, "", "a", "FAILED");
    assertViolation("flip");
  }

  @Test
  void aStepBackFromAFinishedStateIsAFlip() {
    submission();
    event(Kind.READ, "", "a", "STARTED");
    assertViolation("flip");
  }

  @Test
  void anotherResultThanTheTasksIsWrong() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.ACCEPTED, "1", "a", "");
    event(Kind.BEGIN, "1", "a", "1");
    event(Kind.END, "1", "a", "1");
    event(Kind.READ, "", "a", RIGHT + "0");
    assertViolation("wrong");
  }

  @Test
  void aFailureOfATaskThatCannotFailIsWrong() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.ACCEPTED, "1", "a", "");
    event(Kind.READ, "", "a", "FAILED WorkerLostError");
    assertViolation("wrong");
  }

  @Test
  void aKeyThatWasAcceptedTwiceAsTwoTasksIsATwin() {
    submission();
    event(Kind.ACCEPTED, "1", "b", "");
    event(Kind.READ, "", "b", RIGHT);
    assertViolation("twin");
  }

  @Test
  void aKeyThatRunsUnderTwoIdsIsATwin() {
    event(Kind.FAULT_BEGIN, "", "", "kill");
    submission();
    event(Kind.BEGIN, "1", "b", "1");
    assertViolation("twin");
  }

  @Test
  void anExecutionMoreWhileNothingWasBrokenIsUnexplained() {
    event(Kind.FAULT_BEGIN, "", "", "kill");
    event(Kind.FAULT_END, "", "", "kill");
    submission();
    event(Kind.BEGIN, "1", "a", "2");
    assertViolation("unexplained");
  }

  @Test
  void anExecutionMoreBeforeTheFirstFaultIsUnexplained() {
    submission();
    event(Kind.BEGIN, "1", "a", "2");
    event(Kind.FAULT_BEGIN, "", "", "kill");
    assertViolation("unexplained");
  }

  @Test
  void anExecutionMoreIsExplainedByAFaultSinceTheSubmission() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.FAULT_BEGIN, "", "", "kill");
    event(Kind.FAULT_END, "", "", "kill");
    submission();
    event(Kind.BEGIN, "1", "a", "2");

    assertThat(verdict().violations()).isEmpty();
    assertThat(verdict().duplicated()).containsEntry("kill", 1);
  }

  @Test
  void aSubmissionThatNobodyCouldLearnOfIsIndeterminateAndMayRunOrNot() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.UNKNOWN, "1", "", "reset");
    event(Kind.SUBMIT, "2", "", "");
    event(Kind.UNKNOWN, "2", "", "reset");
    event(Kind.BEGIN, "2", "b", "1");
    event(Kind.LISTED, "", "b", "");

    assertThat(verdict().violations()).isEmpty();
    assertThat(verdict().indeterminate()).isEqualTo(2);
  }

  @Test
  void aDoubtThatAskingAgainResolvedIsCounted() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.UNKNOWN, "1", "", "reset");
    submission();

    assertThat(verdict().violations()).isEmpty();
    assertThat(verdict().recovered()).isEqualTo(1);
  }

  @Test
  void aMessageThatIsLeftInAQueueIsLeftover() {
    submission();
    event(Kind.LEFT, "", "", "tasks.dead: 1");
    assertViolation("leftover");
  }

  /** Submission 1: accepted, executed and read as it should be. */
  private void submission() {
    event(Kind.SUBMIT, "1", "", "");
    event(Kind.ACCEPTED, "1", "a", "");
    event(Kind.READ, "", "a", "QUEUED");
    event(Kind.BEGIN, "1", "a", "1");
    event(Kind.END, "1", "a", "1");
    event(Kind.READ, "", "a", RIGHT);
    event(Kind.READ, "", "a", RIGHT);
  }

  private void event(Kind kind, String key, String id, String value) {
    history.add(new Event(++now, kind, "test", key, id, value));
  }

  private Verdict verdict() {
    return Checker.check(history);
  }

  private void assertViolation(String name) {
    assertThat(verdict().violations())
        .singleElement()
        .satisfies(violation -> assertThat(violation).startsWith(name + ":"));
  }
}
