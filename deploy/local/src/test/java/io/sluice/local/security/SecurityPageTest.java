package io.sluice.local.security;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.testing.DocumentedPage;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.SecurityUtils;
import org.junit.jupiter.api.Test;

/** The page of permissions says what {@link Role} declares. */
class SecurityPageTest {
  @Test
  void givenTheRoles_whenThePageIsRead_thenItListsTheirPermissions() throws IOException {
    new DocumentedPage(
            "../docs/security.md",
            """
            # A secured cluster

            %s
            Sluice runs on clusters with TLS, with users (SASL) and with access control lists (ACLs), and with a schema registry that asks for user and password.
            `SecuredClusterTest` runs all services, the HTTP API and the commands on such a cluster: three brokers, one of which is killed meanwhile, with three replicas of each record, of which two must be in sync; TLS
            with an authority of its own, `SCRAM-SHA-512`, and an authorizer that permits nobody anything without an ACL. Each command below has a user of its own there, with exactly the permissions that are listed. The test
            checks that no request is refused, and that no permission is superfluous: for each there was a request that no other permission of the user allows.
            Like all slow tests, it is not a part of `mvn verify`:

            ```
            mvn -pl deploy/local -am test -Dtest=SecuredClusterTest -Dsurefire.failIfNoSpecifiedTests=false -DexcludedGroups=none
            ```

            ## Connect

            ```
            bootstrap.servers=kafka-1.example.org:9093,kafka-2.example.org:9093
            security.protocol=%s
            sasl.mechanism=SCRAM-SHA-512
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="..." password="...";
            ssl.truststore.location=/etc/sluice/trust.p12
            ssl.truststore.password=...
            ssl.truststore.type=PKCS12
            schema.registry.url=https://registry.example.org
            schema.registry.ssl.truststore.location=/etc/sluice/trust.p12
            schema.registry.ssl.truststore.password=...
            schema.registry.ssl.truststore.type=PKCS12
            basic.auth.credentials.source=USER_INFO
            basic.auth.user.info=USER:PASSWORD
            ```

            The file of `--config` contains passwords: only the user that runs the service should be able to read it. The trust stores are not needed if a public authority has signed the certificates.

            ## Permissions

            | role | command | operation | on | named |
            |---|---|---|---|---|
            %s

            - The names are those of the default settings. `topic.prefix` changes the names of topics and what the trainer's group and transactional ids begin with, `application.id` those of the streams-app, and
              `representation.id` the end of the worker's group; `group.id` replaces the group of worker or trainer.
            - `Read`, `Write` and `Delete` include `Describe`, and idempotent producers need no permission of their own. No command needs a permission on the cluster.
            - Permissions on internal topics, whose names begin with `application.id`, are needed by the streams-app alone. It creates them with the brokers' defaults for replicas: on a cluster, set `replication.factor=3` and
              `topic.min.insync.replicas=2` for `streams` unless `default.replication.factor` and `min.insync.replicas` of the brokers are as high.
            - A service that lacks a permission ends with exit code 1, and names the topic, the group or the transactional id that it may not use.
            - `deploy/sluice doctor --role ROLE --config FILE` says which permissions of a role the user of the configuration lacks: [operating.md](operating.md#examine-permissions).
            """
                .formatted(
                    DocumentedPage.howToRenew(SecurityPageTest.class),
                    SecurityProtocol.SASL_SSL,
                    Arrays.stream(Role.values())
                        .map(SecurityPageTest::rows)
                        .collect(joining("\n"))))
        .check(SecurityPageTest.class);
  }

  @Test
  void givenTheDefaultSettings_whenNamesAreCompared_thenTheyAreThoseOfTheServices() {
    assertNamesOfTheServices(Role.Names.byDefault(), Map.of());
  }

  @Test
  void givenOtherSettings_whenNamesAreCompared_thenTheyAreThoseOfTheServices() {
    Topics topics = new Topics("other.");
    String prefix = ConnectionSettings.TOPIC_PREFIX.key();
    for (Map<String, String> settings :
        List.of(
            Map.of(prefix, "other.", "application.id", "app", "representation.id", "rds"),
            Map.of(prefix, "other.", "group.id", ""),
            Map.of(prefix, "other.", "group.id", "mine", "representation.id", "rds"))) {
      assertNamesOfTheServices(Role.Names.of(topics, settings), settings);
    }
  }

  private static void assertNamesOfTheServices(Role.Names names, Map<String, String> settings) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "bootstrap.servers", "localhost:9092",
                "schema.registry.url", "mock://names",
                "model.dir", "model",
                "checkpoint.dirs", "checkpoint",
                "output.dir", "output"));
    all.putAll(settings);

    assertThat(names.topics()).isEqualTo(new WorkerConfig(all).topics());
    assertThat(names.workerGroup()).isEqualTo(new WorkerConfig(all).groupId());
    assertThat(names.trainerGroup()).isEqualTo(new TrainerConfig(all).groupId());
    assertThat(names.applicationId())
        .isEqualTo(new StreamsAppConfig(all).get(StreamsAppSettings.APPLICATION_ID));
  }

  /**
   * One row for each operation on one type of resource; the first names the role and its commands.
   */
  private static String rows(Role role) {
    Map<List<String>, List<String>> rows =
        role.permissions(Role.Names.byDefault()).stream()
            .collect(
                groupingBy(
                    each ->
                        List.of(
                            SecurityUtils.operationName(each.operation()),
                            resource(each.type(), each.pattern())),
                    LinkedHashMap::new,
                    mapping(each -> "`" + each.name() + "`", toList())));
    StringBuilder table = new StringBuilder();
    String label = "`" + role.label() + "`";
    String commands = role.commands();
    for (Map.Entry<List<String>, List<String>> row : rows.entrySet()) {
      table.append(table.isEmpty() ? "" : "\n");
      table.append(
          "| %s | %s | %s | %s | %s |"
              .formatted(
                  label,
                  commands,
                  row.getKey().get(0),
                  row.getKey().get(1),
                  String.join(", ", row.getValue())));
      label = "";
      commands = "";
    }
    return table.toString();
  }

  private static String resource(ResourceType type, PatternType pattern) {
    String name = SecurityUtils.resourceTypeName(type);
    return pattern == PatternType.PREFIXED ? name + ", prefixed" : name;
  }
}
