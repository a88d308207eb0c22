package io.sluice.gpuworker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchLibraryTest {
  @TempDir private Path folder;
  private Path packages;
  private Path lib;

  @BeforeEach
  void createPackage() throws IOException {
    packages = folder.resolve("lib/python3.11/site-packages");
    lib = Files.createDirectories(packages.resolve("torch/lib"));
    Files.createFile(lib.resolve("libtorch.so"));
  }

  @Test
  void givenThePackageWithCuda_whenItIsFound_thenBothVersionsAreKnownAndItFits()
      throws IOException {
    version("2.7.1+cu128", "'12.8'");
    Files.createFile(lib.resolve("libtorch_cuda.so"));

    TorchLibrary library = TorchLibrary.find("/nowhere" + File.pathSeparator + lib);

    assertThat(library.version()).isEqualTo("2.7.1+cu128");
    assertThat(library.cuda()).contains("12.8");
    assertThatCode(() -> library.requireFitting("2.7.1", "12.8")).doesNotThrowAnyException();
  }

  @Test
  void givenAnotherMinorVersionOfCuda_whenChecked_thenItFits() throws IOException {
    version("2.7.1", "'12.6'");
    Files.createFile(lib.resolve("libtorch_cuda.so"));
    assertThatCode(() -> TorchLibrary.find(lib.toString()).requireFitting("2.7.1", "12.8"))
        .doesNotThrowAnyException();
  }

  @Test
  void givenAnotherVersion_whenChecked_thenTheMessageNamesBoth() throws IOException {
    version("2.13.0+cpu", "None");
    TorchLibrary library = TorchLibrary.find(lib.toString());
    assertThat(library.cuda()).isEmpty();
    assertThatThrownBy(() -> library.requireFitting("2.7.1", "12.8"))
        .isInstanceOf(UnusableDeviceException.class)
        .hasMessageContainingAll("2.13.0+cpu", "needs 2.7.1", "PYTORCH_LIBRARY_PATH");
  }

  @Test
  void givenAnotherCuda_whenChecked_thenTheMessageNamesBoth() throws IOException {
    version("2.7.1+cu118", "'11.8'");
    Files.createFile(lib.resolve("libtorch_cuda.so"));
    assertThatThrownBy(() -> TorchLibrary.find(lib.toString()).requireFitting("2.7.1", "12.8"))
        .hasMessageContainingAll("CUDA 11.8", "CUDA 12.x");
  }

  @Test
  void givenAnUnpackedArchive_whenItIsFound_thenItsVersionIsRead() throws IOException {
    Files.writeString(packages.resolve("torch/build-version"), "2.7.1+cu128\n");
    Files.createFile(lib.resolve("libtorch_cuda.so"));
    TorchLibrary library = TorchLibrary.find(lib.toString());
    assertThat(library.version()).isEqualTo("2.7.1+cu128");
    assertThat(library.cuda()).contains("12.8");
  }

  @Test
  void givenNoLibraryOrNoVersion_whenSearched_thenTheMessageSaysWhatToName() {
    assertThatThrownBy(() -> TorchLibrary.find(folder.toString()))
        .hasMessageContainingAll(folder.toString(), "libtorch.so", "torch/lib");
    assertThatThrownBy(() -> TorchLibrary.find(lib.toString()))
        .hasMessageContainingAll(lib.toString(), "version.py");
  }

  @Test
  void givenCudasRuntimeInItsOwnPackage_whenSearched_thenItIsFound() throws IOException {
    version("2.7.1+cu128", "'12.8'");
    assertThat(TorchLibrary.find(lib.toString()).cudaRuntime()).isEmpty();
    Path runtime = Files.createDirectories(packages.resolve("nvidia/cuda_runtime/lib"));
    Path file = Files.createFile(runtime.resolve("libcudart.so.12"));
    assertThat(TorchLibrary.find(lib.toString()).cudaRuntime()).contains(file);
  }

  @Test
  void givenTheProgramsOwnBridge_whenItsVersionIsRead_thenItHasOneForCuda() {
    assertThat(PyTorch.version()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(
            getClass()
                .getResource("/jnilib/linux-x86_64/" + PyTorch.CUDA_FLAVOR + "/libdjl_torch.so"))
        .isNotNull();
  }

  private void version(String version, String cuda) throws IOException {
    Files.writeString(
        packages.resolve("torch/version.py"),
        "from typing import Optional\n\n__all__ = ['__version__', 'debug', 'cuda']\n__version__ = '%s'\ndebug = False\ncuda: Optional[str] = %s\n"
            .formatted(version, cuda));
  }
}
