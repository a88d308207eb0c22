package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.model.Torch;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/** Work on one device, which frees what it has allocated there when it ends. */
final class DeviceUse {
  private DeviceUse() {}

  /** Work on a device. */
  @FunctionalInterface
  interface Work<T> {
    /** Does the work. */
    T on(Torch torch) throws IOException, InterruptedException;
  }

  /**
   * Does work on the chosen device.
   *
   * @throws DeviceFailure when the process cannot use the device any more. Memory of a lost device
   *     is left to the end of the process: CUDA refuses to free it, and some of PyTorch's
   *     destructors then abort the JVM.
   */
  static <T> T of(DeviceChoice device, Work<T> work) throws IOException, InterruptedException {
    Torch torch = Torch.open(device);
    Optional<DeviceFailure> lost = Optional.empty();
    try {
      return work.on(torch);
    } catch (RuntimeException e) {
      lost = DeviceFailure.behind(e, torch.device());
      throw lost.<RuntimeException>map(Function.identity()).orElse(e);
    } finally {
      if (lost.isEmpty()) {
        torch.close();
      }
    }
  }
}
