package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.endtoend.UnseenProgress;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.Verification;
import java.time.Duration;

/** What {@code verify} says of the subset of every task: it is equal to the batch selection. */
final class SubsetsVerify implements Guarantee {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Override
  public void check(Evidence evidence) {
    KafkaAccess kafka = KafkaAccess.of(evidence.connection().settings());
    for (String task : evidence.inputs().tasks().keySet()) {
      Verification.Report report = verify(kafka, task);
      assertThat(report.remark()).as("remark on %s", task).isEmpty();
      assertThat(report.differences()).as("differences of %s", task).isEmpty();
      assertThat(report.verdict()).isEqualTo(Verification.Verdict.EQUAL);
    }
  }

  private static Verification.Report verify(KafkaAccess kafka, String task) {
    try {
      return new Verification(kafka, new UnseenProgress()).verify(task, PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + task + " was verified", e);
    }
  }
}
