package io.sluice.streams.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobIdentityTest {
  @Test
  void givenIdentitiesThatDifferInAnyComponent_whenTheirIdsAreComputed_thenNoTwoAreEqual() {
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
