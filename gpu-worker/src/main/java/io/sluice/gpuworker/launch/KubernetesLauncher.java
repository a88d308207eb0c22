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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains by a Kubernetes Job that is created from a template. The Job's name is derived from the
 * run, so a trainer that takes over a run finds the Job that an earlier trainer has created, and
 * waits for that one.
 */
final class KubernetesLauncher implements Launcher {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesLauncher.class);
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  /** With the prefix, the hash and two hyphens a name has at most 63 characters, as labels do. */
  private static final int MAX_SLUG_CHARACTERS = 36;

  private static final int HASH_CHARACTERS = 16;

  private final KubernetesClient client;
  private final KubernetesJobTemplate template;
  private final Optional<String> namespace;
  private final Pace pace;

  /**
   * The launcher's times.
   *
   * @param poll time between two requests for the state of a Job
   * @param patience how long the cluster may be unreachable before the job fails
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  record Pace(Duration poll, Duration patience, LongSupplier nanoTime) {}

  /**
   * A launcher for one cluster.
   *
   * @param client is closed with this
   * @param namespace when empty, that of the template, else that of the client's configuration
   */
  KubernetesLauncher(
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

  /** The Job's name, a DNS label: the end of job id, arm and seed, then a hash of the run. */
  static String name(TrainingOrder order) {
    String slug =
        (order.job().getJobId() + "-" + order.run().label())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-");
    String cut =
        slug.substring(Math.max(0, slug.length() - MAX_SLUG_CHARACTERS)).replaceAll("^-+", "");
    return "sluice-" + cut + "-" + order.folder().identity().substring(0, HASH_CHARACTERS);
  }

  @Override
  public Trained train(TrainingOrder order, RunControl control)
      throws JobFailedException, IOException, InterruptedException {
    Job wanted = template.fill(order.values(), name(order), namespace(template));
    Resource<Job> resource = client.resource(wanted);
    Requests requests = new Requests();
    long begin = pace.nanoTime().getAsLong();
    try {
      if (requests.send(resource::get) == null) {
        order.folder().clearWriting();
        create(resource, requests);
      }
      LOG.atInfo().addKeyValue("name", wanted.getMetadata().getName()).log("Kubernetes Job runs");
      while (!isDone(requests.send(resource::get), wanted)) {
        requireInTime(order, begin);
        Thread.sleep(pace.poll().toMillis());
      }
      return new Trained(order.folder().writing(), 0, "");
    } catch (InterruptedException e) {
      if (control.stopReason().equals(Optional.of(StopReason.CANCELLED))) {
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

  /**
   * A Job that exists already was created by an earlier trainer, or by an attempt that timed out.
   */
  private static void create(Resource<Job> resource, Requests requests)
      throws JobFailedException, InterruptedException {
    requests.send(
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

  /** Deletes the Job with its pods. A failure is only logged, since the run ends anyway. */
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

  /** The message of the root cause: the client's own message only names the operation. */
  private static String message(KubernetesClientException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return Objects.toString(root.getMessage(), root.getClass().getSimpleName());
  }

  /** Requests to the cluster, each repeated while the cluster is unreachable. */
  private final class Requests {
    private long lastResponse = pace.nanoTime().getAsLong();

    <T> T send(Supplier<T> request) throws JobFailedException, InterruptedException {
      while (true) {
        try {
          T response = request.get();
          lastResponse = pace.nanoTime().getAsLong();
          return response;
        } catch (KubernetesClientException e) {
          if (Thread.currentThread().isInterrupted()
              || e.getCause() instanceof InterruptedException) {
            throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
          }
          if (e.getCode() > 0 && e.getCode() < SERVER_ERROR && e.getCode() != TOO_MANY_REQUESTS) {
            throw new JobFailedException(
                "the cluster at %s refuses (%s): check kubernetes.template, kubernetes.namespace and the permissions of the trainer's account%s"
                    .formatted(
                        client.getMasterUrl(),
                        message(e),
                        e.getCode() == NOT_FOUND ? "; does the namespace exist?" : ""));
          }
          long silent = pace.nanoTime().getAsLong() - lastResponse;
          if (silent > pace.patience().toNanos()) {
            throw new JobFailedException(
                "the cluster at %s was unreachable for %d s, which is more than kubernetes.patience.seconds (%s)"
                    .formatted(
                        client.getMasterUrl(), Duration.ofNanos(silent).toSeconds(), message(e)));
          }
          Thread.sleep(pace.poll().toMillis());
        }
      }
    }
  }
}
