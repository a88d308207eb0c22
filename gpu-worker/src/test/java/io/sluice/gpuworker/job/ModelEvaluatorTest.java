package io.sluice.gpuworker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ConstantCollection.class)
class ModelEvaluatorTest {
  private static final List<Query> QUERIES = List.of(query("Add 2 and 3", "5"), query("Hi", "Ho"));
  private static final List<Query> HELD_OUT = List.of(query("Name a colour", "blue"));

  private static final Query UNANSWERED =
      Queries.of("u", List.of(Messages.of("assistant", "Hello"), Messages.of("user", "And now?")));

  private final Evaluator evaluator =
      new ModelEvaluator(
          GoldenData.small().resolve("tiny-llama/base"), new TrainingCompute(1, 256));

  @Test
  void givenTwoSets_whenEvaluatedTogether_thenTheLossesAreThoseOfEachAlone() throws Exception {
    List<Query> queries = List.of(QUERIES.get(0), UNANSWERED, QUERIES.get(1));

    List<MeanLoss> together = evaluator.losses(Optional.empty(), List.of(queries, HELD_OUT), 64);

    assertThat(together).extracting(MeanLoss::getExamples).containsExactly(2, 1);
    assertClose(together.get(0), evaluator.losses(Optional.empty(), List.of(QUERIES), 64).get(0));
    assertClose(together.get(1), evaluator.losses(Optional.empty(), List.of(HELD_OUT), 64).get(0));
    assertThat(together.get(0).getMean()).isNotEqualTo(together.get(1).getMean());
  }

  @Test
  void givenASetWithNothingUsable_whenEvaluated_thenTheReasonSaysWhy() {
    List<Query> unusable = List.of(UNANSWERED);

    assertThatThrownBy(() -> evaluator.losses(Optional.empty(), List.of(QUERIES, unusable), 64))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("no query can be evaluated");
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
