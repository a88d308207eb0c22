package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.trainer.Trainer;
import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.trainer.TrainerSettings;
import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the trainer with its built-in launcher on a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class BuiltinTrainerTest {
  private static final int PARTITIONS = 2;

  @TempDir private Path folder;
  private final List<Candidate> examples = BundledData.make().candidates().subList(0, 8);
  private final List<Query> queries = BundledData.make().tasks().values().iterator().next();
  private TestKafka kafka;
  private FineTuneTopics topics;
  private Path model;

  @BeforeEach
  void createTopics(TestKafka given) throws Exception {
    kafka = given;
    topics = FineTuneTopics.create(kafka, PARTITIONS);
    model = BundledModel.write(folder.resolve("model")).base();
  }

  @AfterEach
  void closeTopics() {
    topics.close();
  }

  @Test
  void givenAModelWhoseLossIsNotANumber_whenTrained_thenTheJobFailsAndTheNextOneRuns()
      throws IOException {
    Path weights = model.resolve("model.safetensors");
    byte[] sound = Files.readAllBytes(weights);
    Files.write(weights, notNumbers(sound));
    topics.fire(job("broken").setControls(List.of()).build(), examples, queries);
    try (Trainer trainer = new Trainer(config(Map.of()))) {
      trainer.start();
      FineTuneResult broken = topics.awaitEnd("broken");
      assertThat(broken.getState()).isEqualTo(FineTuneState.FAILED);
      assertThat(broken.getDetail()).contains("NaN").contains("lower the learning rate");
      assertThat(broken.getOutcomes()).isEmpty();

      Files.write(weights, sound);
      topics.fire(
          job("sound").setHyperParameters(hyper().setFull(true).build()).build(),
          examples,
          queries);
      FineTuneResult end = topics.awaitEnd("sound");
      assertThat(end.getState()).as(end.getDetail()).isEqualTo(FineTuneState.FINISHED);
      assertThat(end.getOutcomes())
          .hasSize(3)
          .allSatisfy(
              outcome ->
                  assertThat(outcome.getQueryLoss().getExamples()).isEqualTo(queries.size()));
      ArmOutcome selected = end.getOutcomes().get(1);
      assertThat(Path.of(selected.getOutput()).resolve("model.safetensors")).exists();
      assertThat(selected.getTokens()).isPositive();
    }
  }

  @Test
  void
      givenACommandWhoseModelCannotBeLoaded_whenEvaluated_thenTheJobFailsAndTheReasonSaysWhatToSet()
          throws IOException {
    topics.fire(
        job("unloadable").setControls(List.of()).setLauncher("command").build(), examples, queries);
    Map<String, String> command =
        Map.of(TrainerSettings.COMMAND_LINE.key(), "sh -c 'echo > \"$1/weights\"' run {output}");
    try (Trainer trainer = new Trainer(config(command))) {
      trainer.start();
      FineTuneResult end = topics.awaitEnd("unloadable");

      assertThat(end.getState()).isEqualTo(FineTuneState.FAILED);
      assertThat(end.getDetail()).contains("adapter_config.json").contains("evaluate=false");
    }
  }

  private FineTuneJob.Builder job(String id) {
    return FineTuneTopics.job(id, examples, queries).setHyperParameters(hyper().build());
  }

  private static HyperParameters.Builder hyper() {
    return HyperParameters.newBuilder()
        .setEpochs(1)
        .setBatchSize(2)
        .setLearningRate(1e-3)
        .setMaxLength(64)
        .setLoraRank(4)
        .setLoraAlpha(8);
  }

  /** Returns the same file with all bits of all weights set, which makes every weight NaN. */
  private static byte[] notNumbers(byte[] safetensors) {
    byte[] changed = safetensors.clone();
    long header = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Arrays.fill(changed, (int) (Long.BYTES + header), changed.length, (byte) 0xff);
    return changed;
  }

  private TrainerConfig config(Map<String, String> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    settings.put("schema.registry.url", kafka.schemaRegistry());
    settings.put("topic.prefix", kafka.topics().prefix());
    settings.put(TrainerSettings.MODEL_DIR.key(), model.toString());
    settings.put(TrainerSettings.OUTPUT_DIR.key(), folder.resolve("output").toString());
    settings.put(TrainerSettings.PROGRESS_MS.key(), "200");
    settings.put(TrainerSettings.THREADS.key(), "1");
    return new TrainerConfig(settings);
  }
}
