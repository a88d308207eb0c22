package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.ContentPresence;
import io.sluice.schemas.Message;
import io.sluice.schemas.Rules;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class ReleasedFormTest {
  private static final String TOPIC = "candidates";

  /** The candidate below as version 0.1 wrote it, without the header. */
  private static final String WRITTEN_BY_0_1 =
      "06632d310a706f656d7304087573657206486923 12617373697374616e740648692e 00".replace(" ", "");

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://ReleasedFormTest");
  private final SchemaRegistryClient registry =
      MockSchemaRegistry.getClientForScope("ReleasedFormTest");

  private static Candidate candidate(boolean learn) {
    return Candidate.newBuilder()
        .setId("c-1")
        .setSource("poems")
        .setMessages(
            List.of(
                Messages.of("user", "Hi#"),
                Message.newBuilder()
                    .setRole("assistant")
                    .setContent("Hi.")
                    .setLearn(learn)
                    .build()))
        .build();
  }

  private byte[] written(Candidate candidate) {
    return serdes.<Candidate>value().serializer().serialize(TOPIC, candidate);
  }

  private Schema schema(byte[] bytes) throws Exception {
    return (Schema) registry.getSchemaById(ByteBuffer.wrap(bytes).getInt(1)).rawSchema();
  }

  @Test
  void givenARecordWithoutNewFields_whenWritten_thenItIsWhatTheFirstReleaseWrote()
      throws Exception {
    byte[] bytes = written(candidate(true));

    assertThat(HexFormat.of().formatHex(bytes, 5, bytes.length)).isEqualTo(WRITTEN_BY_0_1);
    assertThat(schema(bytes))
        .isEqualTo(
            new Schema.Parser().parse(new File("src/main/resources/released/0.1/Candidate.avsc")));
    assertThat(serdes.value(Candidate.class).deserializer().deserialize(TOPIC, bytes))
        .isEqualTo(candidate(true));
  }

  @Test
  void givenARecordWithANewFieldInside_whenWritten_thenByTheCurrentSchemaAndNothingIsLost()
      throws Exception {
    byte[] before = written(candidate(true));
    byte[] bytes = written(candidate(false));

    assertThat(schema(bytes).getField("messages").schema().getElementType().getField("learn"))
        .isNotNull();
    assertThat(serdes.value(Candidate.class).deserializer().deserialize(TOPIC, bytes))
        .isEqualTo(candidate(false));
    assertThat(written(candidate(true)))
        .as("the first form does not change when a later one is registered")
        .isEqualTo(before);
  }

  @Test
  void givenATaskWithoutRules_whenWritten_thenByTheSchemaOfTheFirstRelease() throws Exception {
    TargetTask.Builder task =
        TargetTask.newBuilder()
            .setTaskId("t")
            .setRevision(1)
            .setBudgets(List.of(1))
            .setQueries(List.of(Queries.of("q", candidate(true).getMessages())));
    Schema first =
        new Schema.Parser().parse(new File("src/main/resources/released/0.1/TargetTask.avsc"));

    assertThat(schema(written(task.build()))).isEqualTo(first);
    assertThat(schema(written(task.setRules(Rules.newBuilder().setMinTokens(1).build()).build())))
        .isEqualTo(TargetTask.getClassSchema());
  }

  private byte[] written(TargetTask task) {
    return serdes.<TargetTask>value().serializer().serialize("target-tasks", task);
  }

  @Test
  void givenATypeWhoseUnionHasGrown_whenWritten_thenByTheCurrentSchemaWithOrWithoutTheNewBranch()
      throws Exception {
    for (Object body : List.of(new ContentPresence(7L, true), new Withdrawal("c-1"))) {
      ShardReport report = new ShardReport("t", 1, 0, body);
      byte[] bytes = serdes.<ShardReport>value().serializer().serialize("nominations", report);

      assertThat(schema(bytes)).isEqualTo(ShardReport.getClassSchema());
    }
  }

  @Test
  void givenTheReleasedSchemas_whenListed_thenEachVersionIsKnown() {
    String[] folders = new File("src/main/resources/released").list();
    assertThat(ReleasedForm.VERSIONS).containsExactlyInAnyOrder(folders);
  }
}
