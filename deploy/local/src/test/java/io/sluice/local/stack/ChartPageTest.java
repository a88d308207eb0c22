package io.sluice.local.stack;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.chart.Helm;
import io.sluice.local.security.Permission;
import io.sluice.local.security.Role;
import io.sluice.schemas.testing.DocumentedPage;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.Spread;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.junit.jupiter.api.Test;

/**
 * The chart creates the same topics as {@link TopicSetup}, and gives users the permissions of
 * {@link Role}: its file with both is generated from them, and what helm makes of it is compared.
 */
class ChartPageTest {
  private static final String FILE = "../helm/sluice/files/kafka.yaml";
  private static final Set<String> SET_BY_VALUES =
      Set.of("max.message.bytes", "min.insync.replicas");

  /** The names of the file, in whose place the templates put what is configured. */
  private static final Role.Names PLACEHOLDERS =
      Role.Names.of(
          new Topics("TOPIC-PREFIX."),
          Map.of("application.id", "APPLICATION-ID", "representation.id", "REPRESENTATION-ID"));

  @Test
  void givenTopicsAndRoles_whenTheFileOfTheChartIsRead_thenItHasThem() throws IOException {
    StringBuilder file = new StringBuilder();
    file.append(DocumentedPage.howToRenewYaml(ChartPageTest.class))
        .append(
            "# TOPIC-PREFIX., APPLICATION-ID and REPRESENTATION-ID stand for what is configured.\n");
    RecordLimit limit = RecordLimit.byDefault();
    file.append("batchOverhead: %d\n".formatted(limit.topicBytes() - limit.bytes()));
    file.append("topics:\n");
    for (TopicSpec spec : PLACEHOLDERS.topics().all()) {
      file.append("  - name: %s\n".formatted(spec.name()));
      file.append(
          "    spread: %s\n"
              .formatted(spec.spread() == Spread.BY_CANDIDATE ? "candidate" : "task"));
      file.append("    config:\n");
      Map<String, String> config = new TreeMap<>(new TopicSetup(1, 1).config(spec, limit));
      config.keySet().removeAll(SET_BY_VALUES);
      config.forEach((key, value) -> file.append("      %s: %s\n".formatted(key, value)));
    }
    file.append("roles:\n");
    for (Role role : Role.values()) {
      file.append("  %s:\n".formatted(role.label()));
      operations(role.permissions(PLACEHOLDERS))
          .forEach(
              (resource, operations) ->
                  file.append(
                      "    - {type: %s, pattern: %s, name: %s, operations: [%s]}\n"
                          .formatted(
                              resource.type(),
                              resource.pattern(),
                              resource.name(),
                              String.join(", ", operations))));
    }
    new DocumentedPage(FILE, file.toString()).check(ChartPageTest.class);
  }

  @Test
  void givenStrimzi_whenTheChartIsRendered_thenItsTopicsAreThoseOfTheSetup() {
    Helm.assumeInstalled();
    RecordLimit limit = new RecordLimit(1 << 21);
    Topics topics = new Topics("other.");
    TopicSetup setup = new TopicSetup(16, 4, new Replication(3, Optional.of(2)));

    Map<String, JsonNode> rendered = new HashMap<>();
    for (JsonNode manifest :
        Helm.render(
            "strimzi.yaml",
            "--set",
            "topics.prefix=other.,topics.recordMaxBytes=%d".formatted(limit.bytes()))) {
      if (manifest.path("kind").asText().equals("KafkaTopic")) {
        rendered.put(manifest.at("/spec/topicName").asText(), manifest.path("spec"));
      }
    }

    assertThat(rendered.keySet())
        .containsExactlyInAnyOrderElementsOf(topics.all().stream().map(TopicSpec::name).toList());
    for (TopicSpec spec : topics.all()) {
      JsonNode topic = rendered.get(spec.name());
      assertThat(topic.path("partitions").asInt()).isEqualTo(setup.partitions(spec.spread()));
      assertThat(topic.path("replicas").asInt()).isEqualTo(3);
      Map<String, String> config = new HashMap<>();
      topic.path("config").properties().forEach(e -> config.put(e.getKey(), e.getValue().asText()));
      assertThat(config).as(spec.name()).isEqualTo(setup.config(spec, limit));
    }
  }

  @Test
  void givenStrimzi_whenTheChartIsRendered_thenItsUsersHaveThePermissionsOfTheirRoles() {
    Helm.assumeInstalled();
    Map<String, Set<String>> expected = new HashMap<>();
    expected.put("demo-sluice-worker-gradients", permissions("gradients", Role.WORKER));
    expected.put("demo-sluice-worker-hidden", permissions("hidden", Role.WORKER));
    expected.put("demo-sluice-trainer", permissions("gradients", Role.TRAINER));
    Set<String> streams = new HashSet<>();
    for (String id : List.of("gradients", "hidden")) {
      streams.addAll(permissions(id, Role.STREAMS, Role.HTTP_PAGE, Role.HTTP_WRITES));
    }
    expected.put("demo-sluice-streams", streams);

    Map<String, Set<String>> rendered = new HashMap<>();
    for (JsonNode manifest :
        Helm.render("strimzi.yaml", "--set", "topics.prefix=other.,streams.applicationId=app")) {
      if (manifest.path("kind").asText().equals("KafkaUser")) {
        Set<String> acls = new HashSet<>();
        for (JsonNode acl : manifest.at("/spec/authorization/acls")) {
          JsonNode resource = acl.path("resource");
          acl.path("operations")
              .forEach(
                  operation ->
                      acls.add(
                          key(
                              operation.asText(),
                              new Resource(
                                  resource.path("type").asText(),
                                  resource.path("patternType").asText(),
                                  resource.path("name").asText()))));
        }
        rendered.put(manifest.at("/metadata/name").asText(), acls);
      }
    }
    assertThat(rendered).isEqualTo(expected);
  }

  private static Set<String> permissions(String representation, Role... roles) {
    Role.Names names =
        Role.Names.of(
            new Topics("other."),
            Map.of("application.id", "app", "representation.id", representation));
    Set<String> all = new HashSet<>();
    for (Role role : roles) {
      operations(role.permissions(names))
          .forEach((resource, each) -> each.forEach(name -> all.add(key(name, resource))));
    }
    return all;
  }

  private static String key(String operation, Resource resource) {
    return operation + " " + resource;
  }

  /** The operations on each resource, as Strimzi names them, in the order of the permissions. */
  private static Map<Resource, List<String>> operations(List<Permission> permissions) {
    return permissions.stream()
        .collect(
            groupingBy(
                each ->
                    new Resource(
                        type(each.type()),
                        each.pattern() == PatternType.PREFIXED ? "prefix" : "literal",
                        each.name()),
                LinkedHashMap::new,
                mapping(each -> SecurityUtils.operationName(each.operation()), toList())));
  }

  private static String type(ResourceType type) {
    return switch (type) {
      case TOPIC -> "topic";
      case GROUP -> "group";
      case TRANSACTIONAL_ID -> "transactionalId";
      default -> throw new IllegalStateException("no role needs permissions on a " + type);
    };
  }

  private record Resource(String type, String pattern, String name) {}
}
