package io.sluice.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.Representation;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/**
 * Records of an earlier release, byte by byte as they lie in topics, still read. The bytes were
 * written by an encoder of Avro's binary form that is not Avro's own, from the schemas of the
 * release; bytes 1 to 4 are the id of the schema, which the test replaces by the one in its
 * registry.
 */
class ReleasedRecordsTest {
  private static final Path RELEASE = Path.of("src/main/resources/released/0.1");
  private static final Path RECORDS = Path.of("src/test/resources/records-0.1.json");
  private static final String SCOPE = "ReleasedRecordsTest";
  private static final Candidate CANDIDATE =
      Candidates.of(
          "c-1",
          "poems",
          List.of(Messages.of("user", "Wie geht's? 😀"), Messages.of("assistant", "Gut.")));

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://" + SCOPE);

  @Test
  void givenARecordOfVersion01_whenRead_thenItsContentIsThereAndNewFieldsAreEmpty()
      throws Exception {
    assertThat(read(Candidate.class)).isEqualTo(CANDIDATE);
    assertThat(read(Representation.class).getCandidate()).isEqualTo(CANDIDATE);
    Nomination nomination = (Nomination) read(ShardReport.class).getBody();
    assertThat(nomination.getCandidate()).isEqualTo(CANDIDATE);
    TargetTask task = read(TargetTask.class);
    assertThat(task.getQueries()).containsExactly(Queries.of("q", CANDIDATE.getMessages()));
    assertThat(task.getHeldOut()).isEmpty();
    SelectedInstruction selected = read(SelectedInstruction.class);
    assertThat(selected.getMessages()).isEqualTo(CANDIDATE.getMessages());
    assertThat(selected.getTools()).isEmpty();
    assertThat(selected.getMetadata()).isEmpty();
    DatasetRecord example = read(DatasetRecord.class);
    assertThat(example.getMessages()).isEqualTo(CANDIDATE.getMessages());
    assertThat(example.getTools()).isEmpty();
    assertThat(example.getMetadata()).isEmpty();
  }

  private <T extends SpecificRecord> T read(Class<T> type) throws Exception {
    String name = type.getSimpleName();
    JsonNode records = new ObjectMapper().readTree(RECORDS.toFile());
    byte[] bytes = HexFormat.of().parseHex(records.get(name).textValue());
    int id =
        MockSchemaRegistry.getClientForScope(SCOPE)
            .register(
                name + "-value", new AvroSchema(Files.readString(RELEASE.resolve(name + ".avsc"))));
    ByteBuffer.wrap(bytes).putInt(1, id);
    return serdes.value(type).deserializer().deserialize(name, bytes);
  }
}
