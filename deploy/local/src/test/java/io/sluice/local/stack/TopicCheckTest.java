package io.sluice.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.Spread;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopicCheckTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();
  private static final Replication THREE = new Replication(3, Optional.empty());

  @Test
  void givenAllTopicsAsCreated_whenChecked_thenThereAreNoFindings() {
    for (Replication replication :
        List.of(Replication.NONE, THREE, new Replication(2, Optional.of(2)))) {
      TopicSetup setup = new TopicSetup(3, 2, replication);
      List<ExistingTopic> existing =
          TOPICS.all().stream().map(spec -> fitting(spec, setup)).toList();

      assertThat(new TopicCheck(setup, RecordLimit.byDefault()).findings(existing, List.of()))
          .isEmpty();
    }
  }

  @Test
  void givenMoreThanIsRequested_whenChecked_thenThereAreNoFindings() {
    ExistingTopic generous =
        topic(5, 5, Map.of("min.insync.replicas", "3", "max.message.bytes", "9000000"));

    assertThat(findings(new TopicSetup(3, 2, THREE), generous)).isEmpty();
  }

  @Test
  void givenTooFewPartitions_whenChecked_thenTheOptionIsNamedAndNotToAddPartitions() {
    assertThat(findings(new TopicSetup(3, 2, THREE), topic(1, 3, Map.of())))
        .singleElement()
        .asString()
        .startsWith("sluice.candidates has 1 partition, but 3 are requested. To repair it: request")
        .contains("request 1 with --shards")
        .contains("do not add partitions");
  }

  @Test
  void givenAnotherCleanupPolicy_whenChecked_thenTheCommandIsNamed() {
    for (String policy : List.of("delete", "compact,delete")) {
      assertThat(findings(setup(THREE), topic(3, 3, Map.of("cleanup.policy", policy))))
          .singleElement()
          .hasToString(
              "sluice.candidates has cleanup.policy="
                  + policy
                  + ", but compact is needed. To repair it: "
                  + command("cleanup.policy=compact"));
    }
  }

  @Test
  void givenALowerSizeOfRecords_whenChecked_thenTheCommandHasTheSizeThatIsNeeded() {
    assertThat(findings(setup(THREE), topic(3, 3, Map.of("max.message.bytes", "1048587"))))
        .singleElement()
        .hasToString(
            "sluice.candidates has max.message.bytes=1048587, but record.max.bytes=1048576 needs"
                + " 1048588. To repair it: "
                + command("max.message.bytes=1048588"));
  }

  @Test
  void givenTooFewReplicas_whenChecked_thenThatIsTheOnlyFinding() {
    assertThat(findings(setup(THREE), topic(3, 1, Map.of("min.insync.replicas", "1"))))
        .singleElement()
        .asString()
        .contains("has 1 replica, but 3 are requested")
        .contains("kafka-reassign-partitions.sh")
        .contains("request 1 with --replication-factor");
  }

  @Test
  void givenReplicasOfWhichOneSuffices_whenChecked_thenTheRiskAndTheCommandAreNamed() {
    ExistingTopic risky = topic(3, 3, Map.of("min.insync.replicas", "1"));

    // Whatever number of replicas is requested: those that exist count.
    for (Replication requested : List.of(THREE, Replication.NONE)) {
      assertThat(findings(setup(requested), risky))
          .singleElement()
          .asString()
          .contains("has min.insync.replicas=1, but 2 of its 3 replicas must have a record")
          .endsWith(command("min.insync.replicas=2"));
    }
    assertThat(findings(setup(new Replication(3, Optional.of(1))), risky)).isEmpty();
  }

  @Test
  void givenAsManyOrMoreReplicasInSyncThanThereAre_whenChecked_thenTheConsequenceIsNamed() {
    assertThat(findings(setup(THREE), topic(3, 3, Map.of("min.insync.replicas", "3"))))
        .singleElement()
        .asString()
        .contains("writers stop whenever one broker is away")
        .endsWith(command("min.insync.replicas=2"));
    assertThat(findings(setup(Replication.NONE), topic(3, 1, Map.of("min.insync.replicas", "2"))))
        .singleElement()
        .asString()
        .contains("has min.insync.replicas=2, but only 1 replica, so that nobody can write to it")
        .endsWith(command("min.insync.replicas=1"));
    assertThat(
            findings(
                setup(new Replication(3, Optional.of(3))),
                topic(3, 3, Map.of("min.insync.replicas", "3"))))
        .isEmpty();
  }

  @Test
  void givenUncleanElections_whenChecked_thenTheRiskAndTheCommandAreNamed() {
    assertThat(
            findings(setup(THREE), topic(3, 3, Map.of("unclean.leader.election.enable", "true"))))
        .singleElement()
        .asString()
        .contains("has unclean.leader.election.enable=true")
        .contains("a replica without the last")
        .endsWith(command("unclean.leader.election.enable=false"));
  }

  @Test
  void givenUnequalPartitionCountsOfOneSpread_whenChecked_thenBothTopicsAreNamed() {
    TopicSetup setup = new TopicSetup(3, 2);
    ExistingTopic candidates = topic(5, 1, Map.of());
    TopicSpec other = spec(TOPICS.representations());
    ExistingTopic representations = new ExistingTopic(other, 4, 1, fitting(other, setup).config());

    assertThat(
            new TopicCheck(setup, RecordLimit.byDefault())
                .findings(List.of(candidates, representations), List.of()))
        .singleElement()
        .asString()
        .contains("sluice.representations has 4 partitions, but sluice.candidates has 5");
  }

  @Test
  void givenATopicToBeCreatedWithFewerPartitionsThanItsSpreadHas_whenChecked_thenItIsAFinding() {
    TopicCheck check = new TopicCheck(new TopicSetup(3, 2), RecordLimit.byDefault());
    List<ExistingTopic> candidates = List.of(topic(5, 1, Map.of()));

    assertThat(check.findings(candidates, List.of(Spread.BY_TASK))).isEmpty();
    assertThat(check.findings(candidates, List.of(Spread.BY_CANDIDATE)))
        .singleElement()
        .asString()
        .contains("sluice.candidates has 5 partitions")
        .endsWith("request 5 with --shards");
  }

  @Test
  void givenSeveralDeviations_whenChecked_thenEachIsAFinding() {
    assertThat(
            findings(
                setup(THREE),
                topic(
                    1,
                    3,
                    Map.of(
                        "cleanup.policy", "delete",
                        "max.message.bytes", "1000",
                        "min.insync.replicas", "1",
                        "unclean.leader.election.enable", "true"))))
        .hasSize(5);
  }

  @Test
  void givenNumbersOutOfRange_whenReplicationIsCreated_thenTheyAreRefused() {
    assertThatThrownBy(() -> new Replication(0, Optional.empty()))
        .hasMessageContaining("replication factor 0");
    assertThatThrownBy(() -> new Replication(2, Optional.of(3)))
        .hasMessageContaining("no more than the replication factor of 2");
    assertThatThrownBy(() -> new Replication(2, Optional.of(0)))
        .hasMessageContaining("use 1 or more");
  }

  private static String command(String setting) {
    return "kafka-configs.sh --bootstrap-server HOST:PORT --alter --entity-type topics"
        + " --entity-name sluice.candidates --add-config "
        + setting;
  }

  private static TopicSetup setup(Replication replication) {
    return new TopicSetup(3, 2, replication);
  }

  private static List<TopicFinding> findings(TopicSetup setup, ExistingTopic topic) {
    return new TopicCheck(setup, RecordLimit.byDefault()).findings(List.of(topic), List.of());
  }

  /** The topic of candidates with its usual settings, except for those that are given. */
  private static ExistingTopic topic(int partitions, int replicas, Map<String, String> settings) {
    TopicSpec candidates = spec(TOPICS.candidates());
    Replication replication = new Replication(replicas, Optional.empty());
    Map<String, String> config =
        new HashMap<>(fitting(candidates, new TopicSetup(3, 2, replication)).config());
    config.putAll(settings);
    return new ExistingTopic(candidates, partitions, replicas, config);
  }

  private static ExistingTopic fitting(TopicSpec spec, TopicSetup setup) {
    return new ExistingTopic(
        spec,
        setup.partitions(spec.spread()),
        setup.replication().factor(),
        setup.config(spec, RecordLimit.byDefault()));
  }

  private static TopicSpec spec(String name) {
    return TOPICS.all().stream().filter(spec -> spec.name().equals(name)).findFirst().orElseThrow();
  }
}
