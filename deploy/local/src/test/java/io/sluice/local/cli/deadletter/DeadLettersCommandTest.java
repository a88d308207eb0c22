package io.sluice.local.cli.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.local.cli.CommandRun;
import io.sluice.local.endtoend.TopicClient;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.deadletter.DeadLetters;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands on dead letters, against a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class DeadLettersCommandTest {
  private static final String NO_AVRO = "undecodable: not Avro";

  private TestKafka kafka;
  private KafkaProducer<byte[], byte[]> producer;
  private DeadLetters letters;

  @BeforeEach
  void start(TestKafka testKafka) throws InterruptedException {
    kafka = testKafka;
    kafka.createTopics(TopicSetup.SINGLE_NODE);
    letters = new DeadLetters(kafka.topics().deadLetters(), "represent");
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void stop() {
    producer.close();
  }

  @Test
  void givenLettersOfSeveralKinds_whenListed_thenTheyAreCountedByWhatTheirReasonsHaveInCommon()
      throws Exception {
    letter(candidate("a", "1"), "the shard 3 has 'x' twice");
    letter(candidate("b", "2"), "the shard 17 has 'y' twice");
    letter(candidate("c", "3"), NO_AVRO);

    assertThat(run("list").out().lines())
        .hasSize(4)
        .startsWith("3 dead letters")
        .anyMatch(line -> line.matches("2 +represent .*candidates .* the shard N has '…' twice"))
        .anyMatch(line -> line.matches("1 +represent .*candidates .* undecodable: not Avro"));
    assertThat(run("list", "--reason", "shard N").out()).startsWith("2 dead letters");
    assertThat(run("list", "--reason", "shard 17").out()).startsWith("1 dead letter\n");
    assertThat(run("list", "--topic", "candidates", "--stage=represent", "--since=1h").out())
        .startsWith("3 dead letters");
    assertThat(run("list", "--topic", "target-tasks").out()).isEqualTo("0 dead letters\n");
    assertThat(run("list", "--until", "2020-01-01T00:00:00Z").out()).isEqualTo("0 dead letters\n");
    assertThat(run("list", "--since", "yesterday").err()).contains("'yesterday' is no time");
  }

  @Test
  void givenHostileText_whenListedAndShown_thenNoControlCharacterReachesTheTerminal()
      throws Exception {
    String hostile = "\u001b[2Jgone \u202eback\r\nTopic: all is well \u0007";
    Headers headers = new RecordHeaders().add("he\u001bader", new byte[] {1});
    letter(record(kafka.topics().candidates(), hostile, hostile, headers), hostile);

    for (List<String> command :
        List.of(List.of("list"), List.of("show"), List.of("show", "--json"))) {
      String out = run(command.toArray(String[]::new)).out();
      assertThat(out.replace("\n", "").chars())
          .isNotEmpty()
          .noneMatch(Character::isISOControl)
          .noneMatch(character -> Character.getType(character) == Character.FORMAT);
      assertThat(out.lines()).noneMatch(line -> line.startsWith("Topic:"));
    }
    assertThat(run("list").out()).contains("\\u001b[NJgone");
  }

  @Test
  void givenALetter_whenShownAsJson_thenItHasTheWholeOriginal() throws Exception {
    Headers headers = new RecordHeaders().add("trace", new byte[] {9});
    ConsumerRecord<byte[], byte[]> source =
        record(kafka.topics().candidates(), "a", "not avro", headers);
    RecordMetadata letter = letter(source, NO_AVRO);
    letter(candidate("b", "2"), NO_AVRO);

    String id = letter.partition() + ":" + letter.offset();
    JsonNode shown =
        JsonMapper.builder().build().readTree(run("show", "--json", "--letter", id).out());

    assertThat(shown.path("letter").asText()).isEqualTo(id);
    assertThat(shown.path("reason").asText()).isEqualTo(NO_AVRO);
    assertThat(shown.path("topic").asText()).isEqualTo(source.topic());
    assertThat(shown.path("offset").asLong()).isEqualTo(source.offset());
    assertThat(shown.path("key").binaryValue()).isEqualTo(source.key());
    assertThat(shown.path("value").binaryValue()).isEqualTo(source.value());
    assertThat(shown.path("headers")).hasSize(1);
    assertThat(shown.path("headers").path(0).path("value").binaryValue()).containsExactly(9);
    assertThat(run("show", "--limit=1").out().lines().filter(line -> line.startsWith("letter")))
        .hasSize(1);
  }

  @Test
  void givenLetters_whenReplayed_thenTheRecordsAreInTheirTopicAsTheyWere_once() throws Exception {
    Headers headers = new RecordHeaders().add("trace", new byte[] {9}).add("empty", null);
    ConsumerRecord<byte[], byte[]> first =
        record(kafka.topics().candidates(), "a", "not avro", headers);
    ConsumerRecord<byte[], byte[]> retraction =
        record(kafka.topics().candidates(), "b", null, new RecordHeaders());
    letter(first, NO_AVRO);
    letter(first, NO_AVRO);
    letter(retraction, NO_AVRO);
    int before = inTopic().size();

    CommandRun dry = run("replay", "--dry-run");
    CommandRun wrong = run("replay", "--confirm=3");
    assertThat(dry.out())
        .contains("candidates: 2 records", "left out, 1: another letter is about the same record")
        .endsWith("2 records would be sent, and none was\n");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.out()).contains("--confirm says 3, but 2 records would be sent: none was");
    assertThat(inTopic()).hasSize(before);

    assertThat(run("replay", "--confirm=2").out()).endsWith("2 of 2 records sent\n");

    List<ConsumerRecord<byte[], byte[]>> records = inTopic();
    assertThat(records).hasSize(before + 2);
    assertThat(records).filteredOn(each -> sameAs(each, first)).hasSize(2);
    assertThat(records).filteredOn(each -> sameAs(each, retraction)).hasSize(2);
    assertThat(run("replay", "--dry-run").out()).contains("0 records would be sent");
    assertThat(inTopic()).hasSize(before + 2);
  }

  @Test
  void givenRecordsThatMustNotBeSentAgain_whenReplayed_thenEachIsLeftOutWithTheReason()
      throws Exception {
    letter(candidate("corrected", "bad"), NO_AVRO);
    candidate("corrected", "good");
    producer
        .send(letters.letterWithoutContent(candidate("vast", "x"), "too large to represent"))
        .get();
    letter(record(kafka.topics().jobRequests(), "t", "fire", new RecordHeaders()), NO_AVRO);
    ConsumerRecord<byte[], byte[]> noKey =
        new ConsumerRecord<>(kafka.topics().candidates(), 0, 0, null, new byte[] {1});
    letter(noKey, NO_AVRO);
    letter(
        new ConsumerRecord<>(kafka.topics().candidates(), 999, 0, new byte[] {1}, null), NO_AVRO);

    assertThat(run("replay", "--dry-run").out().lines())
        .containsExactlyInAnyOrder(
            "left out, 1: a later record of the same key is in the topic",
            "left out, 1: they lack the content of the record, which was too large",
            "left out, 1: records of their topic are not sent again one by one",
            "left out, 1: the record has no key, so that no service would use it",
            "left out, 1: the partition of the record does not exist",
            "0 records would be sent, and none was");
  }

  @Test
  void givenAReplayThatFails_whenItIsRepeated_thenItSaysWhatWasSentAndSendsTheRest()
      throws Exception {
    letter(candidate("a", "small"), NO_AVRO);
    letter(candidate("b", "x".repeat(100_000)), NO_AVRO);

    CommandRun failed = run("replay", "--confirm=2", "--set", "record.max.bytes=65536");

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out()).contains("1 of 2 records sent", "Run --dry-run again");
    assertThat(failed.err()).contains("a record was not written");
    assertThat(run("replay", "--dry-run").out()).contains("1 record would be sent");
    assertThat(run("replay", "--confirm=1").out()).endsWith("1 of 1 record sent\n");
  }

  @Test
  void givenALimit_whenReplayed_thenSoManyAreSent_andTheNextTimeOthers() throws Exception {
    for (int each = 0; each < 5; each++) {
      letter(candidate("c" + each, "x"), NO_AVRO);
    }

    assertThat(run("replay", "--limit=3", "--confirm=3").out())
        .contains("left out, 2: the limit is reached")
        .endsWith("3 of 3 records sent\n");
    assertThat(run("replay", "--limit=3", "--dry-run").out()).contains("2 records would be sent");
    assertThat(run("replay", "--limit=0", "--dry-run").exitCode()).isEqualTo(2);
    assertThat(run("replay").err()).contains("give either --dry-run, or --confirm");
  }

  private static boolean sameAs(
      ConsumerRecord<byte[], byte[]> one, ConsumerRecord<byte[], byte[]> other) {
    return one.partition() == other.partition()
        && Arrays.equals(one.key(), other.key())
        && Arrays.equals(one.value(), other.value())
        && one.headers().equals(other.headers());
  }

  private ConsumerRecord<byte[], byte[]> candidate(String key, String value) throws Exception {
    return record(kafka.topics().candidates(), key, value, new RecordHeaders());
  }

  /** Writes a record, and returns it as a service reads it. */
  private ConsumerRecord<byte[], byte[]> record(
      String topic, String key, String value, Headers headers)
      throws ExecutionException, InterruptedException {
    byte[] bytes = value == null ? null : value.getBytes(UTF_8);
    RecordMetadata written =
        producer.send(new ProducerRecord<>(topic, null, key.getBytes(UTF_8), bytes, headers)).get();
    ConsumerRecord<byte[], byte[]> read =
        new ConsumerRecord<>(
            topic, written.partition(), written.offset(), key.getBytes(UTF_8), bytes);
    headers.forEach(read.headers()::add);
    return read;
  }

  private RecordMetadata letter(ConsumerRecord<byte[], byte[]> source, String reason)
      throws ExecutionException, InterruptedException {
    return producer.send(letters.letter(source, reason)).get();
  }

  private List<ConsumerRecord<byte[], byte[]>> inTopic() {
    try (TopicClient client = new TopicClient(kafka.bootstrapServers())) {
      return client.readAll(kafka.topics().candidates());
    }
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        Stream.of(
                Stream.of("dead-letters"),
                Stream.of(arguments),
                Stream.of(
                    "--bootstrap-servers=" + kafka.bootstrapServers(),
                    "--schema-registry=" + kafka.schemaRegistry(),
                    "--topic-prefix=" + kafka.topics().prefix()))
            .flatMap(each -> each)
            .toArray(String[]::new));
  }
}
