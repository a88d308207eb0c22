package io.sluice.streams.select;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.trigger.JobIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Builds the record of a fine-tune job and the records of its dataset from the current selection.
 */
final class JobRecords {
  private final TaskRevision revision;
  private final TargetTask task;
  private final Function<TaskKey, Nomination> nominations;

  /**
   * Creates a builder for the jobs of a revision.
   *
   * @param nominations returns the nomination of a selected candidate by its key
   */
  JobRecords(TaskRevision revision, Function<TaskKey, Nomination> nominations) {
    this.revision = revision;
    this.task = revision.definition();
    this.nominations = nominations;
  }

  /**
   * Builds a job and its dataset.
   *
   * @param budget a budget whose tier is full
   * @param sequence number of the job among those of this revision and budget, from 0
   * @param requestId id of the request that fires the job; empty when a trigger fires it
   */
  SelectOutput.JobFired fired(
      int budget, int sequence, JobTrigger trigger, String requestId, Instant now) {
    String jobId =
        new JobIdentity(
                task.getTaskId(), task.getRevision(), task.getRepresentationId(), budget, sequence)
            .id();
    TaskSelection selection = revision.own();
    Examples own = new Examples(jobId, selection);
    List<DatasetRecord> selected = own.of(DatasetPart.SELECTED, "", selection.current().of(budget));
    List<DatasetRecord> random =
        selection
            .controlSubset(budget)
            .map(slots -> own.of(DatasetPart.RANDOM, "", slots))
            .orElse(List.of());
    List<DatasetRecord> dataset = new ArrayList<>(selected);
    dataset.addAll(random);
    List<JobArm> arms = new ArrayList<>();
    for (ArmSubset subset : revision.arms(budget)) {
      List<DatasetRecord> examples =
          new Examples(jobId, subset.selection())
              .of(DatasetPart.ARM, subset.arm().name().label(), subset.slots());
      dataset.addAll(examples);
      arms.add(arm(subset, examples));
    }
    dataset.addAll(examples(jobId, DatasetPart.QUERIES, task.getQueries()));
    dataset.addAll(examples(jobId, DatasetPart.HELD_OUT, task.getHeldOut()));
    boolean controlled = selection.controlSubset(budget).isPresent();
    FineTuneJob job =
        FineTuneJob.newBuilder()
            .setJobId(jobId)
            .setTaskId(task.getTaskId())
            .setRevision(task.getRevision())
            .setRepresentationId(task.getRepresentationId())
            .setFingerprint(selection.fingerprint())
            .setTextForm(selection.textForm())
            .setTokenizer(selection.tokenizer())
            .setAlgorithm(task.getAlgorithm())
            .setBudget(budget)
            .setSequence(sequence)
            .setTrigger(trigger)
            .setRequestId(requestId)
            .setFiredAt(now.toEpochMilli())
            .setPoolSize(selection.pool())
            .setExamples(selected.size())
            .setBudgetTokens(selection.budgetTokens(budget))
            .setRandomExamples(selection.budgetTokens(budget) > 0 ? random.size() : 0)
            .setDatasetChecksum(orderChecksum(selected))
            .setControls(
                task.getControls().stream().filter(c -> c != Arm.RANDOM || controlled).toList())
            .setControlChecksum(controlled ? orderChecksum(random) : "")
            .setQueries(task.getQueries().size())
            .setQuerySetHash(ExampleHashes.ofQueries(task.getQueries()))
            .setHeldOut(task.getHeldOut().size())
            .setHeldOutHash(ExampleHashes.ofQueries(task.getHeldOut()))
            .setSeeds(task.getSeeds())
            .setHyperParameters(task.getHyperParameters())
            .setLauncher(task.getLauncher())
            .setOffsets(selection.offsets())
            .setArms(arms)
            .build();
    return new SelectOutput.JobFired(job, dataset);
  }

  private static JobArm arm(ArmSubset subset, List<DatasetRecord> examples) {
    return new JobArm(
        subset.arm().name().label(),
        subset.arm().representationId(),
        subset.selection().fingerprint(),
        subset.arm().algorithm(),
        subset.arm().isRandom(),
        subset.selection().pool(),
        examples.size(),
        orderChecksum(examples),
        subset.selection().offsets());
  }

  /** The records of the candidates in the subsets of one selection, which has their nominations. */
  private final class Examples {
    private final String jobId;
    private final TaskSelection selection;

    Examples(String jobId, TaskSelection selection) {
      this.jobId = jobId;
      this.selection = selection;
    }

    List<DatasetRecord> of(DatasetPart part, String arm, List<Slot<String>> slots) {
      List<DatasetRecord> records = new ArrayList<>(slots.size());
      for (Slot<String> slot : slots) {
        Nomination nomination = nominations.apply(selection.key(slot.id()));
        records.add(
            record(jobId, part, slot.slot(), slot.id())
                .setArm(arm)
                .setQuery(task.getQueries().get(slot.query()).getId())
                .setScore(slot.score())
                .setSource(nomination.getCandidate().getSource())
                .setMessages(nomination.getCandidate().getMessages())
                .setTools(nomination.getCandidate().getTools())
                .setMetadata(nomination.getCandidate().getMetadata())
                .build());
      }
      return records;
    }
  }

  private List<DatasetRecord> examples(String jobId, DatasetPart part, List<Query> examples) {
    List<DatasetRecord> records = new ArrayList<>(examples.size());
    for (Query example : examples) {
      records.add(
          record(jobId, part, records.size(), example.getId())
              .setQuery(example.getId())
              .setScore(0)
              .setMessages(example.getMessages())
              .setTools(example.getTools())
              .build());
    }
    return records;
  }

  private DatasetRecord.Builder record(String jobId, DatasetPart part, int rank, String id) {
    return DatasetRecord.newBuilder()
        .setJobId(jobId)
        .setTaskId(task.getTaskId())
        .setPart(part)
        .setRank(rank)
        .setCandidateId(id);
  }

  private static String orderChecksum(List<DatasetRecord> records) {
    return ExampleHashes.ofOrder(records.stream().map(DatasetRecord::getCandidateId).toList());
  }
}
