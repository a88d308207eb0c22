package io.sluice.gpuworker.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.PyTorch;
import io.sluice.gpuworker.device.UnusableDeviceException;
import java.util.List;

/**
 * The PyTorch engine on one device, a GPU or the CPU.
 *
 * @param manager owns all arrays on the device; closing it frees them
 */
public record Torch(NDManager manager) implements AutoCloseable {
  /** Opens the first visible GPU, or the CPU if there is none. Starts the engine if necessary. */
  public static Torch open() {
    return open(DeviceChoice.AUTO);
  }

  /**
   * Opens the first of the devices that were chosen.
   *
   * @throws UnusableDeviceException when one is not there
   */
  public static Torch open(DeviceChoice choice) {
    Engine engine = PyTorch.engine();
    return on(
        choice.gpus(engine.getGpuCount()).stream()
            .findFirst()
            .map(Device::gpu)
            .orElse(Device.cpu()));
  }

  /**
   * Opens the devices that were chosen. The list is never empty.
   *
   * @throws UnusableDeviceException when one is not there
   */
  public static List<Torch> openAll(DeviceChoice choice) {
    List<Integer> gpus = choice.gpus(PyTorch.engine().getGpuCount());
    return gpus.isEmpty()
        ? List.of(on(Device.cpu()))
        : gpus.stream().map(number -> on(Device.gpu(number))).toList();
  }

  private static Torch on(Device device) {
    return new Torch(PyTorch.engine().newBaseManager(device));
  }

  /** Opens the same device once more. */
  public Torch anew() {
    return on(manager.getDevice());
  }

  /** The name of the device in logs and reports: {@code cpu} or {@code gpu(0)}. */
  public String device() {
    Device device = manager.getDevice();
    return device.isGpu() ? "gpu(" + device.getDeviceId() + ")" : "cpu";
  }

  /** Whether the device is a GPU. */
  public boolean isGpu() {
    return manager.getDevice().isGpu();
  }

  @Override
  public void close() {
    manager.close();
  }
}
