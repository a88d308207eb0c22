package io.sluice.gpuworker.launch;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains by a Kubernetes Job, made from a template. Its name follows from the run, so who takes the
 * run over finds the Job of who began it, and goes on waiting for it.
 */
public final class KubernetesLauncher implements Launcher {
  /** The name by which jobs and settings ask for it. */
  public static final String NAME = "kubernetes";

  private static final Logger LOG = LoggerFactory.getLogger(KubernetesLauncher.class);
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;
  private static final int LONGEST_SLUG = 36;
  private static final int SHOWN_OF_IDENTITY = 16;

  private final KubernetesClient client;
  private final KubernetesJobTemplate template;
  private final Optional<String> namespace;
  private final Pace pace;

  /**
   * Times.
   *
   * @param poll between two looks at a Job
   * @param patience how long the cluster may be out of reach
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  public record Pace(Duration poll, Duration patience, LongSupplier nanoTime) {}

  /**
   * By a cluster.
   *
   * @param client is closed with this
   * @param namespace that of the template, else of the client, when empty
   */
  public KubernetesLauncher(
      KubernetesClient client,
      KubernetesJobTemplate template,
      Optional<String> namespace,
      Pace pace) {
    this.client = client;
    this.template = template;
    this.namespace = namespace;
    this.pace = pace;
  }

  @Override
  public String identity() {
    return template.text();
  }

  @Override
  public void close() {
    client.close();
  }

  /** The Job's name: a DNS label of the job, the arm and the seed, and a hash of the run. */
  static String name(TrainingOrder order) {
    String slug =
        (order.job().getJobId() + "-" + order.run().label())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-");
    String cut = slug.substring(Math.max(0, slug.length() - LONGEST_SLUG)).replaceAll("^-+", "");
    return "sluice-" + cut + "-" + order.folder().identity().substring(0, SHOWN_OF_IDENTITY);
  }

  @Override
  public Trained train(TrainingOrder order, RunControl control)
      throws JobFailedException, IOException, InterruptedException {
    Job wanted = template.fill(order.values(), name(order), namespace(template));
    Resource<Job> resource = client.resource(wanted);
    Reach reach = new Reach();
    long begin = pace.nanoTime().getAsLong();
    try {
      if (reach.ask(resource::get) == null) {
        order.folder().clearWriting();
        create(resource, reach);
      }
      LOG.atInfo().addKeyValue("name", wanted.getMetadata().getName()).log("Kubernetes Job runs");
      while (!isDone(reach.ask(resource::get), wanted)) {
        requireInTime(order, begin);
        Thread.sleep(pace.poll().toMillis());
      }
      return new Trained(order.folder().writing(), 0, "");
    } catch (InterruptedException e) {
      if (control.stopped().equals(Optional.of(Stop.CANCELLED))) {
        delete(resource);
      }
      throw e;
    } catch (JobFailedException e) {
      delete(resource);
      throw e;
    }
  }

  private String namespace(KubernetesJobTemplate from) {
    return namespace
        .or(from::namespace)
        .or(() -> Optional.ofNullable(client.getNamespace()))
        .orElse("default");
  }

  /** One that is there already was created by who had the run before, or by a try before. */
  private static void create(Resource<Job> resource, Reach reach)
      throws JobFailedException, InterruptedException {
    reach.ask(
        () -> {
          try {
            return resource.create();
          } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
              return null;
            }
            throw e;
          }
        });
  }

  private static boolean isDone(Job now, Job wanted) throws JobFailedException {
    String name = wanted.getMetadata().getName();
    if (now == null) {
      throw new JobFailedException(
          "the Kubernetes Job " + name + " was deleted before it was done: fire the job again");
    }
    JobStatus status = now.getStatus();
    if (status == null) {
      return false;
    }
    for (JobCondition condition : status.getConditions()) {
      if ("True".equals(condition.getStatus()) && "Failed".equals(condition.getType())) {
        throw new JobFailedException(
            "the Kubernetes Job "
                + name
                + " failed: "
                + Objects.toString(condition.getReason(), "no reason given")
                + ", "
                + Objects.toString(condition.getMessage(), "no message"));
      }
      if ("True".equals(condition.getStatus()) && "Complete".equals(condition.getType())) {
        return true;
      }
    }
    return false;
  }

  private void requireInTime(TrainingOrder order, long begin) throws JobFailedException {
    if (order.timeLimit().isPresent()
        && pace.nanoTime().getAsLong() - begin > order.timeLimit().get().toNanos()) {
      throw new JobFailedException(
          "the Kubernetes Job was still running after %d s, which is time.limit.seconds"
              .formatted(order.timeLimit().get().toSeconds()));
    }
  }

  /** With its pods. What cannot be deleted is said in the log: nothing waits for it. */
  private static void delete(Resource<Job> resource) {
    boolean interrupted = Thread.interrupted();
    try {
      resource.withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
    } catch (KubernetesClientException e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("Kubernetes Job not deleted: delete it by hand");
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The client's own message tells the operation, its root cause what went wrong. */
  private static String message(KubernetesClientException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return Objects.toString(root.getMessage(), root.getClass().getSimpleName());
  }

  /** Asks a cluster, and again while it is out of reach. */
  private final class Reach {
    private long lastAnswer = pace.nanoTime().getAsLong();

    <T> T ask(java.util.function.Supplier<T> question)
        throws JobFailedException, InterruptedException {
      while (true) {
        try {
          T answer = question.get();
          lastAnswer = pace.nanoTime().getAsLong();
          return answer;
        } catch (KubernetesClientException e) {
          if (Thread.currentThread().isInterrupted()
              || e.getCause() instanceof InterruptedException) {
            throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
          }
          if (e.getCode() > 0 && e.getCode() < SERVER_ERROR && e.getCode() != TOO_MANY_REQUESTS) {
            throw new JobFailedException(
                "the cluster at %s refuses (%s): check kubernetes.template, kubernetes.namespace and what the trainer's account may do%s"
                    .formatted(
                        client.getMasterUrl(),
                        message(e),
                        e.getCode() == NOT_FOUND ? "; does the namespace exist?" : ""));
          }
          long silent = pace.nanoTime().getAsLong() - lastAnswer;
          if (silent > pace.patience().toNanos()) {
            throw new JobFailedException(
                "the cluster at %s was out of reach for %d s, which is more than kubernetes.patience.seconds (%s)"
                    .formatted(
                        client.getMasterUrl(), Duration.ofNanos(silent).toSeconds(), message(e)));
          }
          Thread.sleep(pace.poll().toMillis());
        }
      }
    }
  }
}
