package io.sluice.local.services;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.trainer.Trainer;
import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.local.stack.CloseStack;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Streams-app, worker and, if wanted, trainer, running in this process. Whoever starts them closes
 * them; Kafka and the schema registry must outlive them.
 */
public final class LocalServices implements AutoCloseable {
  private final CloseStack parts;
  private final StreamsApp app;
  private final RepresentationWorker worker;
  private final Map<String, CompletableFuture<Void>> ends;

  private LocalServices(
      CloseStack parts,
      StreamsApp app,
      RepresentationWorker worker,
      Map<String, CompletableFuture<Void>> ends) {
    this.parts = parts;
    this.app = app;
    this.worker = worker;
    this.ends = ends;
  }

  /**
   * Starts the services. When one of them cannot start, those that did are closed again.
   *
   * @param representer the worker's model; the caller closes it, after the services
   * @param training the settings of the trainer; empty for none
   * @throws IllegalStateException when the streams-app cannot start; the message says why
   * @throws io.sluice.gpuworker.service.ServiceFailure when the trainer cannot start
   */
  public static LocalServices start(
      StreamsAppConfig selecting,
      WorkerConfig working,
      Representer representer,
      Optional<TrainerConfig> training) {
    CloseStack parts = new CloseStack();
    boolean started = false;
    try {
      Map<String, CompletableFuture<Void>> ends = new LinkedHashMap<>();
      StreamsApp app = parts.push(StreamsApp.start(selecting));
      RepresentationWorker worker = parts.push(new RepresentationWorker(working, representer));
      worker.start();
      ends.put("the worker", watched("worker-watch", worker::awaitEnd));
      ends.put("the streams-app", app.stopped());
      if (training.isPresent()) {
        Trainer trainer = parts.push(new Trainer(training.get()));
        trainer.start();
        ends.put("the trainer", watched("trainer-watch", trainer::awaitEnd));
      }
      started = true;
      return new LocalServices(parts, app, worker, ends);
    } finally {
      if (!started) {
        parts.close();
      }
    }
  }

  /** The running streams-app. */
  public StreamsApp app() {
    return app;
  }

  /** The running worker. */
  public RepresentationWorker worker() {
    return worker;
  }

  /**
   * Checks that all services are running.
   *
   * @throws IllegalStateException when one of them has ended; the message says why
   */
  public void requireRunning() {
    ends.forEach(LocalServices::requireRunning);
  }

  /** Stops the services in the reverse order of their start. */
  @Override
  public void close() {
    parts.close();
  }

  private static void requireRunning(String part, CompletableFuture<Void> end) {
    if (!end.isDone()) {
      return;
    }
    try {
      end.join();
    } catch (CompletionException e) {
      throw new IllegalStateException(part + " failed: " + e.getCause().getMessage(), e);
    }
    throw new IllegalStateException(part + " stopped unexpectedly");
  }

  /** Completes when a call that lasts as long as a service does returns. */
  private static CompletableFuture<Void> watched(String name, Runnable untilEnd) {
    return CompletableFuture.runAsync(
        untilEnd,
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          thread.start();
        });
  }
}
