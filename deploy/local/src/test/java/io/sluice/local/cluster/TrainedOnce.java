package io.sluice.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.endtoend.TopicClient;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serdes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the trainers owe: one final report of each job, which is the last about it and says what the
 * job's record says.
 */
record TrainedOnce(TopicClient kafka, Map<String, String> connection) {
  private static final Logger log = LoggerFactory.getLogger(TrainedOnce.class);
  private static final Topics TOPICS = Topics.withDefaultPrefix();
  private static final Set<FineTuneState> FINAL =
      Set.of(FineTuneState.FINISHED, FineTuneState.FAILED, FineTuneState.CANCELLED);

  void check() {
    AvroSerdes avro = KafkaAccess.of(connection).serdes();
    Map<String, FineTuneJob> jobs = new TreeMap<>();
    kafka
        .readAll(TOPICS.fineTuneJobs(), Serdes.String(), avro.<FineTuneJob>value())
        .forEach(entry -> jobs.put(entry.getKey(), entry.getValue().orElseThrow()));
    Map<String, List<FineTuneResult>> reports = new TreeMap<>();
    kafka
        .readAll(TOPICS.fineTuneResults(), Serdes.String(), avro.<FineTuneResult>value())
        .forEach(
            entry ->
                reports
                    .computeIfAbsent(entry.getKey(), job -> new ArrayList<>())
                    .add(entry.getValue().orElseThrow()));
    Map<JobState, Integer> ends = new EnumMap<>(JobState.class);
    int attempts = 0;
    for (FineTuneJob job : jobs.values()) {
      List<FineTuneResult> all = reports.getOrDefault(job.getJobId(), List.of());
      ends.merge(job.getState(), 1, Integer::sum);
      if (job.getState() != JobState.CANCELLED) {
        FineTuneResult end = all.get(all.size() - 1);
        assertThat(end.getState().name())
            .as("end of %s", job.getJobId())
            .isEqualTo(job.getState().name());
        attempts += end.getAttempt();
      }
      assertThat(all)
          .as("final reports of %s", job.getJobId())
          .filteredOn(report -> FINAL.contains(report.getState()))
          .hasSizeLessThanOrEqualTo(1);
    }
    log.atInfo()
        .addKeyValue("jobs", ends)
        .addKeyValue("attempts", attempts)
        .log("each job has ended once");
  }
}
