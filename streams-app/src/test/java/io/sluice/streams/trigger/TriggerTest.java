package io.sluice.streams.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggerTest {
  @ParameterizedTest
  @CsvSource({"50,50,500,true", "50,49,500,false", "50,50,499,false", "50,200,5000,true"})
  void givenAPoolTenTimesTheBudget_whenTheTierIsFull_thenTheThresholdIsReached(
      int budget, int selected, long pool, boolean reached) {
    assertThat(new PoolThreshold(10).isReached(budget, selected, pool)).isEqualTo(reached);
  }

  @Test
  void givenIdentitiesThatDifferInAnyComponent_whenNamed_thenNoTwoIdsAreEqual() {
    Set<String> ids = new HashSet<>();
    for (String task : List.of("a", "a-r1")) {
      for (int revision : new int[] {1, 2}) {
        for (String representation : List.of("x", "r2-x")) {
          for (int budget : new int[] {5, 50}) {
            for (int sequence : new int[] {0, 1}) {
              ids.add(new JobIdentity(task, revision, representation, budget, sequence).id());
            }
          }
        }
      }
    }

    assertThat(ids).hasSize(32);
    assertThat(new JobIdentity("a", 1, "x", 5, 0).id())
        .isEqualTo(new JobIdentity("a", 1, "x", 5, 0).id())
        .startsWith("a-5-");
  }
}
