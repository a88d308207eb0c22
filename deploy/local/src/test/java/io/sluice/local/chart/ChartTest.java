package io.sluice.local.chart;

import static io.sluice.local.chart.Manifests.named;
import static io.sluice.local.chart.Manifests.ofKind;
import static io.sluice.local.chart.Manifests.pods;
import static io.sluice.local.chart.Manifests.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.schemas.connection.ConnectionConfig;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The chart with each of the example values: Kubernetes and the services can read what helm
 * renders.
 */
class ChartTest {
  private static final List<String> OTHERS =
      List.of("keda.sh/", "monitoring.coreos.com/", "kafka.strimzi.io/");

  @BeforeEach
  void skipWithoutHelm() {
    Helm.assumeInstalled();
  }

  static List<String> examples() {
    return Helm.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void givenTheChart_whenHelmLintsIt_thenItHasNothingAgainstIt(String example) {
    Helm.Outcome outcome = Helm.lint(example);
    assertThat(outcome.exitCode()).as(outcome.output() + outcome.errors()).isZero();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void givenTheManifests_whenKubernetesReadsThem_thenItKnowsEveryField(String example) {
    KubernetesTypes types = new KubernetesTypes();
    List<JsonNode> manifests =
        Helm.render(example).stream()
            .filter(each -> OTHERS.stream().noneMatch(each.path("apiVersion").asText()::startsWith))
            .toList();

    assertThat(manifests).hasSizeGreaterThan(8);
    assertThat(manifests.stream().map(types::problem).flatMap(Optional::stream)).isEmpty();

    // The check finds what it is for.
    ObjectNode broken = manifests.get(0).deepCopy();
    broken.withObject("/metadata").put("nome", "x");
    assertThat(types.problem(broken)).isPresent();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void givenThePods_whenTheirSecurityIsRead_thenNoneIsRootOrWritesOutsideItsVolumes(
      String example) {
    List<JsonNode> pods =
        Helm.render(example).stream()
            .map(each -> each.at("/spec/template/spec"))
            .filter(JsonNode::isObject)
            .toList();

    assertThat(pods).hasSizeGreaterThanOrEqualTo(3);
    for (JsonNode pod : pods) {
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      // A token is mounted only with an account of the chart, which has few rights.
      assertThat(pod.at("/automountServiceAccountToken").asBoolean(true))
          .isEqualTo(pod.has("serviceAccountName"));
      JsonNode container = pod.at("/containers/0");
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
          .isFalse();
      assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
      assertThat(container.path("volumeMounts").findValuesAsText("mountPath")).contains("/tmp");
      // The claim of a StatefulSet is named beside its pods.
      List<String> volumes = new ArrayList<>(List.of("state"));
      pod.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
      assertThat(volumes)
          .containsAll(container.path("volumeMounts").findValuesAsText("name"))
          .doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void givenTheSettings_whenTheServicesReadThem_thenTheyKnowEachAndFindTheSecrets(
      String example, @TempDir Path folder) throws IOException {
    secret(folder, "kafka-user/password", "one");
    secret(folder, "registry-user/password", "two");
    secret(folder, "secrets/registry-trust/password", "three");
    int read = 0;
    for (JsonNode map : ofKind(Helm.render(example), "ConfigMap")) {
      for (Map.Entry<String, JsonNode> file : map.path("data").properties()) {
        if (file.getKey().endsWith(".properties")) {
          Map<String, String> settings =
              settings(file.getValue().asText().replace("/etc/sluice/", folder + "/"));
          ConnectionConfig config =
              switch (file.getKey()) {
                case "streams.properties" -> new StreamsAppConfig(settings);
                case "worker.properties" -> new WorkerConfig(settings);
                case "trainer.properties" -> new TrainerConfig(settings);
                default -> new ConnectionConfig(settings);
              };
          assertThat(config.unknownKeys()).as(file.getKey()).isEmpty();
          assertThat(config.overruledKeys()).as(file.getKey()).isEmpty();
          if (settings.containsKey("sasl.jaas.config")) {
            assertThat(config.admin(Map.of(), Map.of()).get("sasl.jaas.config").toString())
                .contains("password=\"one\"");
          }
          if (config instanceof StreamsAppConfig streams) {
            assertThat(streams.get(StreamsAppSettings.HTTP_ALLOWED_HOSTS))
                .contains(map.at("/metadata/name").asText());
          }
          read++;
        }
      }
    }
    assertThat(read).isGreaterThanOrEqualTo(3);
  }

  @Test
  void givenAutoscaling_whenTheTriggersAreRead_thenTheyNameTopicsGroupsAndAMetricThatExist()
      throws IOException {
    List<JsonNode> scaled = ofKind(Helm.render("gpu.yaml"), "ScaledObject");
    List<JsonNode> triggers = new ArrayList<>();
    scaled.forEach(each -> each.at("/spec/triggers").forEach(triggers::add));

    assertThat(triggers)
        .filteredOn(trigger -> trigger.path("type").asText().equals("kafka"))
        .extracting(
            trigger -> trigger.at("/metadata/topic").asText(),
            trigger -> trigger.at("/metadata/consumerGroup").asText())
        .containsExactly(
            tuple("sluice.candidates", "sluice-worker-default"),
            tuple("sluice.target-tasks", "sluice-worker-default"));
    String query =
        triggers.stream()
            .filter(trigger -> trigger.path("type").asText().equals("prometheus"))
            .map(trigger -> trigger.at("/metadata/query").asText())
            .findFirst()
            .orElseThrow();
    List<String> metrics =
        Pattern.compile("sluice_[a-z_]+").matcher(query).results().map(MatchResult::group).toList();
    assertThat(metrics).containsExactly("sluice_task_open_jobs");
    assertThat(Files.readString(Path.of("../docs/metrics-streams.md"))).contains(metrics.get(0));
  }

  @Test
  void givenMonitoring_whenRendered_thenAlertsAreThoseOfPrometheusWithTheAddressOfTheRunbook()
      throws IOException {
    JsonNode rule = ofKind(Helm.render("gpu.yaml"), "PrometheusRule").get(0);
    String alerts = Files.readString(Path.of("../prometheus/alerts.yml"));

    assertThat(rule.path("spec"))
        .isEqualTo(
            new YAMLMapper()
                .readTree(
                    alerts.replace(
                        "deploy/docs/operations.md",
                        "https://runbooks.example.org/sluice/operations.md")));
    assertThat(ofKind(Helm.render("gpu.yaml"), "PodMonitor"))
        .extracting(
            each -> each.at("/spec/podMetricsEndpoints/0/relabelings/0/replacement").asText())
        .containsExactlyInAnyOrder("sluice-streams", "sluice-worker", "sluice-trainer");
  }

  @Test
  void givenAJobTemplate_whenRendered_thenTheTrainerMayCreateJobsWithItsVolumesAndNothingElse()
      throws IOException {
    List<JsonNode> manifests = Helm.render("jobs.yaml");

    JsonNode role = ofKind(manifests, "Role").get(0);
    assertThat(role.path("rules")).hasSize(1);
    assertThat(role.at("/rules/0/resources/0").asText()).isEqualTo("jobs");
    assertThat(role.at("/rules/0/verbs")).hasSize(3);
    JsonNode settings = named(manifests, "ConfigMap", "demo-sluice-trainer").path("data");
    assertThat(settings.path("trainer.properties").asText())
        .contains("launcher=kubernetes\n")
        .contains("kubernetes.template=/etc/sluice/settings/job.yaml\n");
    JsonNode job = new YAMLMapper().readTree(settings.path("job.yaml").asText());
    assertThat(new KubernetesTypes().problem(job)).isEmpty();
    JsonNode trainer = pods(manifests).get("trainer").path("spec");
    for (String path : List.of("/models", "/var/lib/sluice")) {
      assertThat(claim(job.at("/spec/template/spec"), path))
          .as(path)
          .isEqualTo(claim(trainer, path));
    }
  }

  @Test
  void givenTheBuild_whenItsVersionIsRead_thenItIsTheAppVersionOfTheChart() throws IOException {
    String pom = Files.readString(Path.of("../../pom.xml"));
    var version = Pattern.compile("<version>([^<]+)</version>").matcher(pom);
    assertThat(version.find()).isTrue();

    JsonNode chart = new YAMLMapper().readTree(Helm.CHART.resolve("Chart.yaml").toFile());
    assertThat(chart.path("appVersion").asText()).isEqualTo(version.group(1));
  }

  /** The claim that the first container of a pod mounts at a path. */
  private static String claim(JsonNode pod, String path) {
    for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
      for (JsonNode volume : pod.path("volumes")) {
        if (mount.path("mountPath").asText().equals(path)
            && volume.path("name").equals(mount.path("name"))) {
          return volume.at("/persistentVolumeClaim/claimName").asText();
        }
      }
    }
    throw new AssertionError("nothing is mounted at " + path);
  }

  private static void secret(Path folder, String file, String content) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), content);
  }
}
