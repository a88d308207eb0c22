package io.sluice.streams.watch;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.streams.watch.Publication.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the topics that say what changes: subsets, statuses of tasks, reports of trainers. It
 * begins when somebody asks for the first time, with the last records of each partition, and reads
 * in a thread of its own, outside any consumer group, until it is closed.
 *
 * <p>Records that cannot be decoded are passed over, as the services do. Thread-safe.
 */
public final class TopicReader implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicReader.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(5);
  private static final int MOST_POINTS = 500;
  private static final int MOST_PUBLICATIONS = 200;
  private static final int MOST_MEMBERS = 100_000;
  private static final int MOST_JOBS = 200;

  /** Statuses are small, and many are needed to see a trend. */
  private static final long STATUS_TAIL = 5_000;

  /** With all members of the subsets, it is known who enters; reading that many takes seconds. */
  private static final long SUBSET_TAIL = 50_000;

  private static final long REPORT_TAIL = 2_000;

  private final KafkaAccess kafka;
  private final Map<String, Long> tails;
  private final TaskHistory history = new TaskHistory(MOST_POINTS);
  private final SubsetChanges changes = new SubsetChanges(MOST_PUBLICATIONS, MOST_MEMBERS);
  private final JobReports reports = new JobReports(MOST_JOBS);
  private final Deserializer<String> text = RecordKeys.text().deserializer();
  private final Deserializer<TaskStatus> statuses;
  private final Deserializer<SelectedKey> selectedKeys;
  private final Deserializer<SelectedInstruction> selected;
  private final Deserializer<FineTuneResult> results;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "sluice-watch-topics");
  private boolean isStarted;
  private volatile boolean isComplete = true;
  private volatile Reading reading = Reading.BEGINS;

  /** Creates a reader that reads nothing before it is {@linkplain #start started}. */
  public TopicReader(KafkaAccess kafka) {
    this.kafka = kafka;
    this.tails =
        Map.of(
            kafka.topics().taskStatus(), STATUS_TAIL,
            kafka.topics().selected(), SUBSET_TAIL,
            kafka.topics().fineTuneResults(), REPORT_TAIL);
    this.statuses = kafka.serdes().value(TaskStatus.class).deserializer();
    this.selectedKeys = RecordKeys.required(kafka.serdes().key(SelectedKey.class)).deserializer();
    this.selected = kafka.serdes().value(SelectedInstruction.class).deserializer();
    this.results = kafka.serdes().value(FineTuneResult.class).deserializer();
    thread.setDaemon(true);
  }

  /** Starts to read, unless it reads already. */
  public synchronized void start() {
    if (!isStarted && closing.getCount() > 0) {
      isStarted = true;
      thread.start();
    }
  }

  /** How far it is. */
  public Reading reading() {
    return reading;
  }

  /** Whether it began with the first record that the topics still had. */
  public boolean isComplete() {
    return isComplete;
  }

  /** The history of tasks. */
  public TaskHistory history() {
    return history;
  }

  /** The newest changes of subsets. */
  public SubsetChanges changes() {
    return changes;
  }

  /** The reports of trainers. */
  public JobReports reports() {
    return reports;
  }

  /** Ends the thread, without waiting for a broker. */
  @Override
  public void close() {
    closing.countDown();
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void run() {
    while (!isClosing()) {
      try (Consumer<byte[], byte[]> consumer =
          kafka.consumer(Serdes.ByteArray(), Serdes.ByteArray())) {
        history.clear();
        changes.clear();
        reports.clear();
        follow(consumer);
      } catch (WakeupException e) {
        return;
      } catch (RuntimeException e) {
        log.atWarn().addKeyValue("reason", e.getMessage()).log("Topics cannot be watched");
        reading = Reading.away(String.valueOf(kafkaReason(e)));
        pause();
      }
    }
  }

  private String kafkaReason(RuntimeException failure) {
    return failure instanceof KafkaException known
        ? kafka.explain(known).getMessage()
        : failure.toString();
  }

  private void pause() {
    try {
      closing.await(TRY_AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : tails.keySet()) {
      consumer
          .partitionsFor(topic)
          .forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
    boolean complete = true;
    for (TopicPartition partition : partitions) {
      long begin =
          Math.max(begins.get(partition), ends.get(partition) - tails.get(partition.topic()));
      complete &= begin == begins.get(partition);
      consumer.seek(partition, begin);
    }
    isComplete = complete;
    reading = Reading.BEGINS;
    while (!isClosing()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        accept(record);
      }
      ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
      if (ends.isEmpty()) {
        reading = Reading.FOLLOWS;
      }
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(kafka.topics().taskStatus())) {
        history.add(
            text.deserialize(record.topic(), record.key()),
            Optional.ofNullable(statuses.deserialize(record.topic(), record.value())),
            record.timestamp());
      } else if (record.topic().equals(kafka.topics().selected())) {
        SelectedKey key = selectedKeys.deserialize(record.topic(), record.key());
        changes.add(
            key.getTaskId(),
            key.getCandidateId(),
            Optional.ofNullable(selected.deserialize(record.topic(), record.value()))
                .map(TopicReader::place),
            record.timestamp());
      } else if (record.value() != null) {
        reports.add(results.deserialize(record.topic(), record.value()));
      }
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      // No service uses such a record either: it is a dead letter.
    }
  }

  private static Place place(SelectedInstruction selected) {
    return new Place(
        selected.getRevision(),
        selected.getSource(),
        selected.getTier(),
        selected.getScore(),
        selected.getBestQuery());
  }
}
