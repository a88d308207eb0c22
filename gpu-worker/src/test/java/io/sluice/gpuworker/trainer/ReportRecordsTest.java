package io.sluice.gpuworker.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.job.JobProgress;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.TrainingLoss;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.BoundedValues;
import io.sluice.schemas.topic.RecordLimit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

/** However many runs a job has, its reports are no larger than their readers accept. */
class ReportRecordsTest {
  private static final int EXAMPLES = 1000;

  /** With so many runs, the losses of {@link #EXAMPLES} examples do not fit into a record. */
  private static final int MANY = 131;

  private final RecordLimit limit = RecordLimit.byDefault();
  private final FineTuneJob job = TrainerLoopFixture.job("a");

  @Test
  void givenMoreLossesThanARecordHasRoomFor_whenReported_thenOnlyTheyAreLeftOut() {
    FineTuneResult report = end(limit, "fine", outcomes(MANY));

    assertThat(read(limit, report)).isEqualTo(report);
    assertThat(report.getOutcomes()).isEqualTo(without(outcomes(MANY)));
    assertThat(report.getState()).isEqualTo(FineTuneState.FINISHED);
    assertThat(report.getOutput()).isEqualTo("/out");
    assertThat(report.getDetail())
        .startsWith("fine; the losses of single examples are left out")
        .contains("record.max.bytes (1048576)");
    assertThat(end(limit, "fine", outcomes(MANY))).as("the same again").isEqualTo(report);
  }

  @Test
  void givenMoreLossesThanARecordHasRoomFor_whenProgressIsReported_thenTheyAreLeftOutToo() {
    JobProgress progress = JobProgress.of(1, "training", outcomes(MANY));

    FineTuneResult report = records(limit).progress(job, FineTuneState.PROGRESS, progress);
    FineTuneResult left = records(limit).left(job, progress);
    FineTuneResult leftByDevice = records(limit).leftByDevice(job, progress, "it is lost");

    assertThat(List.of(report, left, leftByDevice))
        .allSatisfy(
            each -> {
              assertThat(read(limit, each)).isEqualTo(each);
              assertThat(each.getOutcomes()).isEqualTo(without(outcomes(MANY)));
              assertThat(each.getDetail()).contains("losses of single examples are left out");
            });
    assertThat(report.getLeaseUntil()).isEqualTo(35_000);
  }

  @Test
  void givenReportsOfEverySizeAroundTheBound_whenReported_thenReadersAcceptThem() {
    List<FineTuneResult> reports =
        IntStream.rangeClosed(120, MANY).mapToObj(n -> end(limit, "", outcomes(n))).toList();

    assertThat(reports).allSatisfy(each -> assertThat(read(limit, each)).isEqualTo(each));
    assertThat(reports.get(0).getOutcomes()).isEqualTo(outcomes(120));
    assertThat(reports.get(0).getDetail()).isEmpty();
    assertThat(reports.get(reports.size() - 1).getDetail()).startsWith("the losses of single");
  }

  @Test
  void givenALongDetail_whenLossesAreLeftOut_thenTheRemarkStaysWhole() {
    FineTuneResult report = end(limit, "x".repeat(5000), outcomes(MANY));

    assertThat(report.getDetail())
        .hasSize(ReportBound.MAX_DETAIL_CHARACTERS)
        .startsWith("xxx")
        .contains("x...; the losses of single examples are left out")
        .endsWith("allows");
  }

  @Test
  void givenOutcomesOfAnEarlierReportWithoutLosses_whenReported_thenTheDetailSaysSo() {
    List<ArmOutcome> mixed =
        IntStream.range(0, 3)
            .mapToObj(i -> i < 2 ? without(outcomes(3)).get(i) : outcomes(3).get(i))
            .toList();

    FineTuneResult report = end(limit, "", mixed);

    assertThat(report.getOutcomes()).isEqualTo(mixed);
    assertThat(report.getDetail()).contains("missing from 2 of 3 outcomes");
  }

  @Test
  void givenMoreOutcomesThanASmallRecordHasRoomFor_whenReported_thenTheJobStillEnds() {
    RecordLimit small = new RecordLimit(RecordLimit.MIN_BYTES);

    FineTuneResult report = end(small, "fine", outcomes(1000));

    assertThat(read(small, report)).isEqualTo(report);
    assertThat(report.getState()).isEqualTo(FineTuneState.FINISHED);
    assertThat(report.getOutcomes()).isEmpty();
    assertThat(report.getDetail())
        .startsWith("fine; the outcomes of 1000 runs are left out")
        .contains("record.max.bytes (65536)");
  }

  private FineTuneResult end(RecordLimit bound, String detail, List<ArmOutcome> outcomes) {
    return records(bound)
        .end(job, FineTuneState.FINISHED, detail, "/out", JobProgress.of(1, "done", outcomes));
  }

  private static ReportRecords records(RecordLimit bound) {
    return new ReportRecords(
        "t1",
        Duration.ofSeconds(30),
        Clock.fixed(Instant.ofEpochMilli(5000), ZoneOffset.UTC),
        new ReportBound(bound));
  }

  /** Writes a report as the trainer does, and reads it as the streams-app does. */
  private static FineTuneResult read(RecordLimit bound, FineTuneResult report) {
    Serde<FineTuneResult> values =
        BoundedValues.of(
            AvroSerdes.forRegistry("mock://reports").value(FineTuneResult.class), bound);
    return values
        .deserializer()
        .deserialize(
            "results", new RecordHeaders(), values.serializer().serialize("results", report));
  }

  private static List<ArmOutcome> outcomes(int runs) {
    MeanLoss loss = new MeanLoss(1.5, 0.1, EXAMPLES, Collections.nCopies(EXAMPLES, 1.5f));
    return IntStream.range(0, runs)
        .mapToObj(
            i ->
                ArmOutcome.newBuilder()
                    .setArm(Arm.SELECTED)
                    .setSeed(i)
                    .setQueryLoss(loss)
                    .setHeldOutLoss(List.of(loss))
                    .setOutput("/srv/sluice/out/maths-1000-a/selected-seed" + i + "-01234567/model")
                    .setTrainingLosses(Collections.nCopies(4, new TrainingLoss(1, 0.5f)))
                    .build())
        .toList();
  }

  private static List<ArmOutcome> without(List<ArmOutcome> outcomes) {
    MeanLoss bare = new MeanLoss(1.5, 0.1, EXAMPLES, List.of());
    return outcomes.stream()
        .map(
            each ->
                ArmOutcome.newBuilder(each)
                    .setQueryLoss(bare)
                    .setHeldOutLoss(List.of(bare))
                    .setTrainingLosses(List.of())
                    .build())
        .toList();
  }
}
