package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.Message;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TrainingProgress;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.testing.Mutations;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes are, a value is read or refused, in a JVM with little memory. */
@Tag("mutation")
class MutatedValuesTest {
  private static final String TOPIC = "topic";

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://MutatedValuesTest");

  static List<SpecificRecord> values() {
    List<Message> turns = List.of(Messages.of("user", "Grüße?"), Messages.of("assistant", "Hi."));
    return List.of(
        new Candidate("c-1", "poems", turns, "[{}]", Map.of("language", "de")),
        TargetTask.newBuilder()
            .setTaskId("t")
            .setRevision(1)
            .setBudgets(List.of(5, 10))
            .setQueries(List.of(Queries.of("q", turns)))
            .build(),
        new RepresentationKey("default", "c-1"),
        FineTuneJob.newBuilder()
            .setJobId("j")
            .setTaskId("t")
            .setRevision(1)
            .setRepresentationId("default")
            .setAlgorithm("random")
            .setBudget(5)
            .setSequence(0)
            .setExamples(5)
            .setPoolSize(50)
            .setDatasetChecksum("00ff")
            .setSeeds(List.of(1, 2, 3))
            .build(),
        new DatasetRecord(
            "j",
            "t",
            0,
            "c-1",
            "q",
            0.5f,
            "poems",
            turns,
            DatasetPart.SELECTED,
            "[{}]",
            Map.of("a", "b"),
            ""),
        FineTuneResult.newBuilder()
            .setJobId("j")
            .setTaskId("t")
            .setState(FineTuneState.PROGRESS)
            .setProgress(List.of(new TrainingProgress(Arm.RANDOM, 3, 4, 5, 2.5, 1e3, "random-1")))
            .build(),
        new JobRequest("r", "t", new FireJob(5)),
        SelectedInstruction.newBuilder()
            .setTaskId("t")
            .setRevision(1)
            .setCandidateId("c-1")
            .setTier(5)
            .setScore(0.5f)
            .setBestQuery(0)
            .setScores(List.of(0.5f, 0.25f))
            .setSource("poems")
            .setMessages(turns)
            .setTools("")
            .setMetadata(Map.of("language", "de"))
            .build(),
        TaskStatus.newBuilder()
            .setTaskId("t")
            .setRevision(1)
            .setQueries(1)
            .setPool(5)
            .setWaiting(0)
            .setNominated(5)
            .setSelected(5)
            .setTiers(List.of())
            .setIncoming(List.of())
            .build());
  }

  @ParameterizedTest
  @MethodSource("values")
  void givenMutatedValues_whenRead_thenEachIsReadOrRefusedWithAReason(SpecificRecord value) {
    Random random = new Random(171);
    byte[] bytes = serdes.value().serializer().serialize(TOPIC, value);
    ValueReader<? extends SpecificRecord> reader = serdes.valueReader(value.getClass());
    int refused = 0;
    int count = Mutations.perTopic(5_000);

    for (int i = 0; i < count; i++) {
      byte[] mutated = Mutations.mutate(bytes, random);
      try {
        assertThat(reader.read(TOPIC, mutated)).isInstanceOf(value.getClass());
      } catch (SerializationException e) {
        assertThat(e.getMessage()).isNotBlank();
        refused++;
      }
    }

    assertThat(refused).as("most mutations damage a value").isGreaterThan(count / 2);
    assertThat(reader.read(TOPIC, bytes)).isEqualTo(value);
  }
}
