package io.sluice.gpuworker.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The PyTorch engine on one device that it computes on.
 *
 * <p>On the CPU the engine's operations run on one thread each, since examples are spread over
 * threads; the engine reads that setting once a process, at its first start.
 *
 * @param manager owns all arrays; closing it frees them
 */
public record Torch(NDManager manager) implements AutoCloseable {
  /** Starts the engine, or joins the one that runs: on the first GPU that it sees, else the CPU. */
  public static Torch open() {
    Engine engine = engine();
    return new Torch(engine.newBaseManager(engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu()));
  }

  /** The same on every GPU that it sees, else on the CPU; at least one. */
  public static List<Torch> openAll() {
    Engine engine = engine();
    return engine.getGpuCount() == 0
        ? List.of(open())
        : IntStream.range(0, engine.getGpuCount())
            .mapToObj(gpu -> new Torch(engine.newBaseManager(Device.gpu(gpu))))
            .toList();
  }

  private static Engine engine() {
    setDefault("ai.djl.pytorch.num_threads", "1");
    setDefault("ai.djl.pytorch.num_interop_threads", "1");
    setDefault("ai.djl.offline", "true");
    return Engine.getEngine("PyTorch");
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** For people: {@code cpu} or {@code gpu(0)}. */
  public String device() {
    Device device = manager.getDevice();
    return device.isGpu() ? "gpu(" + device.getDeviceId() + ")" : "cpu";
  }

  /** How many examples are worth computing at once: one a core, or one on a GPU. */
  public int parallelism() {
    return manager.getDevice().isGpu() ? 1 : Runtime.getRuntime().availableProcessors();
  }

  @Override
  public void close() {
    manager.close();
  }
}
