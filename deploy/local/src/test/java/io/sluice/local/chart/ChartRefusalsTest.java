package io.sluice.local.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of the chart that cannot be meant, or cannot work: helm refuses them and names them. */
class ChartRefusalsTest {
  @BeforeEach
  void skipWithoutHelm() {
    Helm.assumeInstalled();
  }

  static List<Arguments> values() {
    return List.of(
        arguments("existing-kafka.yaml", "kafka.bootstrapServers=\"\"", "kafka.bootstrapServers"),
        arguments("existing-kafka.yaml", "worker={\"replicas\":3}", "worker"),
        arguments("existing-kafka.yaml", "topics.shards=0", "shards"),
        arguments(
            "existing-kafka.yaml",
            "topics.minInSyncReplicas=4",
            "topics.minInSyncReplicas: more than"),
        arguments(
            "existing-kafka.yaml",
            "kafka.users.worker.secret=\"\"",
            "kafka.users.worker: with kafka.sasl.mechanism, set name and secret"),
        arguments(
            "existing-kafka.yaml",
            "streams.settings={\"http.port\":1}",
            "http.port has a value of its own"),
        arguments(
            "existing-kafka.yaml",
            "workers.default.settings={\"config.providers\":\"file\"}",
            "config.providers has a value"),
        arguments(
            "existing-kafka.yaml",
            "workers.default.settings={\"config.providers.file.class\":\"X\"}",
            "config.providers.file.class has"),
        arguments(
            "existing-kafka.yaml",
            "kafka.settings={\"ssl.truststore.type\":\"JKS\"}",
            "ssl.truststore.type has a value"),
        arguments(
            "existing-kafka.yaml",
            "registry.settings={\"basic.auth.user.info\":\"a:b\"}",
            "basic.auth.user.info has a value"),
        arguments(
            "existing-kafka.yaml",
            "streams.settings={\"restore.consumer.bootstrap.servers\":\"other:9092\"}",
            "restore.consumer.bootstrap.servers has a value"),
        arguments(
            "existing-kafka.yaml",
            "trainer.settings={\"kubernetes.namespace\":\"other\"}",
            "kubernetes.namespace has a value"),
        arguments("existing-kafka.yaml", "streams.settings={\" http.port\":1}", "http.port"),
        arguments("existing-kafka.yaml", "streams.settings={\"x\\nhttp.port\":1}", "http.port"),
        arguments("existing-kafka.yaml", "streams.settings={\"x\":\" y\"}", "/streams/settings/x"),
        arguments(
            "existing-kafka.yaml", "streams.settings={\"x\":\"y\\rz=1\"}", "/streams/settings/x"),
        arguments("existing-kafka.yaml", "streams.settings={\"x\":1e17}", "/streams/settings/x"),
        arguments(
            "existing-kafka.yaml",
            "streams.env=[{\"name\":\"SLUICE_STREAMS_HTTP_PORT\",\"value\":\"1\"}]",
            "SLUICE_STREAMS_HTTP_PORT is set by the chart"),
        arguments(
            "existing-kafka.yaml",
            "trainer.env=[{\"name\":\"SLUICE_JAVA_OPTS\",\"value\":\"-Xmx1g\"}]",
            "SLUICE_JAVA_OPTS is set by the chart"),
        arguments(
            "existing-kafka.yaml",
            "workers.default.podAnnotations={\"checksum/settings\":\"1\"}",
            "checksum/settings"),
        arguments(
            "existing-kafka.yaml",
            "streams.podLabels={\"app.kubernetes.io/name\":\"x\"}",
            "app.kubernetes.io/name"),
        arguments(
            "existing-kafka.yaml", "streams.javaOpts=\"-Xmx1g\\n-Xms1g\"", "/streams/javaOpts"),
        arguments(
            "existing-kafka.yaml",
            "kafka.bootstrapServers=\"k:1\\nx=y\"",
            "/kafka/bootstrapServers"),
        arguments("existing-kafka.yaml", "registry.url=\"http://r\\nx=y\"", "/registry/url"),
        arguments(
            "existing-kafka.yaml", "kafka.users.worker.name=\"a\\nb\"", "/kafka/users/worker/name"),
        arguments(
            "existing-kafka.yaml", "streams.applicationId=\"a\\nb\"", "/streams/applicationId"),
        arguments("existing-kafka.yaml", "streams.token.secret=123", "/streams/token/secret"),
        arguments("existing-kafka.yaml", "secrets=[\"a\",\"a\"]", "/secrets"),
        arguments(
            "existing-kafka.yaml", "trainer.model.dir=\"/models/base\"", "/trainer/model/dir"),
        arguments("existing-kafka.yaml", "trainer.output.path=\"../etc\"", "/trainer/output/path"),
        arguments(
            "existing-kafka.yaml", "workers.default.model.checkpoints=[\"a,b\"]", "/checkpoints/0"),
        arguments(
            "gpu.yaml",
            "monitoring.runbooks=\"https://runbooks.example.org\"",
            "/monitoring/runbooks"),
        arguments(
            "existing-kafka.yaml",
            "trainer.jobTemplate={\"apiVersion\":\"v1\",\"kind\":\"Pod\"}",
            "/trainer/jobTemplate/kind"),
        arguments(
            "existing-kafka.yaml",
            "trainer.jobTemplate={\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"namespace\":\"x\"}}",
            "/trainer/jobTemplate/metadata/namespace"),
        arguments(
            "strimzi.yaml",
            "trainer.jobTemplate={\"apiVersion\":\"batch/v1\",\"kind\":\"Job\"}",
            "set trainer.output.claim"),
        arguments(
            "existing-kafka.yaml",
            "trainer.settings={\"launcher\":\"kubernetes\"}",
            "kubernetes needs trainer.jobTemplate"),
        arguments("strimzi.yaml", "strimzi.topics=false", "strimzi.users: set strimzi.topics too"),
        arguments("strimzi.yaml", "topics.prefix=\"My_\"", "topics.prefix: with strimzi.topics"),
        arguments("strimzi.yaml", "topics.prefix=\"a..\"", "topics.prefix: with strimzi.topics"),
        arguments(
            "gpu.yaml",
            "kafka.bootstrapServers=\"kafka.kafka.svc:9092,kafka:9092\"",
            "KEDA looks up kafka:9092 in its own namespace"),
        arguments(
            "gpu.yaml",
            "trainer.autoscaling.prometheus=\"http://prometheus:9090/a.b\"",
            "KEDA looks up prometheus:9090"),
        arguments(
            "gpu.yaml", "trainer.autoscaling.prometheus=\"\"", "trainer.autoscaling.prometheus"),
        arguments(
            "gpu.yaml",
            "kafka.settings={\"ssl.keystore.location\":\"/x\"}",
            "KEDA connects with kafka.users and kafka.tls only"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void givenValuesThatCannotBeMeant_whenRendered_thenHelmNamesThem(
      String example, String value, String message) {
    assertThat(Helm.refusal(example, "--set-json", value)).contains(message);
  }

  @Test
  void givenANameThatIsNoneOfAService_whenRendered_thenHelmSaysSo() {
    for (String release : List.of("a.b", "1a")) {
      assertThat(Helm.refusalOf(release, "existing-kafka.yaml"))
          .contains("release " + release + ": Services need a name");
    }
  }
}
