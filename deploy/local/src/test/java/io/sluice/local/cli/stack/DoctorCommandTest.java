package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.local.doctor.Finding;
import io.sluice.local.doctor.GroupsCheck;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryAdmin;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Deployments that were misconfigured on purpose, one way at a time, on a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class DoctorCommandTest {
  private TestKafka kafka;

  @BeforeEach
  void createTopics(TestKafka testKafka) throws Exception {
    kafka = testKafka;
    kafka.createTopics(TopicSetup.SINGLE_NODE);
    setCompatibility("BACKWARD_TRANSITIVE");
  }

  @Test
  void givenADeploymentInGoodOrder_whenExamined_thenItIsHealthy() {
    CommandRun ran = doctor();

    assertThat(ran.out().lines()).as(ran.out()).allMatch(line -> line.startsWith("ok "));
    assertThat(ran.out())
        .contains(
            "registry  " + kafka.schemaRegistry() + " answers",
            "brokers   1: ",
            "topics    11 topics; 4 partitions by candidate, 2 by task",
            "clocks    no record is from the future",
            "groups    no group that this user can see has read a topic of Sluice yet",
            "ACLs      the brokers have no authorizer, so that nobody is restricted");
    assertThat(ran.exitCode()).isZero();
  }

  @Test
  void givenAMissingTopic_whenExamined_thenItIsNamed() throws Exception {
    try (Admin admin = kafka.admin()) {
      admin.deleteTopics(List.of(kafka.topics().selected())).all().get();
    }

    assertFault("do not exist: " + kafka.topics().selected(), "create them with 'sluice topics'");
  }

  @Test
  void givenSettingsOfTopicsThatLoseRecords_whenExamined_thenEachIsNamedWithItsRepair()
      throws Exception {
    String candidates = kafka.topics().candidates();
    alter(candidates, "cleanup.policy", "delete");
    assertFault(
        candidates + " has cleanup.policy=delete, but compact is needed",
        "--entity-name " + candidates + " --add-config cleanup.policy=compact");
    alter(candidates, "cleanup.policy", "compact");

    alter(candidates, "max.message.bytes", "1000");
    assertFault(candidates + " has max.message.bytes=1000", "max.message.bytes=1048588");
    alter(candidates, "max.message.bytes", "1048588");

    alter(candidates, "unclean.leader.election.enable", "true");
    assertFault(candidates + " has unclean.leader.election.enable=true", "enable=false");
    alter(candidates, "unclean.leader.election.enable", "false");

    alter(candidates, "min.insync.replicas", "2");
    assertFault(candidates + " has min.insync.replicas=2", "min.insync.replicas=1");
    alter(candidates, "min.insync.replicas", "1");

    assertThat(doctor().exitCode()).isZero();
  }

  @Test
  void givenTopicsOfOneSpreadWithUnequalPartitions_whenExamined_thenBothAreNamed()
      throws Exception {
    try (Admin admin = kafka.admin()) {
      admin
          .createPartitions(Map.of(kafka.topics().targetTasks(), NewPartitions.increaseTo(3)))
          .all()
          .get();
    }

    assertFault(
        kafka.topics().selected() + " has 2 partitions, but " + kafka.topics().targetTasks(),
        "use another topic prefix");
  }

  @Test
  void givenARegistryThatRefusesLaterSchemas_whenExamined_thenItsLevelIsNamed() throws Exception {
    setCompatibility("FORWARD");
    assertFault(
        "has the compatibility FORWARD", "PUT {\"compatibility\": \"BACKWARD_TRANSITIVE\"}");

    setCompatibility("NONE");
    CommandRun ran = doctor();
    assertThat(ran.out()).contains("WARNING  registry  the registry accepts any schema");
    assertThat(ran.exitCode()).isZero();
  }

  @Test
  void givenNoRegistry_whenExamined_thenThatIsAFaultAndKafkaIsExaminedToo() {
    CommandRun ran = doctor("--schema-registry", "http://localhost:1");

    assertThat(ran.out()).contains("FAULT    registry", "ok       topics");
    assertThat(ran.exitCode()).isEqualTo(1);
  }

  @Test
  void givenARecordFromTheFuture_whenExamined_thenAClockIsWrong() throws Exception {
    try (Producer<String, String> producer = producer(Map.of())) {
      long later = System.currentTimeMillis() + Duration.ofMinutes(30).toMillis();
      producer.send(new ProducerRecord<>(kafka.topics().candidates(), 0, later, "k", "v")).get();
    }

    assertThat(doctor().out())
        .contains("WARNING  clocks    " + kafka.topics().candidates() + " has a record")
        .contains("synchronize the clocks");
  }

  @Test
  void givenAGroupWithoutMembers_whenRecordsWait_thenItIsNamedWithTheirNumber() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topics().candidates(), 0);
    try (Producer<String, String> producer = producer(Map.of());
        Admin admin = kafka.admin()) {
      for (int i = 0; i < 3; i++) {
        producer.send(new ProducerRecord<>(partition.topic(), 0, "k" + i, "v")).get();
      }
      String group = kafka.topics().prefix() + "workers";
      admin
          .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1)))
          .all()
          .get();

      assertThat(doctor().out())
          .contains(
              "WARNING  groups    " + group + " has no member, and about 2 records are waiting");
    }
  }

  @Test
  void givenATransactionThatNobodyEnds_whenExaminedMuchLater_thenItsOffsetAndItsEndAreNamed()
      throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topics().candidates(), 0);
    try (Producer<String, String> producer =
            producer(Map.of("transactional.id", kafka.topics().prefix() + "open"));
        Admin admin = kafka.admin()) {
      String group = kafka.topics().prefix() + "workers";
      admin
          .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(0)))
          .all()
          .get();
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "v")).get();

      assertThat(new GroupsCheck(admin, kafka.topics(), Clock.systemUTC()).run())
          .as("a transaction of a moment is no fault")
          .allMatch(finding -> finding.severity() == Finding.Severity.OK);
      Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(20));
      assertThat(new GroupsCheck(admin, kafka.topics(), later).run())
          .filteredOn(finding -> finding.severity() == Finding.Severity.FAULT)
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.text()).contains("since offset 0");
                assertThat(finding.remedy())
                    .contains("abort --topic " + partition.topic() + " --partition 0");
              });
      producer.abortTransaction();
    }
  }

  @Test
  void givenAModelThatCannotBeLoaded_whenExamined_thenTheReasonIsNamed(@TempDir Path folder) {
    CommandRun ran = doctor("--model", folder.toString());

    assertThat(ran.out()).contains("FAULT    model", "model.safetensors");
    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(doctor("--checkpoint", folder.toString()).exitCode()).isEqualTo(2);
  }

  @Test
  void givenBrokersWithoutAuthorizer_whenARoleIsExamined_thenNobodyIsRestricted() {
    CommandRun ran = doctor("--role", "worker", "--role", "http-writes");

    assertThat(ran.out()).contains("ok       ACLs      the brokers have no authorizer");
    assertThat(ran.exitCode()).isZero();
  }

  @Test
  void givenAnUnknownRole_whenExamined_thenAllRolesAreNamed() {
    CommandRun ran = doctor("--role", "nobody");

    assertThat(ran.err()).contains("is no role: use one of topics, worker, streams, http-writes");
    assertThat(ran.exitCode()).isEqualTo(2);
  }

  private void assertFault(String text, String remedy) {
    CommandRun ran = doctor();
    List<String> lines = ran.out().lines().toList();
    assertThat(lines)
        .as(ran.out())
        .anyMatch(line -> line.startsWith("FAULT") && line.contains(text))
        .anyMatch(line -> line.contains("To repair it: ") && line.contains(remedy));
    assertThat(ran.exitCode()).isEqualTo(1);
  }

  private CommandRun doctor(String... more) {
    List<String> args = new ArrayList<>(List.of("doctor"));
    args.addAll(List.of("--bootstrap-servers", kafka.bootstrapServers()));
    args.addAll(List.of("--topic-prefix", kafka.topics().prefix()));
    if (!List.of(more).contains("--schema-registry")) {
      args.addAll(List.of("--schema-registry", kafka.schemaRegistry()));
    }
    args.addAll(Arrays.asList(more));
    return CommandRun.of(args.toArray(String[]::new));
  }

  private void setCompatibility(String level) throws Exception {
    try (RegistryAdmin registry =
        KafkaAccess.of(
                Map.of(
                    "bootstrap.servers", kafka.bootstrapServers(),
                    "schema.registry.url", kafka.schemaRegistry()))
            .registryAdmin()) {
      registry.setCompatibility(level);
    }
  }

  private void alter(String topic, String key, String value)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = kafka.admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  resource,
                  List.of(
                      new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private Producer<String, String> producer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }
}
