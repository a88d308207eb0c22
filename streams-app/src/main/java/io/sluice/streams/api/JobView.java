package io.sluice.streams.api;

import io.sluice.schemas.FineTuneJob;
import java.util.List;

/**
 * A fine-tune job as the API shows it.
 *
 * @param job its id
 * @param task the target task
 * @param revision the task's revision
 * @param representationId the representation by which the examples were selected
 * @param algorithm the rule by which they were selected
 * @param budget examples asked for
 * @param sequence counts the jobs of this task, revision and budget, from 0
 * @param examples examples in the dataset
 * @param pool candidates scored for the task when the job fired
 * @param datasetChecksum SHA-256 of the candidate ids in selection order
 * @param retracted candidates of the dataset that were retracted or replaced after the job had
 *     fired
 */
record JobView(
    String job,
    String task,
    int revision,
    String representationId,
    String algorithm,
    int budget,
    int sequence,
    int examples,
    long pool,
    String datasetChecksum,
    List<String> retracted) {
  static JobView of(FineTuneJob job) {
    return new JobView(
        job.getJobId(),
        job.getTaskId(),
        job.getRevision(),
        job.getRepresentationId(),
        job.getAlgorithm(),
        job.getBudget(),
        job.getSequence(),
        job.getExamples(),
        job.getPoolSize(),
        job.getDatasetChecksum(),
        job.getRetracted());
  }
}
