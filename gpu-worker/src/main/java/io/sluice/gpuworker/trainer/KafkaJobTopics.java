package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobTopics;
import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.dataset.FrozenDataset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads reports and datasets from their topics, one pass over one partition each time. Used by the
 * thread that works on the job.
 */
final class KafkaJobTopics implements JobTopics {
  private final PartitionScan results;
  private final PartitionScan datasets;
  private final RecordValues<FineTuneResult> resultValues;
  private final RecordValues<DatasetRecord> datasetValues;

  KafkaJobTopics(
      PartitionScan results,
      PartitionScan datasets,
      RecordValues<FineTuneResult> resultValues,
      RecordValues<DatasetRecord> datasetValues) {
    this.results = results;
    this.datasets = datasets;
    this.resultValues = resultValues;
    this.datasetValues = datasetValues;
  }

  @Override
  public Optional<FineTuneResult> lastReport(String jobId) throws InterruptedException {
    List<FineTuneResult> found = new ArrayList<>();
    scan(
        results,
        jobId,
        jobId,
        value -> {
          resultValues.read(results.topic(), value).ifPresent(found::add);
          return true;
        });
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
  }

  /** Stops reading as soon as the dataset is complete. */
  @Override
  public List<DatasetRecord> dataset(FineTuneJob job) throws InterruptedException {
    long expected = FrozenDataset.records(job);
    List<DatasetRecord> found = new ArrayList<>();
    scan(
        datasets,
        job.getTaskId(),
        job.getJobId(),
        value -> {
          datasetValues.read(datasets.topic(), value).ifPresent(found::add);
          return found.size() < expected;
        });
    return found;
  }

  private static void scan(
      PartitionScan scan, String partitionedBy, String key, Predicate<byte[]> visitor)
      throws InterruptedException {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    try {
      scan.visit(
          partitionedBy,
          record ->
              !Arrays.equals(record.key(), wanted)
                  || record.value() == null
                  || visitor.test(record.value()));
    } catch (InterruptException e) {
      // Kafka leaves the interrupt flag set; by convention it is clear when InterruptedException is
      // thrown.
      Thread.interrupted();
      InterruptedException interrupted = new InterruptedException(e.getMessage());
      interrupted.initCause(e);
      throw interrupted;
    } catch (KafkaException e) {
      throw new ServiceFailure(
          "topic " + scan.topic() + " cannot be read (" + e.getMessage() + ")", e);
    }
  }
}
