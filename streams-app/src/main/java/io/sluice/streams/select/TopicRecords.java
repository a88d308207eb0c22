package io.sluice.streams.select;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;

/**
 * The records that one publication adds to each topic. A record with a null value is a tombstone.
 */
final class TopicRecords implements SelectOutput.Handler {
  private List<KeyValue<SelectedKey, SelectedInstruction>> selected = List.of();
  private List<KeyValue<String, DatasetRecord>> datasets = List.of();
  private List<KeyValue<String, FineTuneJob>> jobs = List.of();
  private List<KeyValue<String, TaskStatus>> statuses = List.of();

  private TopicRecords() {}

  static TopicRecords of(SelectOutput publication) {
    TopicRecords records = new TopicRecords();
    publication.accept(records);
    return records;
  }

  List<KeyValue<SelectedKey, SelectedInstruction>> selected() {
    return selected;
  }

  List<KeyValue<String, DatasetRecord>> datasets() {
    return datasets;
  }

  List<KeyValue<String, FineTuneJob>> jobs() {
    return jobs;
  }

  List<KeyValue<String, TaskStatus>> statuses() {
    return statuses;
  }

  @Override
  public void onSelected(SelectedKey key, Optional<SelectedInstruction> instruction) {
    selected = List.of(KeyValue.pair(key, instruction.orElse(null)));
  }

  @Override
  public void onJobFired(FineTuneJob job, List<DatasetRecord> dataset) {
    datasets = dataset.stream().map(example -> KeyValue.pair(job.getJobId(), example)).toList();
    onJobChanged(job);
  }

  @Override
  public void onJobChanged(FineTuneJob job) {
    jobs = List.of(KeyValue.pair(job.getJobId(), job));
  }

  @Override
  public void onStatus(String taskId, Optional<TaskStatus> status) {
    statuses = List.of(KeyValue.pair(taskId, status.orElse(null)));
  }
}
