package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthOrderTest {
  @Test
  void givenExamplesOfSeveralLengths_whenOrdered_thenLongestFirstAndEqualOnesKeepTheirOrder() {
    List<Candidate> examples =
        List.of(
            Candidates.of("short", "", List.of(Messages.of("assistant", "a"))),
            Candidates.of(
                "long",
                "",
                List.of(Messages.of("user", "a question"), Messages.of("assistant", "an answer"))),
            Candidates.of("middle", "", List.of(Messages.of("assistant", "an answer"))),
            Candidates.of("short too", "", List.of(Messages.of("user", "b"))));

    LengthOrder order = LengthOrder.of(examples, Candidate::getMessages);

    assertThat(order.apply(examples))
        .extracting(Candidate::getId)
        .containsExactly("long", "middle", "short", "short too");
    assertThat(order.undo(order.apply(examples))).isEqualTo(examples);
  }
}
