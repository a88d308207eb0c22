package io.sluice.local.doctor;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.doctor.Access.Answer;
import io.sluice.local.doctor.Finding.Severity;
import io.sluice.local.security.Permission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.resource.PatternType;
import org.junit.jupiter.api.Test;

/** What follows from what brokers say about permissions, without a Kafka. */
class PermissionsCheckTest {
  private static final Access READABLE = new Access.Listed(Set.of(READ, DESCRIBE));
  private static final Access HIDDEN = new Access.Hidden();
  private static final Access SILENT = new Access.Silent("nobody knows");
  private static final Permission READ_IN = new Permission(READ, TOPIC, "in", PatternType.LITERAL);
  private static final Permission READ_GROUP =
      new Permission(READ, GROUP, "g", PatternType.LITERAL);
  private static final Permission CREATE_APP =
      new Permission(CREATE, TOPIC, "app-", PatternType.PREFIXED);

  @Test
  void givenListedOperations_whenAsked_thenTheOthersAreMissing() {
    assertThat(READABLE.to(READ)).isEqualTo(Answer.GRANTED);
    assertThat(READABLE.to(WRITE)).isEqualTo(Answer.MISSING);
  }

  @Test
  void givenAHiddenResource_whenAsked_thenWhatIncludesDescribeIsMissing_andTheRestUnknown() {
    assertThat(List.of(HIDDEN.to(DESCRIBE), HIDDEN.to(READ), HIDDEN.to(WRITE), HIDDEN.to(DELETE)))
        .containsOnly(Answer.MISSING);
    assertThat(List.of(HIDDEN.to(CREATE), HIDDEN.to(DESCRIBE_CONFIGS)))
        .containsOnly(Answer.UNKNOWN);
  }

  @Test
  void givenAResourceThatDoesNotExist_whenAsked_thenOnlyDescribeIsKnown() {
    assertThat(SILENT.to(DESCRIBE)).isEqualTo(Answer.GRANTED);
    assertThat(SILENT.to(WRITE)).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void givenAPrefix_whenOneOfItsResourcesLacksAnOperation_thenThePermissionIsMissing() {
    assertThat(Access.toAll(READ, List.of(SILENT))).isEqualTo(Answer.UNKNOWN);
    assertThat(Access.toAll(READ, List.of(SILENT, READABLE))).isEqualTo(Answer.GRANTED);
    assertThat(Access.toAll(WRITE, List.of(SILENT, READABLE))).isEqualTo(Answer.MISSING);
    assertThat(Access.toAll(READ, List.of(HIDDEN, READABLE)))
        .as("what is created later will be hidden, too")
        .isEqualTo(Answer.MISSING);
  }

  @Test
  void givenMissingPermissions_whenReported_thenEachIsAFaultWithTheCommandThatGrantsIt() {
    Map<Permission, List<Access>> access = new LinkedHashMap<>();
    access.put(READ_IN, List.of(HIDDEN));
    access.put(READ_GROUP, List.of(READABLE));
    access.put(CREATE_APP, List.of(new Access.Listed(Set.of())));

    assertThat(PermissionsCheck.findings("worker", access))
        .containsExactly(
            Finding.fault(
                "worker: Read on the topic in is missing",
                "kafka-acls.sh --bootstrap-server HOST:PORT --add --allow-principal User:NAME"
                    + " --operation Read --topic in"),
            Finding.fault(
                "worker: Create on topics that begin with app- is missing",
                "kafka-acls.sh --bootstrap-server HOST:PORT --add --allow-principal User:NAME"
                    + " --operation Create --topic app- --resource-pattern-type prefixed"));
  }

  @Test
  void givenWhatBrokersDoNotSay_whenReported_thenItIsUnknownWithTheReason() {
    Map<Permission, List<Access>> access = new LinkedHashMap<>();
    access.put(READ_IN, List.of(READABLE));
    access.put(READ_GROUP, List.of(SILENT));

    List<Finding> findings = PermissionsCheck.findings("worker", access);

    assertThat(findings)
        .extracting(Finding::severity)
        .containsExactly(Severity.OK, Severity.UNKNOWN);
    assertThat(findings)
        .extracting(Finding::text)
        .containsExactly(
            "worker: 1 of 2 permissions are granted, and none is known to be missing",
            "worker: whether Read on the group g is granted is not known, since nobody knows");
  }

  @Test
  void givenAllPermissions_whenReported_thenTheirNumberIs() {
    assertThat(PermissionsCheck.findings("reader", Map.of(READ_IN, List.of(READABLE))))
        .containsExactly(Finding.ok("reader: 1 of 1 permissions are granted"));
  }
}
