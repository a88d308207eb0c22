package io.sluice.local.cluster;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;

class PermissionTest {
  private static final Permission READ_IN = Permission.of(READ, TOPIC, "in");
  private static final Permission WRITE_IN = Permission.of(WRITE, TOPIC, "in");
  private static final Permission CREATE_APP = Permission.ofPrefix(CREATE, TOPIC, "app-");

  @Test
  void givenDecisions_whenCovered_thenOperationTypeAndNameMatch() {
    assertThat(READ_IN.covers(decision(READ, "in"))).isTrue();
    assertThat(READ_IN.covers(decision(DESCRIBE, "in"))).isTrue();
    assertThat(READ_IN.covers(decision(WRITE, "in"))).isFalse();
    assertThat(READ_IN.covers(decision(READ, "in-2"))).isFalse();
    assertThat(READ_IN.covers(new Decision("u", READ, GROUP, "in", true))).isFalse();
    assertThat(CREATE_APP.covers(decision(CREATE, "app-1"))).isTrue();
    assertThat(CREATE_APP.covers(decision(CREATE, "app"))).isFalse();
    assertThat(CREATE_APP.covers(decision(DESCRIBE, "app-1"))).isFalse();
  }

  @Test
  void givenWhatWasAllowed_whenSuperfluousOnesAreSought_thenOnlyUnsharedUseCounts() {
    Set<Permission> all = Set.of(READ_IN, WRITE_IN);

    assertThat(Permission.superfluous(all, List.of())).containsExactlyInAnyOrderElementsOf(all);
    assertThat(Permission.superfluous(all, List.of(decision(DESCRIBE, "in"))))
        .as("each of both allows it")
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(Permission.superfluous(all, List.of(decision(READ, "in"), decision(DESCRIBE, "in"))))
        .containsExactly(WRITE_IN);
    assertThat(Permission.superfluous(all, List.of(decision(READ, "in"), decision(WRITE, "in"))))
        .isEmpty();
    assertThat(
            Permission.superfluous(
                Set.of(READ_IN), List.of(new Decision("u", READ, TOPIC, "in", false))))
        .containsExactly(READ_IN);
  }

  private static Decision decision(AclOperation operation, String topic) {
    return new Decision("u", operation, TOPIC, topic, true);
  }
}
