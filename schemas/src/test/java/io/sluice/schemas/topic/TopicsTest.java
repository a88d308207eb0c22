package io.sluice.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.topic.Topics.TopicSpec;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  private static final RecordLimit LIMIT = RecordLimit.byDefault();

  @Test
  void givenAPrefix_whenTopicsAreNamed_thenEveryNameBeginsWithItAndNamesAreDistinct() {
    assertThat(new Topics("team-a.").all())
        .extracting(TopicSpec::name)
        .hasSize(11)
        .doesNotHaveDuplicates()
        .allSatisfy(name -> assertThat(name).startsWith("team-a."));
  }

  @Test
  void givenTheContract_whenTopicsAreConfigured_thenStateIsCompactedAndHistoryIsDeletedByAge() {
    Topics topics = Topics.withDefaultPrefix();
    Map<String, TopicSpec> specs =
        topics.all().stream().collect(Collectors.toMap(TopicSpec::name, Function.identity()));
    assertThat(specs.get("sluice.selected").config(LIMIT))
        .containsEntry("cleanup.policy", "compact");
    assertThat(specs.get(topics.fineTuneDatasets()).config(LIMIT))
        .containsEntry("cleanup.policy", "delete")
        .containsEntry("max.message.bytes", "1048588")
        .containsEntry("retention.ms", "7776000000");
    assertThat(specs.get(topics.candidates()).spread())
        .as("representations are partitioned like their candidates")
        .isEqualTo(specs.get(topics.representations()).spread());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a/b", "ä"})
  void givenAnIllegalPrefix_whenTopicsAreCreated_thenItIsRefused(String prefix) {
    assertThatThrownBy(() -> new Topics(prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(prefix);
  }
}
