package io.sluice.streams.api;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.dataset.FrozenDataset;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A fine-tune job as the API shows it.
 *
 * @param job id of the job
 * @param task id of the target task
 * @param revision the task's revision
 * @param representationId the representation by which the examples were selected
 * @param fingerprint hash of everything that determines the representation
 * @param algorithm the algorithm that selected the examples
 * @param budget examples asked for
 * @param sequence number of the job among those of this task, revision and budget, from 0
 * @param trigger why the job fired: {@code full}, {@code refresh} or {@code manual}
 * @param firedAt when the job fired, in ISO 8601, UTC
 * @param state {@code open}, {@code finished}, {@code failed} or {@code cancelled}
 * @param detail why the job failed or was cancelled, else empty
 * @param examples number of selected examples in the dataset
 * @param pool candidates scored for the task when the job fired
 * @param datasetChecksum SHA-256 of the candidate ids in selection order
 * @param controls the arms with which the selected examples are compared
 * @param controlChecksum SHA-256 of the candidate ids of the random control; empty when there is
 *     none
 * @param queries number of queries
 * @param querySetHash SHA-256 of the query set
 * @param heldOut number of held-out examples
 * @param seeds one seed per training run of an arm
 * @param hyperParameters how to train
 * @param launcher name of the launcher that is to train it; empty when the trainer chooses
 * @param retracted candidates of the dataset that were retracted or replaced after the job fired
 * @param retractedIncomplete whether further candidates were retracted than the record names
 * @param textForm how the messages of examples became text: {@code reference}, or {@code chat} with
 *     the hash of the chat templates
 * @param tokenizer hash of the tokenizer by which they were selected; empty when unknown
 * @param budgetTokens learnt tokens that the selected and the random examples have at most; 0 for
 *     no limit
 * @param randomExamples number of random examples; 0 when the job does not compare with any
 * @param offsets for each partition of representations the offset before which the records were
 *     taken into account; empty when unknown
 * @param arms further parts of the dataset to compare with
 */
record JobView(
    String job,
    String task,
    int revision,
    String representationId,
    String fingerprint,
    String algorithm,
    int budget,
    int sequence,
    String trigger,
    String firedAt,
    String state,
    String detail,
    int examples,
    long pool,
    String datasetChecksum,
    List<String> controls,
    String controlChecksum,
    int queries,
    String querySetHash,
    int heldOut,
    List<Integer> seeds,
    Training hyperParameters,
    String launcher,
    List<String> retracted,
    boolean retractedIncomplete,
    String textForm,
    String tokenizer,
    long budgetTokens,
    int randomExamples,
    List<Long> offsets,
    List<ArmView> arms) {
  static JobView of(FineTuneJob job) {
    return new JobView(
        job.getJobId(),
        job.getTaskId(),
        job.getRevision(),
        job.getRepresentationId(),
        job.getFingerprint(),
        job.getAlgorithm(),
        job.getBudget(),
        job.getSequence(),
        lower(job.getTrigger()),
        Instant.ofEpochMilli(job.getFiredAt()).toString(),
        lower(job.getState()),
        job.getDetail(),
        job.getExamples(),
        job.getPoolSize(),
        job.getDatasetChecksum(),
        job.getControls().stream().map(JobView::lower).toList(),
        job.getControlChecksum(),
        job.getQueries(),
        job.getQuerySetHash(),
        job.getHeldOut(),
        job.getSeeds(),
        Training.of(job.getHyperParameters()),
        job.getLauncher(),
        job.getRetracted(),
        job.getRetractedIncomplete(),
        job.getTextForm(),
        job.getTokenizer(),
        job.getBudgetTokens(),
        FrozenDataset.randomExamples(job),
        job.getOffsets(),
        job.getArms().stream().map(ArmView::of).toList());
  }

  /** A further arm of a job, as described in the schema {@code JobArm}. */
  record ArmView(
      String name,
      String representationId,
      String fingerprint,
      String algorithm,
      boolean random,
      long pool,
      int examples,
      String checksum,
      List<Long> offsets) {
    static ArmView of(JobArm arm) {
      return new ArmView(
          arm.getName(),
          arm.getRepresentationId(),
          arm.getFingerprint(),
          arm.getAlgorithm(),
          arm.getRandom(),
          arm.getPoolSize(),
          arm.getExamples(),
          arm.getChecksum(),
          arm.getOffsets());
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The hyper-parameters of the training runs, as described in the schema {@code HyperParameters}.
   */
  record Training(
      int epochs,
      double learningRate,
      int batchSize,
      double warmupRatio,
      double weightDecay,
      double maxGradientNorm,
      int maxLength,
      boolean full,
      int loraRank,
      double loraAlpha,
      double loraDropout,
      List<String> loraTargets) {
    static Training of(HyperParameters parameters) {
      return new Training(
          parameters.getEpochs(),
          parameters.getLearningRate(),
          parameters.getBatchSize(),
          parameters.getWarmupRatio(),
          parameters.getWeightDecay(),
          parameters.getMaxGradientNorm(),
          parameters.getMaxLength(),
          parameters.getFull(),
          parameters.getLoraRank(),
          parameters.getLoraAlpha(),
          parameters.getLoraDropout(),
          parameters.getLoraTargets());
    }
  }
}
