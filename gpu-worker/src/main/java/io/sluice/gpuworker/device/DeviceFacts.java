package io.sluice.gpuworker.device;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be found out about GPUs on this machine, from the driver up to the engine.
 *
 * @param driver the version of NVIDIA's driver in the kernel; empty if it is not loaded
 * @param answer what the driver says of its GPUs
 * @param variables the environment variables by which CUDA hides and numbers GPUs
 * @param engine what the engine says
 */
public record DeviceFacts(
    Optional<String> driver, GpuDriver.Answer answer, CudaVariables variables, Started engine) {
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
  private static final Pattern DRIVER_VERSION =
      Pattern.compile("\\b(\\d{3}\\.\\d+(?:\\.\\d+)?)\\b");

  /**
   * The engine after an attempt to start it.
   *
   * @param version of PyTorch, for which the program is built
   * @param library where the library is; empty if it does not start
   * @param cuda whether it is built for CUDA
   * @param runtime whether the library is found by which it asks CUDA for its devices
   * @param gpus the number of GPUs that it sees
   * @param problem why it does not start; empty if it does
   */
  public record Started(
      String version, String library, boolean cuda, boolean runtime, int gpus, String problem) {}

  /** Finds them out. Starts the engine if necessary. */
  public static DeviceFacts collect() throws InterruptedException {
    return new DeviceFacts(
        driver(DRIVER), NvidiaSmi.DEFAULT.ask(), CudaVariables.ofEnvironment(), started());
  }

  static Optional<String> driver(Path file) {
    try {
      Matcher version = DRIVER_VERSION.matcher(Files.readString(file));
      return version.find() ? Optional.of(version.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Started started() {
    try {
      Engine engine = PyTorch.engine();
      return new Started(
          PyTorch.version(),
          LibUtils.getLibtorchPath(),
          engine.hasCapability(StandardCapabilities.CUDA),
          hasRuntime(),
          engine.getGpuCount(),
          "");
    } catch (UnusableDeviceException | EngineException e) {
      return new Started(PyTorch.version(), "", false, false, 0, String.valueOf(e.getMessage()));
    }
  }

  private static boolean hasRuntime() {
    try {
      return CudaUtils.getCudaVersion() > 0;
    } catch (IllegalStateException | EngineException e) {
      return false;
    }
  }
}
