package io.sluice.gpuworker.device;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The PyTorch engine of this process. It reads most of its settings when it first starts, so every
 * use of it begins here.
 *
 * <p>On the CPU, each operation runs on a single thread, because the examples are distributed over
 * threads.
 */
public final class PyTorch {
  /** The kinds of libraries that DJL has a bridge for: this one, and the one for CPUs. */
  static final String CUDA_FLAVOR = "cu128";

  private static final String CPU_FLAVOR = "cpu";
  private static final String CUDA_VERSION = "12.8";
  private static final String FLAVOR = "PYTORCH_FLAVOR";
  private static final String BRIDGE = "/jnilib/pytorch.properties";
  private static final String SEARCH_PATH = "jna.library.path";

  private PyTorch() {}

  /**
   * The engine; starts it if necessary, with the installation that {@link TorchLibrary#PATH} names,
   * or else with the library on the class path.
   *
   * @throws UnusableDeviceException when that installation does not fit
   * @throws EngineException when the engine does not start
   */
  public static Engine engine() {
    setDefault("ai.djl.pytorch.num_threads", "1");
    setDefault("ai.djl.pytorch.num_interop_threads", "1");
    setDefault("ai.djl.offline", "true");
    installation().ifPresent(PyTorch::use);
    return Engine.getEngine("PyTorch");
  }

  /**
   * The installation that {@link TorchLibrary#PATH} names; empty if it names none.
   *
   * @throws UnusableDeviceException when there is none at that place
   */
  public static Optional<TorchLibrary> installation() {
    return variable(TorchLibrary.PATH).map(TorchLibrary::find);
  }

  /** The version of PyTorch that this program is built for, such as {@code 2.7.1}. */
  public static String version() {
    Properties properties = new Properties();
    try (InputStream in = Engine.class.getResourceAsStream(BRIDGE)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String both = properties.getProperty("jni_version");
    return both.substring(0, both.lastIndexOf('-'));
  }

  private static void use(TorchLibrary library) {
    library.requireFitting(version(), CUDA_VERSION);
    if (variable(FLAVOR).isEmpty()) {
      // DJL would guess it from the version of CUDA that the machine has.
      System.setProperty(FLAVOR, library.cuda().isPresent() ? CUDA_FLAVOR : CPU_FLAVOR);
    }
    if (library.cuda().isPresent() && System.getProperty(SEARCH_PATH) == null) {
      library.cudaRuntime().ifPresent(file -> System.setProperty(SEARCH_PATH, found(file)));
    }
  }

  /**
   * A folder in which the library has the name by which DJL looks for it. Without it, DJL asks the
   * runtime of a CUDA that the machine has besides, which may be too new for the driver, and finds
   * no GPU.
   */
  private static String found(Path cudaRuntime) {
    try {
      Path folder = Files.createTempDirectory("sluice-cuda");
      Path link = folder.resolve(System.mapLibraryName("cudart"));
      Files.createSymbolicLink(link, cudaRuntime);
      folder.toFile().deleteOnExit();
      link.toFile().deleteOnExit();
      return folder.toString();
    } catch (IOException e) {
      throw new UncheckedIOException("no link to " + cudaRuntime + " can be created", e);
    }
  }

  /** The value of an environment variable or, as for DJL, of the system property of its name. */
  static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name))
        .or(() -> Optional.ofNullable(System.getProperty(name)))
        .filter(value -> !value.isEmpty());
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
