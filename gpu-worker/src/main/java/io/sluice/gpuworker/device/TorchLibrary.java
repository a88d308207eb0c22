package io.sluice.gpuworker.device;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An installation of PyTorch that the program uses instead of the library that it brings: of
 * Python's package {@code torch}, or an unpacked libtorch.
 *
 * @param folder holds {@code libtorch.so}
 * @param version as the installation names it, such as {@code 2.7.1+cu128}
 * @param cuda the version of CUDA that it was built for, such as {@code 12.8}; empty if it was
 *     built for CPUs
 */
public record TorchLibrary(Path folder, String version, Optional<String> cuda) {
  /** The environment variable, or system property, that names the folder. */
  public static final String PATH = "PYTORCH_LIBRARY_PATH";

  private static final String LIBRARY = System.mapLibraryName("torch");
  private static final String WITH_CUDA = System.mapLibraryName("torch_cuda");

  /** Python's package, whose folder {@code lib} has the library. */
  private static final String PACKAGE_FILE = "version.py";

  private static final Pattern PACKAGE_VERSION =
      Pattern.compile("^__version__\\s*=\\s*['\"]([^'\"]+)['\"]", Pattern.MULTILINE);
  private static final Pattern PACKAGE_CUDA =
      Pattern.compile("^cuda\\b[^=]*=\\s*['\"]([^'\"]+)['\"]", Pattern.MULTILINE);

  /** An unpacked libtorch, whose folder {@code lib} has the library. */
  private static final String ARCHIVE_FILE = "build-version";

  /** The end of a version that names CUDA: the last digit is its minor version. */
  private static final Pattern LOCAL_CUDA = Pattern.compile("\\+cu(\\d+)(\\d)\\b");

  /**
   * Finds the installation that a path names.
   *
   * @param path folders, separated like those of a search path; the first one with the library
   *     counts
   * @throws UnusableDeviceException when none has the library, or the installation does not tell
   *     its version
   */
  static TorchLibrary find(String path) {
    for (String folder : path.split(File.pathSeparator)) {
      if (Files.isRegularFile(Path.of(folder, LIBRARY))) {
        return read(Path.of(folder).toAbsolutePath().normalize());
      }
    }
    throw new UnusableDeviceException(
        PATH
            + " is "
            + path
            + ", where there is no "
            + LIBRARY
            + ": name the folder torch/lib of an installation of PyTorch, or leave it unset");
  }

  private static TorchLibrary read(Path folder) {
    try {
      Path packaged = folder.resolveSibling(PACKAGE_FILE);
      if (Files.isRegularFile(packaged)) {
        String text = Files.readString(packaged);
        return new TorchLibrary(
            folder,
            group(PACKAGE_VERSION, text).orElseThrow(() -> noVersion(folder)),
            builtForCuda(folder, group(PACKAGE_CUDA, text)));
      }
      Path unpacked = folder.resolveSibling(ARCHIVE_FILE);
      if (Files.isRegularFile(unpacked)) {
        String version = Files.readString(unpacked).strip();
        Matcher cuda = LOCAL_CUDA.matcher(version);
        return new TorchLibrary(
            folder,
            version,
            builtForCuda(
                folder,
                cuda.find() ? Optional.of(cuda.group(1) + "." + cuda.group(2)) : Optional.empty()));
      }
      throw noVersion(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the version of PyTorch in " + folder + " cannot be read", e);
    }
  }

  /** A version may name CUDA although the libraries for it are not installed. */
  private static Optional<String> builtForCuda(Path folder, Optional<String> named) {
    return named.filter(version -> Files.isRegularFile(folder.resolve(WITH_CUDA)));
  }

  private static Optional<String> group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static UnusableDeviceException noVersion(Path folder) {
    return new UnusableDeviceException(
        "PyTorch in "
            + folder
            + " does not tell its version: neither "
            + PACKAGE_FILE
            + " nor "
            + ARCHIVE_FILE
            + " beside the folder does. Name the folder torch/lib of a whole installation in "
            + PATH);
  }

  /**
   * Requires that this program can use the installation: C++ libraries of PyTorch are compatible
   * within one version only.
   *
   * @param wanted the version that the program is built for, such as {@code 2.7.1}
   * @param wantedCuda the version of CUDA, such as {@code 12.8}, of which only the major one counts
   * @throws UnusableDeviceException when it has another version; the message names both
   */
  void requireFitting(String wanted, String wantedCuda) {
    String own = version.split("\\+", 2)[0];
    boolean cudaFits = cuda.map(TorchLibrary::major).map(major(wantedCuda)::equals).orElse(true);
    if (!own.equals(wanted) || !cudaFits) {
      throw new UnusableDeviceException(
          "PyTorch in %s is %s%s, but Sluice needs %s, for CPUs or with CUDA %s.x: install torch==%s, or unset %s to use the one that Sluice brings"
              .formatted(
                  folder,
                  version,
                  cuda.map(each -> " with CUDA " + each).orElse(""),
                  wanted,
                  major(wantedCuda),
                  wanted,
                  PATH));
    }
  }

  private static String major(String version) {
    return version.split("\\.", 2)[0];
  }

  /**
   * The library by which programs ask CUDA for its devices, {@code libcudart}: in the installation,
   * in Python's packages beside it, or in the environment of conda around it. Empty if it is in
   * none of them.
   */
  Optional<Path> cudaRuntime() {
    Path packages = folder.resolve("../..").normalize();
    List<Path> places =
        List.of(
            folder,
            packages.resolve("nvidia/cuda_runtime/lib"),
            packages.resolve("../..").normalize());
    return places.stream().flatMap(place -> cudaRuntime(place).stream()).findFirst();
  }

  private static Optional<Path> cudaRuntime(Path place) {
    if (!Files.isDirectory(place)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(place)) {
      return files
          .filter(file -> file.getFileName().toString().matches("libcudart(-\\w+)?\\.so(\\.\\d+)*"))
          .min(Path::compareTo);
    } catch (IOException e) {
      throw new UncheckedIOException(place + " cannot be listed", e);
    }
  }
}
