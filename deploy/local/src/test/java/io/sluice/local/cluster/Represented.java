package io.sluice.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.crash.Inputs;
import io.sluice.local.endtoend.TopicClient;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.Serdes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the real workers owe: the representation of each candidate's last content and of the queries
 * of each task, none of a candidate that was retracted, and equal vectors whenever they have
 * represented the same content.
 */
final class Represented {
  private static final Logger log = LoggerFactory.getLogger(Represented.class);
  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final Topics TOPICS = Topics.withDefaultPrefix();

  private final TopicClient kafka;
  private final AvroSerdes avro;
  private final Runnable alive;

  /**
   * A check of topics.
   *
   * @param alive fails when a service has ended by itself
   */
  Represented(TopicClient kafka, Map<String, String> connection, Runnable alive) {
    this.kafka = kafka;
    this.avro = KafkaAccess.of(connection).serdes();
    this.alive = alive;
  }

  /** Waits until everything is represented; nobody may send anything meanwhile. */
  void await() throws InterruptedException {
    Map<String, List<Message>> sent = sent();
    Instant deadline = Instant.now().plus(WITHIN);
    Set<String> missing = missing(sent);
    while (!missing.isEmpty()) {
      alive.run();
      assertThat(Instant.now()).as("not represented: %s", missing).isBefore(deadline);
      Thread.sleep(1_000);
      missing = missing(sent);
    }
    int published = assertRepeatsAreEqual();
    log.atInfo()
        .addKeyValue("candidates", sent.size())
        .addKeyValue("records", published)
        .log("all that was sent is represented");
  }

  /** The last content of each candidate that is not retracted. */
  private Map<String, List<Message>> sent() {
    Map<String, List<Message>> sent = new TreeMap<>();
    kafka
        .readAll(TOPICS.candidates(), Serdes.String(), avro.<Candidate>value())
        .forEach(
            entry ->
                entry
                    .getValue()
                    .ifPresentOrElse(
                        candidate -> sent.put(entry.getKey(), candidate.getMessages()),
                        () -> sent.remove(entry.getKey())));
    return sent;
  }

  private Set<String> missing(Map<String, List<Message>> sent) {
    Inputs inputs = Inputs.read(kafka, TOPICS, avro);
    Set<String> missing = new TreeSet<>();
    Map<String, List<Message>> represented = new TreeMap<>();
    inputs
        .candidates()
        .forEach(
            (key, value) -> {
              if (key.getRepresentationId().equals(CandidateFeed.REPRESENTATION)) {
                represented.put(key.getCandidateId(), value.getCandidate().getMessages());
              }
            });
    Set<String> all = new TreeSet<>(sent.keySet());
    all.addAll(represented.keySet());
    for (String id : all) {
      if (!sent.getOrDefault(id, List.of()).equals(represented.getOrDefault(id, List.of()))) {
        missing.add(id);
      }
    }
    for (TargetTask task : inputs.tasks().values()) {
      for (int query = 0; query < task.getQueries().size(); query++) {
        QueryRepresentationKey key =
            new QueryRepresentationKey(task.getTaskId(), task.getRevision(), query);
        if (!inputs.queries().containsKey(key)) {
          missing.add(key.toString());
        }
      }
    }
    return missing;
  }

  private int assertRepeatsAreEqual() {
    Map<String, Representation> first = new TreeMap<>();
    int published = 0;
    for (var entry :
        kafka.readAll(
            TOPICS.representations(), avro.<RepresentationKey>key(), Serdes.ByteArray())) {
      if (entry.getKey().getRepresentationId().equals(CandidateFeed.REPRESENTATION)
          && entry.getValue().isPresent()) {
        Representation value =
            avro.<Representation>value()
                .deserializer()
                .deserialize(TOPICS.representations(), entry.getValue().orElseThrow());
        published++;
        Representation before =
            first.putIfAbsent(
                entry.getKey().getCandidateId() + value.getCandidate().getMessages(), value);
        if (before != null) {
          assertThat(value).as("a repeated representation").isEqualTo(before);
        }
      }
    }
    return published;
  }
}
