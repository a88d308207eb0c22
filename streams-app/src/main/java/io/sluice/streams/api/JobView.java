package io.sluice.streams.api;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.HyperParameters;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A fine-tune job as the API shows it.
 *
 * @param job its id
 * @param task the target task
 * @param revision the task's revision
 * @param representationId the representation by which the examples were selected
 * @param fingerprint hash of all that shapes the representation
 * @param algorithm the rule by which they were selected
 * @param budget examples asked for
 * @param sequence counts the jobs of this task, revision and budget, from 0
 * @param trigger why it fired: full, refresh or manual
 * @param firedAt when, in ISO 8601, UTC
 * @param state open, finished, failed or cancelled
 * @param detail why it failed or was cancelled
 * @param examples examples in the dataset
 * @param pool candidates scored for the task when the job fired
 * @param datasetChecksum SHA-256 of the candidate ids in selection order
 * @param controls the arms to compare with
 * @param controlChecksum SHA-256 of the random control's ids; empty when there is none
 * @param queries examples of the query set
 * @param querySetHash SHA-256 of the query set
 * @param heldOut held-out examples
 * @param seeds of the training runs
 * @param hyperParameters how to train
 * @param launcher which launcher is to train it; empty when the trainer chooses
 * @param retracted candidates of the dataset that were retracted or replaced after the job had
 *     fired
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
    List<String> retracted) {
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
        job.getRetracted());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The hyper-parameters, as the contract has them. */
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
    static Training of(HyperParameters chosen) {
      return new Training(
          chosen.getEpochs(),
          chosen.getLearningRate(),
          chosen.getBatchSize(),
          chosen.getWarmupRatio(),
          chosen.getWeightDecay(),
          chosen.getMaxGradientNorm(),
          chosen.getMaxLength(),
          chosen.getFull(),
          chosen.getLoraRank(),
          chosen.getLoraAlpha(),
          chosen.getLoraDropout(),
          chosen.getLoraTargets());
    }
  }
}
