package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.JobState;
import io.sluice.schemas.Message;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.trigger.JobIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * No job has fired twice and none is missing. Each job has one complete dataset, lists the examples
 * of it that were retracted or replaced since, and has ended once.
 */
final class JobsFireOnce implements Guarantee {
  @Override
  public void check(Evidence evidence) {
    Map<String, List<FineTuneJob>> jobs = evidence.outputs().jobs();
    Map<String, List<DatasetRecord>> datasets = evidence.outputs().datasets();
    assertThat(datasets.keySet()).as("jobs that have a dataset").isEqualTo(jobs.keySet());
    Map<String, List<Integer>> sequences = new TreeMap<>();
    jobs.forEach(
        (jobId, records) -> {
          FineTuneJob job = records.get(records.size() - 1);
          assertThat(jobId).isEqualTo(identity(job).id());
          sequences
              .computeIfAbsent(
                  job.getTaskId() + " " + job.getRevision() + " " + job.getBudget(),
                  series -> new ArrayList<>())
              .add(job.getSequence());
          checkRecords(records);
          FrozenDataset dataset = FrozenDataset.of(job, datasets.get(jobId));
          checkRetracted(job, dataset.selected(), evidence.inputs());
          checkRetracted(job, dataset.random(), evidence.inputs());
          checkArms(job, evidence.inputs());
        });
    sequences.forEach(
        (series, numbers) ->
            assertThat(numbers.stream().sorted().toList())
                .as("jobs of %s", series)
                .isEqualTo(IntStream.range(0, numbers.size()).boxed().toList()));
    evidence.inputs().tasks().values().forEach(task -> checkNoneMissing(task, evidence));
  }

  private static JobIdentity identity(FineTuneJob job) {
    return new JobIdentity(
        job.getTaskId(),
        job.getRevision(),
        job.getRepresentationId(),
        job.getBudget(),
        job.getSequence());
  }

  /**
   * The first record fires the job; each later one adds retracted examples or ends the job, once.
   */
  private static void checkRecords(List<FineTuneJob> records) {
    FineTuneJob before = records.get(0);
    FineTuneJob last = records.get(records.size() - 1);
    assertThat(before.getState()).isEqualTo(JobState.OPEN);
    assertThat(before.getRetracted()).isEmpty();
    assertThat(last.getState()).as("state of %s", last.getJobId()).isNotEqualTo(JobState.OPEN);
    for (FineTuneJob record : records.subList(1, records.size())) {
      int known = before.getRetracted().size();
      boolean retracted = record.getRetracted().size() > known;
      assertThat(record.getRetracted()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(known);
      assertThat(record.getRetracted().subList(0, known)).isEqualTo(before.getRetracted());
      assertThat(before.getState() == JobState.OPEN && record.getState() != JobState.OPEN)
          .as("%s either ends with this record or has more retracted examples", last.getJobId())
          .isNotEqualTo(retracted);
      FineTuneJob expected =
          retracted
              ? FineTuneJob.newBuilder(before).setRetracted(record.getRetracted()).build()
              : FineTuneJob.newBuilder(before)
                  .setState(record.getState())
                  .setDetail(record.getDetail())
                  .build();
      assertThat(record).as("record of %s", last.getJobId()).isEqualTo(expected);
      before = record;
    }
  }

  private static void checkRetracted(FineTuneJob job, List<DatasetRecord> part, Inputs inputs) {
    int firstOfLife = inputs.firstOfLife().getOrDefault(job.getTaskId(), Integer.MAX_VALUE);
    if (job.getRevision() < firstOfLife) {
      // Retractions are not recorded for jobs of tasks that were removed.
      return;
    }
    for (DatasetRecord example : part) {
      Optional<List<Message>> now =
          inputs
              .candidate(job.getRepresentationId(), example.getCandidateId())
              .map(Representation::getCandidate)
              .map(candidate -> candidate.getMessages());
      if (!now.equals(Optional.of(example.getMessages()))) {
        assertThat(job.getRetracted())
            .as("retracted or replaced since %s fired", job.getJobId())
            .contains(example.getCandidateId());
      }
    }
  }

  /**
   * Each tier that may fire has had a job, and the subset has changed little since the last one.
   */
  /** A job has all arms of its task, each with a full subset: smaller ones are waited for. */
  private static void checkArms(FineTuneJob job, Inputs inputs) {
    Optional.ofNullable(inputs.tasks().get(job.getTaskId()))
        .filter(task -> task.getRevision() == job.getRevision())
        .ifPresent(
            task ->
                assertThat(job.getArms())
                    .extracting(JobArm::getName, JobArm::getRepresentationId, JobArm::getExamples)
                    .isEqualTo(
                        FurtherArm.of(task).stream()
                            .map(
                                arm ->
                                    tuple(
                                        arm.name().label(),
                                        arm.representationId(),
                                        job.getBudget()))
                            .toList()));
  }

  private static void checkNoneMissing(TargetTask task, Evidence evidence) {
    int pool = evidence.inputs().scoreRows(task).size();
    List<TierStatus> tiers = evidence.outputs().statuses().get(task.getTaskId()).getTiers();
    assertThat(tiers)
        .as("tiers of %s with a pool of %d", task.getTaskId(), pool)
        .filteredOn(tier -> tier.getFilled() == tier.getBudget())
        .filteredOn(tier -> tier.getBudget() * task.getMinPoolFactor() <= pool)
        .allMatch(tier -> tier.getJobs() > 0 && !tier.getOpen())
        .allMatch(tier -> tier.getTurnover() < task.getRefreshTurnover());
    for (TierStatus tier : tiers) {
      assertThat(
              evidence.outputs().jobs().values().stream()
                  .map(records -> records.get(0))
                  .filter(job -> job.getTaskId().equals(task.getTaskId()))
                  .filter(job -> job.getRevision() == task.getRevision())
                  .filter(job -> job.getBudget() == tier.getBudget()))
          .as("jobs of %s for %d", task.getTaskId(), tier.getBudget())
          .hasSize(tier.getJobs());
    }
  }
}
