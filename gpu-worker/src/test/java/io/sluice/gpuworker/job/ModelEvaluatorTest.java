package io.sluice.gpuworker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ConstantCollection.class)
class ModelEvaluatorTest {
  private static final TextSettings TEXT = TextSettings.reference(64);
  private static final List<Query> QUERIES = List.of(query("Add 2 and 3", "5"), query("Hi", "Ho"));
  private static final List<Query> HELD_OUT = List.of(query("Name a colour", "blue"));

  private static final Query UNANSWERED =
      Queries.of("u", List.of(Messages.of("assistant", "Hello"), Messages.of("user", "And now?")));

  private final Evaluator evaluator =
      new ModelEvaluator(GoldenData.small().resolve("tiny-llama/base"), TrainingCompute.of(1, 256));

  @Test
  void givenTwoSets_whenEvaluatedTogether_thenTheLossesAreThoseOfEachAlone() throws Exception {
    List<Query> queries = List.of(QUERIES.get(0), UNANSWERED, QUERIES.get(1));

    List<MeanLoss> together = evaluator.losses(Optional.empty(), List.of(queries, HELD_OUT), TEXT);

    assertThat(together).extracting(MeanLoss::getExamples).containsExactly(2, 1);
    assertClose(together.get(0), evaluator.losses(Optional.empty(), List.of(QUERIES), TEXT).get(0));
    assertClose(
        together.get(1), evaluator.losses(Optional.empty(), List.of(HELD_OUT), TEXT).get(0));
    assertThat(together.get(0).getMean()).isNotEqualTo(together.get(1).getMean());
  }

  @Test
  void givenASetWithNothingUsable_whenEvaluated_thenTheReasonSaysWhy() {
    List<Query> unusable = List.of(UNANSWERED);

    assertThatThrownBy(() -> evaluator.losses(Optional.empty(), List.of(QUERIES, unusable), TEXT))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("no query can be evaluated");
  }

  @Test
  void givenAJobSelectedInAnotherTextForm_whenEvaluated_thenRefusedWithBoth(@TempDir Path folder)
      throws Exception {
    Path base = GoldenData.small().resolve("tiny-llama/base");
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(base.resolve(name), folder.resolve(name));
    }
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages }}");
    Evaluator other = new ModelEvaluator(folder, TrainingCompute.of(1, 256));

    assertThatThrownBy(() -> losses(other, "chat " + "0".repeat(64)))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("were selected in the text form 'chat 0000")
        .hasMessageContaining("use a model with the same chat template");
    for (String unknown : List.of("alpaca", "chat,reference", "chat 0 yesterday", "")) {
      assertThatThrownBy(() -> losses(other, unknown))
          .isInstanceOf(UnusableModelException.class)
          .hasMessageContaining("'" + unknown + "', which this version does not know");
    }
  }

  private static List<MeanLoss> losses(Evaluator evaluator, String textForm) throws Exception {
    return evaluator.losses(
        Optional.empty(), List.of(QUERIES), TextSettings.of(new TextForm.Recorded(textForm), 64));
  }

  private static void assertClose(MeanLoss actual, MeanLoss expected) {
    assertThat(actual.getMean()).isCloseTo(expected.getMean(), within(1e-5));
    assertThat(actual.getStandardError()).isCloseTo(expected.getStandardError(), within(1e-5));
  }

  private static Query query(String prompt, String answer) {
    return Queries.of(
        prompt, List.of(Messages.of("user", prompt), Messages.of("assistant", answer)));
  }
}
