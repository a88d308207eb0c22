package io.sluice.local.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

class RoleTest {
  @Test
  void givenLabels_whenRead_thenEachIsItsRole_andOthersAreRefusedWithAllNames() {
    for (Role role : Role.values()) {
      assertThat(Role.of(role.label())).isEqualTo(role);
    }
    assertThat(Role.of("http-writes")).isEqualTo(Role.HTTP_WRITES);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Role.of("WORKER"))
        .withMessage(
            "'WORKER' is no role: use one of topics, worker, streams, http-writes, http-page,"
                + " trainer, sender, curator, reader, replayer");
  }

  @Test
  void givenThePermissionsOfEachRole_whenGranted_thenTheCommandNamesTheKindOfResource() {
    for (Role role : Role.values()) {
      assertThat(role.permissions(Role.Names.byDefault()))
          .isNotEmpty()
          .allSatisfy(each -> assertThat(each.grantCommand()).contains(each.name()));
    }
    assertThat(
            List.of(
                Permission.of(AclOperation.READ, ResourceType.GROUP, "g").grantCommand(),
                Permission.ofPrefix(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, "t-")
                    .grantCommand(),
                Permission.of(AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, "c")
                    .grantCommand()))
        .allMatch(command -> command.startsWith("kafka-acls.sh --bootstrap-server HOST:PORT --add"))
        .extracting(command -> command.substring(command.indexOf("--operation")))
        .containsExactly(
            "--operation Read --group g",
            "--operation Write --transactional-id t- --resource-pattern-type prefixed",
            "--operation DescribeConfigs --topic c");
  }
}
