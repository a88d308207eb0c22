package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.endtoend.UnseenProgress;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.JobVerification;
import io.sluice.streams.client.Verification.Verdict;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code verify --job} says of every job: its dataset is what the batch rule selects from the
 * records below the offsets that it names, or too much has changed since to say that.
 */
final class JobsVerify implements Guarantee {
  private static final Logger log = LoggerFactory.getLogger(JobsVerify.class);

  @Override
  public void check(Evidence evidence) {
    JobVerification jobs =
        new JobVerification(KafkaAccess.of(evidence.connection().settings()), new UnseenProgress());
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (String job : evidence.outputs().jobs().keySet()) {
      JobVerification.Report report = jobs.verify(job);
      assertThat(report.job().getOffsets()).as("offsets of %s", job).isNotEmpty();
      if (report.verdict() == Verdict.DIFFERENT) {
        assertThat(report.differences()).as("differences of %s", job).isEmpty();
      }
      verdicts.merge(report.verdict(), 1, Integer::sum);
    }
    log.atInfo().addKeyValue("verdicts", verdicts).log("jobs verified");
  }
}
