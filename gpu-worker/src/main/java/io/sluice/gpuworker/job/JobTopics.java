package io.sluice.gpuworker.job;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import java.util.List;
import java.util.Optional;

/** Reads the records of a job, other than the job itself, from Kafka. */
public interface JobTopics {
  /** The last report of a job; empty when there is none. */
  Optional<FineTuneResult> lastReport(String jobId) throws InterruptedException;

  /** The records of a job's dataset that the topic still has, in its order. */
  List<DatasetRecord> dataset(FineTuneJob job) throws InterruptedException;
}
