package io.sluice.gpuworker.launch;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The launchers of a trainer, by the names that jobs and settings use. A new kind of launcher is
 * added in {@link #open}.
 *
 * @param byName the launchers that are set up
 * @param standard the name of the launcher for jobs that name none
 */
public record Launchers(Map<String, Launcher> byName, String standard) implements AutoCloseable {
  /** Trains in the trainer's own process. */
  public static final String BUILTIN = "builtin";

  /** Trains by a user's program. */
  public static final String COMMAND = "command";

  /** Trains by a Kubernetes Job. */
  public static final String KUBERNETES = "kubernetes";

  private static final Duration KUBERNETES_POLL = Duration.ofSeconds(2);
  private static final String SETTINGS_NEEDED =
      "command needs command.line, kubernetes needs kubernetes.template";

  public Launchers {
    byName = Map.copyOf(byName);
  }

  /**
   * Sets up all launchers that the settings ask for.
   *
   * @throws IOException when the Kubernetes template cannot be read or is not a template of a Job
   * @throws IllegalArgumentException when the standard launcher is not among them; the message says
   *     what to do
   */
  public static Launchers open(LauncherSettings settings) throws IOException {
    Map<String, Launcher> byName = new TreeMap<>();
    byName.put(BUILTIN, new BuiltinLauncher(settings.compute(), settings.checkpointSteps()));
    settings.command().ifPresent(command -> byName.put(COMMAND, new CommandLauncher(command)));
    if (settings.kubernetes().isPresent()) {
      byName.put(KUBERNETES, kubernetes(settings.kubernetes().get()));
    }
    if (!byName.containsKey(settings.standard())) {
      byName.values().forEach(Launcher::close);
      throw new IllegalArgumentException(
          "launcher=%s is not set up: use one of %s; %s"
              .formatted(settings.standard(), byName.keySet(), SETTINGS_NEEDED));
    }
    return new Launchers(byName, settings.standard());
  }

  /** The launcher retries by itself, so the client must not. */
  private static Launcher kubernetes(LauncherSettings.Kubernetes settings) throws IOException {
    KubernetesJobTemplate template = KubernetesJobTemplate.read(settings.template());
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder().withRequestRetryBackoffLimit(0).build())
            .build();
    return new KubernetesLauncher(
        client,
        template,
        settings.namespace(),
        new KubernetesLauncher.Pace(KUBERNETES_POLL, settings.patience(), System::nanoTime));
  }

  /** The names of the launchers, sorted. */
  public SortedSet<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /**
   * The name of the launcher for a job.
   *
   * @param asked the launcher that the job names; empty when it names none
   */
  public String nameFor(String asked) {
    return asked.isEmpty() ? standard : asked;
  }

  /**
   * A launcher by its name.
   *
   * @throws JobFailedException when this trainer has no launcher of that name
   */
  public Launcher find(String name) throws JobFailedException {
    Launcher found = byName.get(name);
    if (found == null) {
      throw new JobFailedException(
          "launcher '%s' is not set up here: this trainer has %s; %s"
              .formatted(name, String.join(", ", names()), SETTINGS_NEEDED));
    }
    return found;
  }

  /** Closes all launchers. */
  @Override
  public void close() {
    byName.values().forEach(Launcher::close);
  }
}
