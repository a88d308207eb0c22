package io.sluice.streams.client;

import io.sluice.schemas.FineTuneJob;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;

/** The fine-tune jobs of a Kafka. */
public final class FineTuneJobs {
  private static final Comparator<FineTuneJob> BY_TASK_AND_AGE =
      Comparator.comparing(FineTuneJob::getTaskId)
          .thenComparing(FineTuneJob::getRevision)
          .thenComparing(FineTuneJob::getBudget)
          .thenComparing(FineTuneJob::getSequence);

  private final KafkaAccess kafka;

  /** The jobs of this Kafka. */
  public FineTuneJobs(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /** All jobs fired so far, by task, revision, budget and sequence. */
  public List<FineTuneJob> all() {
    return TopicSnapshot.ofTopic(
            kafka,
            kafka.topics().fineTuneJobs(),
            Serdes.String(),
            kafka.serdes().<FineTuneJob>value())
        .values()
        .stream()
        .sorted(BY_TASK_AND_AGE)
        .toList();
  }
}
