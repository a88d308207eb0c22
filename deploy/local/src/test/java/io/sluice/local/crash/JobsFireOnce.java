package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.dataset.ExampleHashes;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * No job fires twice, none is missing; each has its one whole dataset, and lists those of it that
 * were retracted or replaced since.
 */
final class JobsFireOnce implements Guarantee {
  @Override
  public void check(Evidence evidence) {
    Map<String, List<FineTuneJob>> jobs = evidence.outputs().jobs();
    Map<String, List<DatasetRecord>> datasets = evidence.outputs().datasets();
    assertThat(datasets.keySet()).as("jobs that have a dataset").isEqualTo(jobs.keySet());
    Set<List<Object>> fired = new HashSet<>();
    jobs.forEach(
        (jobId, records) -> {
          FineTuneJob job = records.get(records.size() - 1);
          assertThat(fired.add(List.of(job.getTaskId(), job.getRevision(), job.getBudget())))
              .as("first job of its task, revision and budget: %s", job)
              .isTrue();
          checkRecords(records);
          checkDataset(job, datasets.get(jobId));
          checkRetracted(job, datasets.get(jobId), evidence.inputs());
        });
    evidence.inputs().tasks().values().forEach(task -> checkNoneMissing(task, evidence));
  }

  /** Fired once; then, for each candidate that is retracted, published with one more of them. */
  private static void checkRecords(List<FineTuneJob> records) {
    for (int i = 0; i < records.size(); i++) {
      FineTuneJob last = records.get(records.size() - 1);
      FineTuneJob expected =
          FineTuneJob.newBuilder(last).setRetracted(last.getRetracted().subList(0, i)).build();
      assertThat(records.get(i)).as("record %d of the job", i).isEqualTo(expected);
    }
  }

  private static void checkDataset(FineTuneJob job, List<DatasetRecord> dataset) {
    assertThat(dataset)
        .as("dataset of %s", job.getJobId())
        .hasSize(job.getBudget())
        .extracting(DatasetRecord::getRank)
        .containsExactlyElementsOf(IntStream.range(0, job.getBudget()).boxed().toList());
    List<String> ids = dataset.stream().map(DatasetRecord::getCandidateId).toList();
    assertThat(ExampleHashes.ofOrder(ids)).isEqualTo(job.getDatasetChecksum());
    assertThat(ids).doesNotHaveDuplicates().containsAll(job.getRetracted());
  }

  private static void checkRetracted(FineTuneJob job, List<DatasetRecord> dataset, Inputs inputs) {
    int firstOfLife = inputs.firstOfLife().getOrDefault(job.getTaskId(), Integer.MAX_VALUE);
    if (job.getRevision() < firstOfLife) {
      // Jobs of a task that was removed are not looked after any more.
      return;
    }
    for (DatasetRecord example : dataset) {
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

  private static void checkNoneMissing(TargetTask task, Evidence evidence) {
    int pool = evidence.inputs().scoreRows(task).size();
    List<Integer> fired =
        evidence.outputs().jobs().values().stream()
            .map(records -> records.get(0))
            .filter(job -> job.getTaskId().equals(task.getTaskId()))
            .filter(job -> job.getRevision() == task.getRevision())
            .map(FineTuneJob::getBudget)
            .toList();
    assertThat(fired)
        .as("budgets that jobs were fired for, of %s", task.getTaskId())
        .containsAll(
            task.getBudgets().stream()
                .filter(budget -> budget <= pool && budget * task.getMinPoolFactor() <= pool)
                .toList());
  }
}
