package io.sluice.local.chart;

import static io.sluice.local.chart.Manifests.named;
import static io.sluice.local.chart.Manifests.ofKind;
import static io.sluice.local.chart.Manifests.pods;
import static io.sluice.local.chart.Manifests.properties;
import static io.sluice.local.chart.Manifests.settings;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What values of the chart change in its manifests. */
class ChartValuesTest {
  private static final String EXAMPLE = "existing-kafka.yaml";

  @BeforeEach
  void skipWithoutHelm() {
    Helm.assumeInstalled();
  }

  @Test
  void givenAChangeOfScaleAlone_whenRendered_thenPodsAreNotReplaced() {
    Map<String, JsonNode> before = pods(Helm.render(EXAMPLE));
    Map<String, JsonNode> scaled =
        pods(
            Helm.render(
                EXAMPLE,
                "--set",
                "streams.replicas=3,workers.default.replicas=2,trainer.replicas=4,"
                    + "workerDefaults.autoscaling.enabled=true"));
    assertThat(scaled).isEqualTo(before);

    Map<String, JsonNode> durable =
        pods(Helm.render(EXAMPLE, "--set", "topics.minInSyncReplicas=1"));
    assertThat(durable.get("streams")).isNotEqualTo(before.get("streams"));
    assertThat(durable.get("trainer")).isEqualTo(before.get("trainer"));

    Map<String, JsonNode> set =
        pods(Helm.render(EXAMPLE, "--set", "workers.default.settings.dimension=8"));
    assertThat(set.get("worker-default")).isNotEqualTo(before.get("worker-default"));
    assertThat(set.get("streams")).isEqualTo(before.get("streams"));
  }

  @Test
  void givenAnEntryOfWorkers_whenItHasValuesOfTheDefaults_thenItReplacesThem() {
    List<JsonNode> manifests =
        Helm.render(
            "gpu.yaml",
            "--set-json",
            "workers.cpu={\"replicas\":0,\"settings\":{\"devices\":null,\"dtype\":\"float32\"},"
                + "\"resources\":{\"requests\":{\"cpu\":\"2\"}},\"nodeSelector\":{},"
                + "\"tolerations\":[],\"env\":[],\"autoscaling\":{\"enabled\":false},"
                + "\"model\":{\"dir\":\"small\"}}");

    JsonNode deployment = named(manifests, "Deployment", "demo-sluice-worker-cpu");
    assertThat(deployment.at("/spec/replicas").asInt(-1)).isZero();
    JsonNode pod = deployment.at("/spec/template/spec");
    assertThat(pod.has("nodeSelector")).isFalse();
    assertThat(pod.has("tolerations")).isFalse();
    JsonNode container = pod.at("/containers/0");
    assertThat(container.path("resources").properties())
        .singleElement()
        .satisfies(each -> assertThat(each.getKey()).isEqualTo("requests"));
    assertThat(container.at("/resources/requests")).hasSize(1);
    assertThat(container.path("env").findValuesAsText("name")).containsExactly("SLUICE_JAVA_OPTS");
    assertThat(properties(manifests, "worker-cpu"))
        .contains("dtype=float32\n", "compute=stored\n", "model.dir=/models/small\n")
        .doesNotContain("devices");
    assertThat(properties(manifests, "worker-default")).contains("devices=gpu\n", "dtype=auto\n");
  }

  @Test
  void givenAWorkerOfAnotherVersion_whenRendered_thenOnlyItHasThatImage() {
    List<JsonNode> manifests =
        Helm.render(EXAMPLE, "--set-json", "workers={\"old\":{\"imageTag\":\"0.0.9\"},\"new\":{}}");

    assertThat(image(manifests, "demo-sluice-worker-old")).endsWith("sluice-worker:0.0.9");
    assertThat(image(manifests, "demo-sluice-worker-new"))
        .contains("sluice-worker:")
        .doesNotEndWith(":0.0.9");
    assertThat(image(manifests, "demo-sluice-trainer")).doesNotEndWith(":0.0.9");
  }

  private static String image(List<JsonNode> manifests, String deployment) {
    return named(manifests, "Deployment", deployment)
        .at("/spec/template/spec/containers/0/image")
        .asText();
  }

  @Test
  void givenSettingsWithUnusualValues_whenTheFileIsRead_thenItHasTheseValues() {
    List<JsonNode> manifests =
        Helm.render(
            EXAMPLE,
            "--set-json",
            "streams.settings={\"a\":\"C:\\\\x\\nsecond = line\",\"b\":12345678901,"
                + "\"c\":0.25,\"d\":false,\"e\":\"\"}");

    assertThat(settings(properties(manifests, "streams")))
        .containsEntry("a", "C:\\x\nsecond = line")
        .containsEntry("b", "12345678901")
        .containsEntry("c", "0.25")
        .containsEntry("d", "false")
        .containsEntry("e", "");
  }

  @Test
  void givenTheSettings_whenRendered_thenNoLineIsBlank() {
    for (JsonNode map : ofKind(Helm.render(EXAMPLE), "ConfigMap")) {
      for (Map.Entry<String, JsonNode> file : map.path("data").properties()) {
        if (file.getKey().endsWith(".properties")) {
          assertThat(file.getValue().asText().lines()).noneMatch(String::isBlank);
        }
      }
    }
  }

  @Test
  void givenTrainersThatAreScaled_whenRendered_thenThoseThatWorkStayUntilNoJobIsOpen() {
    JsonNode scaled = named(Helm.render("gpu.yaml"), "ScaledObject", "demo-sluice-trainer");
    assertThat(
            scaled
                .at("/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown/selectPolicy")
                .asText())
        .isEqualTo("Disabled");
    assertThat(scaled.at("/spec/minReplicaCount").asInt(-1)).isZero();
    assertThat(scaled.at("/spec/triggers/0/metadata/query").asText())
        .contains("{namespace=\"apps\"}[10m]");

    JsonNode selected =
        named(
            Helm.render(
                "gpu.yaml",
                "--set-json",
                "topics.taskPartitions=6",
                "--set-json",
                "trainer.autoscaling.selector=\"cluster=\\\"one\\\"\""),
            "ScaledObject",
            "demo-sluice-trainer");
    // Trainers share the jobs by the partitions of their topic.
    assertThat(selected.at("/spec/maxReplicaCount").asInt()).isEqualTo(6);
    assertThat(selected.at("/spec/triggers/0/metadata/query").asText())
        .contains("{cluster=\"one\"}[10m]");
  }

  @Test
  void givenUsersAndAutoscaling_whenRendered_thenKedaGetsTheUserFromSecretsThatExist() {
    List<JsonNode> manifests =
        Helm.render(
            EXAMPLE,
            "--set-json",
            "workers={\"x\":null,\"x-user\":null,\"x-keda\":null}",
            "--set",
            "workerDefaults.autoscaling.enabled=true");

    assertThat(
            manifests.stream()
                .map(each -> each.path("kind").asText() + " " + each.at("/metadata/name").asText()))
        .doesNotHaveDuplicates();
    JsonNode authentication =
        named(manifests, "TriggerAuthentication", "demo-sluice-worker-x").at("/spec");
    JsonNode secret = named(manifests, "Secret", "demo-sluice-keda-x");
    assertThat(authentication.at("/secretTargetRef/0/name").asText())
        .isEqualTo(secret.at("/metadata/name").asText());
    assertThat(secret.at("/stringData/username").asText()).isEqualTo("sluice-worker");
  }

  @Test
  void givenNetworkPolicies_whenRendered_thenPrometheusOfTheNamespaceAndDnsAreReached() {
    List<JsonNode> manifests =
        Helm.render(
            EXAMPLE,
            "--set-json",
            "networkPolicy.metrics=[]",
            "--set-json",
            "networkPolicy.egress=[{\"to\":[{\"ipBlock\":{\"cidr\":\"10.0.0.0/8\"}}]}]");

    JsonNode streams = named(manifests, "NetworkPolicy", "demo-sluice-streams");
    assertThat(streams.at("/spec/ingress/1/from")).hasSize(2);
    assertThat(streams.at("/spec/ingress/1/from/1/podSelector").isObject()).isTrue();
    JsonNode dns = named(manifests, "NetworkPolicy", "demo-sluice-egress").at("/spec/egress/0");
    assertThat(dns.has("to")).isFalse();
    assertThat(dns.at("/ports/0/port").asInt()).isEqualTo(53);
  }

  @Test
  void givenNamesThatAreLongOrHaveDots_whenRendered_thenNamesAreValidAndStayApart() {
    String id = "a-representation-of-22";
    List<String> arguments =
        List.of(
            "--set-json",
            "workers={\"%s\":null}".formatted(id),
            "--set-json",
            "secrets=[\"a.b\",\"a-b\",\"123\"]",
            "--set",
            "workerDefaults.autoscaling.enabled=true");
    Set<String> names = new HashSet<>();
    for (String end : List.of("one", "two")) {
      List<JsonNode> manifests =
          Helm.renderAs(
              "a-release-with-a-name-of-more-than-forty-letters-" + end,
              EXAMPLE,
              arguments.toArray(String[]::new));
      for (JsonNode manifest : manifests) {
        String name = manifest.at("/metadata/name").asText();
        assertThat(name).hasSizeLessThanOrEqualTo(63).matches("[a-z]([-a-z0-9]*[a-z0-9])?");
        assertThat(names.add(manifest.path("kind").asText() + " " + name)).as(name).isTrue();
        for (JsonNode volume : manifest.at("/spec/template/spec/volumes")) {
          assertThat(volume.path("name").asText()).matches("[a-z]([-a-z0-9]*[a-z0-9])?");
        }
      }
      assertThat(manifests)
          .filteredOn(each -> each.path("kind").asText().equals("Deployment"))
          .allSatisfy(
              each ->
                  assertThat(each.at("/spec/template/spec/volumes").findValues("secretName"))
                      .allMatch(JsonNode::isTextual)
                      .extracting(JsonNode::asText)
                      .contains("a.b", "a-b", "123"));
    }
  }

  @Test
  void givenHowPodsRun_whenRendered_thenPodsHaveIt() {
    String where = ".runtimeClassName=nvidia,%1$s.priorityClassName=high,%1$s.podLabels.team=a";
    String all = "";
    for (String service : List.of("streams", "workerDefaults", "trainer")) {
      all += (service + where + ",").formatted(service);
    }
    List<JsonNode> manifests = Helm.render(EXAMPLE, "--set", all + "streams.startupSeconds=900");

    assertThat(pods(manifests)).hasSize(3);
    for (JsonNode template : pods(manifests).values()) {
      assertThat(template.at("/spec/runtimeClassName").asText()).isEqualTo("nvidia");
      assertThat(template.at("/spec/priorityClassName").asText()).isEqualTo("high");
      assertThat(template.at("/metadata/labels/team").asText()).isEqualTo("a");
    }
    JsonNode probe = pods(manifests).get("streams").at("/spec/containers/0/startupProbe");
    assertThat(probe.path("failureThreshold").asInt() * probe.path("periodSeconds").asInt())
        .isEqualTo(900);
  }

  @Test
  void givenAJobForTheTopics_whenRendered_thenItEndsBeforeHelmStopsWaiting() {
    JsonNode job = named(Helm.render(EXAMPLE), "Job", "demo-sluice-topics");
    assertThat(job.at("/spec/activeDeadlineSeconds").asInt()).isPositive().isLessThan(300);
  }
}
