package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints contain the hash of these texts, so the texts must never change. */
class RunIdentityTest {
  @Test
  void givenHyperParameters_whenTheirTextIsHashed_thenItIsThatOfTheFirstRelease() {
    assertThat(RunIdentity.text(TrainingHyperParameters.DEFAULT))
        .isEqualTo(
            "HyperParameters[epochs=2, batch=128, learningRate=2.0E-5, warmupRatio=0.03,"
                + " adam=Adam[beta1=0.9, beta2=0.999, epsilon=1.0E-8, weightDecay=0.0],"
                + " maxGradientNorm=1.0, seed=0, maxLength=2048]");
  }

  @Test
  void givenAParameter_whenItsTextIsHashed_thenItIsThatOfTheFirstRelease() {
    assertThat(RunIdentity.text(new TrainedParameter("a.default.weight", "a", List.of(8, 64), 512)))
        .isEqualTo("Parameter[name=a.default.weight, stored=a, shape=[8, 64], offset=512]");
  }
}
