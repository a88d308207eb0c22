package io.sluice.gpuworker.job;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import java.util.List;
import java.util.Optional;

/** What Kafka holds of a job beside the job itself. */
public interface JobTopics {
  /** The last report of a job. */
  Optional<FineTuneResult> lastReport(String jobId) throws InterruptedException;

  /** The frozen examples of a job that are still there, in the topic's order. */
  List<DatasetRecord> dataset(FineTuneJob job) throws InterruptedException;
}
