package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class AdminResultsTest {
  private static final KafkaFuture<Integer> ONE = KafkaFuture.completedFuture(1);

  @Test
  void givenResults_whenAwaited_thenTheirValuesAreReturned() throws Exception {
    assertThat(AdminResults.await(Map.of("a", ONE))).isEqualTo(Map.of("a", 1));
  }

  @Test
  void givenAFailure_whenAwaited_thenTheMessageNamesWhatItIsAbout() {
    KafkaFuture<Integer> refused =
        ONE.thenApply(
            one -> {
              throw new TopicAuthorizationException("Topic authorization failed.");
            });

    assertThatThrownBy(() -> AdminResults.await(Map.of("a", ONE, "b", refused)))
        .isInstanceOf(ExecutionException.class)
        .hasMessage("b: Topic authorization failed.")
        .hasCauseInstanceOf(TopicAuthorizationException.class);
  }
}
