package io.sluice.gpuworker.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EnableKubernetesMockClient(crud = true)
class KubernetesLauncherTest {
  private static final String TEMPLATE =
      """
      apiVersion: batch/v1
      kind: Job
      metadata:
        labels: {team: research}
      spec:
        backoffLimit: 2
        template:
          spec:
            restartPolicy: Never
            containers:
              - name: train
                image: example.org/train:1
                args: ["--data={dataset}", "--out={output}", "--seed", "{seed}"]
      """;

  // Set by the extension of the mock server.
  private KubernetesClient client;

  @TempDir private Path folder;
  private final RunControlFixture control = new RunControlFixture();
  private TrainingOrder order;

  @BeforeEach
  void prepare() throws IOException {
    order = TrainingOrderFixture.order(folder.resolve("output"), Optional.empty());
  }

  @Test
  void givenAJobThatCompletes_whenTrained_thenItIsTheFilledInTemplate() throws Exception {
    CompletableFuture<Launcher.Trained> training = control.start(launcher(client), order);
    Job job = awaitJob();

    assertThat(job.getMetadata().getName())
        .isEqualTo("sluice-maths-4-0123456789ab-selected-seed7-0123456789abcdef")
        .hasSizeLessThan(64);
    assertThat(job.getMetadata().getLabels()).containsEntry("team", "research");
    assertThat(job.getSpec().getTemplate().getSpec().getContainers().get(0).getArgs())
        .containsExactly(
            "--data=" + order.folder().dataset(),
            "--out=" + order.folder().writing(),
            "--seed",
            "7");
    end(job, "Complete", "", "");
    assertThat(training.get().folder()).isEqualTo(order.folder().writing());
  }

  @Test
  void givenAJobOfAnEarlierTrainer_whenTrained_thenItsEndIsAwaitedAndItsOutputIsKept()
      throws Exception {
    CompletableFuture<Launcher.Trained> before = control.start(launcher(client), order);
    Job job = awaitJob();
    Files.writeString(order.folder().writing().resolve("weights"), "written by the first");
    control.stop(StopReason.HANDED_ON);
    assertThatThrownBy(before::get).hasRootCauseInstanceOf(InterruptedException.class);

    end(job, "Complete", "", "");
    Launcher.Trained trained = launcher(client).train(order, new RunControlFixture());

    assertThat(trained.folder().resolve("weights")).hasContent("written by the first");
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void givenAJobThatFails_whenTrained_thenTheReasonIsThatOfKubernetes() throws Exception {
    CompletableFuture<Launcher.Trained> training = control.start(launcher(client), order);
    end(awaitJob(), "Failed", "BackoffLimitExceeded", "Job has reached the specified limit");

    assertThatThrownBy(training::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(JobFailedException.class)
        .hasStackTraceContaining("BackoffLimitExceeded");
  }

  @Test
  void givenARunningJob_whenCancelled_thenItIsDeleted() throws Exception {
    CompletableFuture<Launcher.Trained> training = control.start(launcher(client), order);
    awaitJob();

    control.stop(StopReason.CANCELLED);

    assertThatThrownBy(training::get).hasRootCauseInstanceOf(InterruptedException.class);
    assertThat(jobs()).isEmpty();
  }

  @Test
  void givenATimeLimit_whenTheJobTakesLonger_thenItFailsAndIsDeleted() throws IOException {
    order =
        TrainingOrderFixture.order(folder.resolve("output"), Optional.of(Duration.ofMillis(200)));

    assertThatThrownBy(() -> launcher(client).train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("time.limit.seconds");
    assertThat(jobs()).isEmpty();
  }

  @Test
  void givenAnUnreachableCluster_whenTrained_thenTheJobFailsAfterAWhile() throws IOException {
    Config nowhere =
        new ConfigBuilder(client.getConfiguration())
            .withMasterUrl("http://127.0.0.1:1")
            .withRequestRetryBackoffLimit(0)
            .build();
    try (KubernetesClient lost = new KubernetesClientBuilder().withConfig(nowhere).build()) {
      assertThatThrownBy(() -> launcher(lost).train(order, control))
          .isInstanceOf(JobFailedException.class)
          .hasMessageContaining("unreachable")
          .hasMessageContaining("127.0.0.1:1");
    }
  }

  @Test
  void givenATemplateWithAnUnknownPlaceholder_whenRead_thenRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), TEMPLATE.replace("{seed}", "{sead}"));

    assertThatThrownBy(() -> KubernetesJobTemplate.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("job.yaml")
        .hasMessageContaining("{sead}");
  }

  @Test
  void givenAFileThatIsNotAJob_whenRead_thenRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), "kind: Pod\n");

    assertThatThrownBy(() -> KubernetesJobTemplate.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a template of a Kubernetes Job");
  }

  private KubernetesLauncher launcher(KubernetesClient of) throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), TEMPLATE);
    return new KubernetesLauncher(
        of,
        KubernetesJobTemplate.read(file),
        Optional.empty(),
        new KubernetesLauncher.Pace(
            Duration.ofMillis(20), Duration.ofMillis(300), System::nanoTime));
  }

  private Job awaitJob() throws InterruptedException {
    Instant deadline = Instant.now().plusSeconds(20);
    while (jobs().isEmpty()) {
      assertThat(Instant.now()).isBefore(deadline);
      Thread.sleep(10);
    }
    return jobs().get(0);
  }

  private List<Job> jobs() {
    return client.batch().v1().jobs().inAnyNamespace().list().getItems();
  }

  private void end(Job job, String condition, String reason, String message) {
    client
        .resource(job)
        .editStatus(
            running ->
                running
                    .edit()
                    .withNewStatus()
                    .addNewCondition()
                    .withType(condition)
                    .withStatus("True")
                    .withReason(reason)
                    .withMessage(message)
                    .endCondition()
                    .endStatus()
                    .build());
  }
}
