package io.sluice.gpuworker.service;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.gpuworker.device.Gpu;
import io.sluice.gpuworker.device.GpuDriver;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The memory and the utilization of the machine's GPUs, as the driver tells them; absent where
 * there is none. Each has the number by which the driver counts it, also when CUDA hides some from
 * this process and numbers the others anew. A thread of its own asks every 15 seconds, so that a
 * driver that does not answer holds up neither the work nor the metrics.
 */
public final class DeviceMetrics implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final double PERCENT = 100;

  private final MeterRegistry registry;
  private final String prefix;
  private final GpuDriver driver;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DeviceMetrics::thread);

  private final CompletableFuture<Void> measured = new CompletableFuture<>();

  /** The latest values by the numbers of the GPUs; empty after an attempt that failed. */
  private volatile Map<Integer, Gpu> latest = Map.of();

  /**
   * Metrics that are not measured yet.
   *
   * @param prefix of their names, such as {@code sluice.worker}
   * @param driver tells the values
   */
  public DeviceMetrics(MeterRegistry registry, String prefix, GpuDriver driver) {
    this.registry = registry;
    this.prefix = prefix;
    this.driver = driver;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "sluice-device-metrics");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to measure. Does nothing more when the driver has no GPU at first. */
  public void start() {
    thread.execute(this::begin);
  }

  /**
   * Completes when the driver has been asked for the first time and the metrics of its GPUs have
   * values. Callers must not complete it.
   */
  public CompletableFuture<Void> measured() {
    return measured;
  }

  private void begin() {
    measure();
    latest.keySet().forEach(this::register);
    measured.complete(null);
    if (!latest.isEmpty()) {
      thread.scheduleWithFixedDelay(
          this::measure, INTERVAL.toSeconds(), INTERVAL.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private void measure() {
    try {
      latest =
          driver.ask().gpus().stream().collect(Collectors.toMap(Gpu::number, Function.identity()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void register(int number) {
    gauge(
        number,
        "device.memory.used.bytes",
        "Memory that all processes together use of a GPU, by its number in nvidia-smi.",
        gpu -> gpu.usedBytes().stream().asDoubleStream());
    gauge(
        number,
        "device.memory.total.bytes",
        "Memory that a GPU has, by its number in nvidia-smi.",
        gpu -> gpu.totalBytes().stream().asDoubleStream());
    gauge(
        number,
        "device.utilization",
        "Share of the last moments in which a GPU computed, 0 to 1, by its number in nvidia-smi.",
        gpu -> gpu.busyPercent().stream().mapToDouble(percent -> percent / PERCENT));
    gauge(
        number,
        "device.ecc.errors",
        "Uncorrectable errors of a GPU's memory since its driver was loaded, by its number in"
            + " nvidia-smi.",
        gpu -> gpu.eccErrors().stream().asDoubleStream());
  }

  /** A value that is not known is reported as NaN. */
  private void gauge(int number, String name, String what, Function<Gpu, DoubleStream> value) {
    Gauge.builder(
            prefix + "." + name,
            this,
            metrics ->
                Optional.ofNullable(metrics.latest.get(number)).stream()
                    .flatMapToDouble(value)
                    .findFirst()
                    .orElse(Double.NaN))
        .description(what)
        .tag("gpu", String.valueOf(number))
        .register(registry);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
