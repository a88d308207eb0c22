package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthOrderTest {
  @Test
  void givenExamplesOfSeveralLengths_whenOrdered_thenLongestFirstAndEqualOnesKeepTheirOrder() {
    List<Candidate> examples =
        List.of(
            new Candidate("short", "", List.of(new Message("assistant", "a"))),
            new Candidate(
                "long",
                "",
                List.of(new Message("user", "a question"), new Message("assistant", "an answer"))),
            new Candidate("middle", "", List.of(new Message("assistant", "an answer"))),
            new Candidate("short too", "", List.of(new Message("user", "b"))));

    LengthOrder order = LengthOrder.of(examples, Candidate::getMessages);

    assertThat(order.apply(examples))
        .extracting(Candidate::getId)
        .containsExactly("long", "middle", "short", "short too");
    assertThat(order.undo(order.apply(examples))).isEqualTo(examples);
  }
}
