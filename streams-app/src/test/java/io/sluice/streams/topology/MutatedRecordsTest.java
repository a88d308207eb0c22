package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.testing.Mutations;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.Examples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes the topics hold, the topology continues and serves what can be used. */
@Tag("mutation")
class MutatedRecordsTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();
  private static final int BATCH = 100;

  @TempDir(factory = StateInMemory.class)
  Path state;

  private final Random random = new Random(181);
  private TopologyOracle oracle;
  private TopologyFixture topology;

  @BeforeEach
  void start() {
    oracle = new TopologyOracle(state);
    topology = oracle.topology;
  }

  @AfterEach
  void stop() {
    oracle.close();
  }

  @Test
  void givenMutatedRepresentations_whenTheyArrive_thenEachIsUsedOrADeadLetter() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 182);
    String topic = TOPICS.representations();
    int count = Mutations.perTopic(1_500);
    int letters = 0;
    for (int sent = 0; sent < count; sent++) {
      String id = "m-" + sent;
      Representation valid = Examples.representation(id, Examples.vector(random));
      byte[] key = topology.encodedKey(topic, new RepresentationKey("default", id));
      byte[] mutated = Mutations.mutate(topology.encoded(topic, valid), random);
      if (random.nextInt(10) == 0) {
        key = Mutations.mutate(key, random);
      }
      topology.sendBytes(topic, key, mutated);
      int more = topology.deadLetterReasons().size();
      assertThat(more).as("dead letters of one record").isBetween(0, 1);
      letters += more;
      // What happened to be valid leaves the pool again.
      topology.retract(id);
      if (sent % BATCH == 0) {
        oracle.arrivals(1, sent);
      }
    }
    oracle.arrivals(20, 183);
    topology.settle();

    assertThat(letters).as("most mutations damage a record").isGreaterThan(count / 2);
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenMutatedRecordsOnAllOtherTopics_whenTheyArrive_thenTheStreamContinues() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 184);
    TargetTask other = Examples.task("m", 1, 1, 5);
    SpecificRecord queryKey = new QueryRepresentationKey("m", 1, 0);
    byte[] text = "m".getBytes(StandardCharsets.UTF_8);
    int count = Mutations.perTopic(500);
    for (int sent = 0; sent < count; sent++) {
      send(TOPICS.targetTasks(), text, other);
      send(
          TOPICS.queryRepresentations(),
          topology.encodedKey(TOPICS.queryRepresentations(), queryKey),
          Examples.query(other, 0, Examples.vector(random)));
      send(TOPICS.jobRequests(), text, request());
      send(TOPICS.fineTuneResults(), "job".getBytes(StandardCharsets.UTF_8), result());
    }
    topology.remove("m");
    oracle.arrivals(20, 185);
    topology.settle();

    oracle.assertSubsetIsBatch(task);
  }

  /** Sends a damaged value, now and then under a damaged key or none, or no value at all. */
  private void send(String topic, byte[] key, SpecificRecord value) {
    byte[] mutated = Mutations.mutate(topology.encoded(topic, value), random);
    byte[] sentKey =
        switch (random.nextInt(10)) {
          case 0 -> Mutations.mutate("m-other-key".getBytes(StandardCharsets.UTF_8), random);
          case 1 -> null;
          default -> key;
        };
    topology.sendBytes(topic, sentKey, random.nextInt(20) == 0 ? null : mutated);
  }

  private static JobRequest request() {
    return new JobRequest("r", "m", new FireJob(5));
  }

  private static FineTuneResult result() {
    return FineTuneResult.newBuilder()
        .setJobId("job")
        .setTaskId("m")
        .setState(FineTuneState.FINISHED)
        .build();
  }
}
