package io.sluice.gpuworker.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The PyTorch engine on one device, a GPU or the CPU.
 *
 * <p>On the CPU, each operation of the engine runs on a single thread, because the examples are
 * distributed over threads. The engine reads this setting once per process, when it first starts.
 *
 * @param manager owns all arrays on the device; closing it frees them
 */
public record Torch(NDManager manager) implements AutoCloseable {
  /** Opens the first visible GPU, or the CPU if there is none. Starts the engine if necessary. */
  public static Torch open() {
    Engine engine = engine();
    return new Torch(engine.newBaseManager(engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu()));
  }

  /** Opens every visible GPU, or the CPU if there is none. The list is never empty. */
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

  /** The name of the device in logs and reports: {@code cpu} or {@code gpu(0)}. */
  public String device() {
    Device device = manager.getDevice();
    return device.isGpu() ? "gpu(" + device.getDeviceId() + ")" : "cpu";
  }

  /** How many examples to compute concurrently: one per core on the CPU, one on a GPU. */
  public int parallelism() {
    return manager.getDevice().isGpu() ? 1 : Runtime.getRuntime().availableProcessors();
  }

  @Override
  public void close() {
    manager.close();
  }
}
