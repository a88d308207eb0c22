package io.sluice.local.cluster;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.security.Permission;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.junit.jupiter.api.Test;

class UsageTest {
  private static final Permission READ_IN = new Permission(READ, TOPIC, "in", PatternType.LITERAL);
  private static final Permission WRITE_IN =
      new Permission(WRITE, TOPIC, "in", PatternType.LITERAL);
  private static final Permission CREATE_APP =
      new Permission(CREATE, TOPIC, "app-", PatternType.PREFIXED);

  @Test
  void givenDecisions_whenCovered_thenOperationTypeAndNameMatch() {
    assertThat(new Usage(READ_IN).covers(decision(READ, "in"))).isTrue();
    assertThat(new Usage(READ_IN).covers(decision(DESCRIBE, "in"))).isTrue();
    assertThat(new Usage(READ_IN).covers(decision(WRITE, "in"))).isFalse();
    assertThat(new Usage(READ_IN).covers(decision(READ, "in-2"))).isFalse();
    assertThat(new Usage(READ_IN).covers(new Decision("u", READ, GROUP, "in", true))).isFalse();
    assertThat(new Usage(CREATE_APP).covers(decision(CREATE, "app-1"))).isTrue();
    assertThat(new Usage(CREATE_APP).covers(decision(CREATE, "app"))).isFalse();
    assertThat(new Usage(CREATE_APP).covers(decision(DESCRIBE, "app-1"))).isFalse();
  }

  @Test
  void givenWhatWasAllowed_whenSuperfluousOnesAreSought_thenOnlyUnsharedUseCounts() {
    Set<Permission> all = Set.of(READ_IN, WRITE_IN);

    assertThat(Usage.superfluous(all, List.of())).containsExactlyInAnyOrderElementsOf(all);
    assertThat(Usage.superfluous(all, List.of(decision(DESCRIBE, "in"))))
        .as("each of both allows it")
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(Usage.superfluous(all, List.of(decision(READ, "in"), decision(DESCRIBE, "in"))))
        .containsExactly(WRITE_IN);
    assertThat(Usage.superfluous(all, List.of(decision(READ, "in"), decision(WRITE, "in"))))
        .isEmpty();
    assertThat(
            Usage.superfluous(
                Set.of(READ_IN), List.of(new Decision("u", READ, TOPIC, "in", false))))
        .containsExactly(READ_IN);
  }

  private static Decision decision(AclOperation operation, String topic) {
    return new Decision("u", operation, TOPIC, topic, true);
  }
}
