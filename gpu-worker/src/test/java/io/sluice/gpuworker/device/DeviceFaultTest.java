package io.sluice.gpuworker.device;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages as PyTorch 2, its libraries and ONNX Runtime write them. */
class DeviceFaultTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OUT_OF_MEMORY | CUDA out of memory. Tried to allocate 146.00 MiB. GPU 0 has a total"
            + " capacity of 8.00 GiB of which 0 bytes is free.",
        "OUT_OF_MEMORY | CUDA error: out of memory",
        "OUT_OF_MEMORY | CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"
            + " `cublasCreate(handle)`",
        "OUT_OF_MEMORY | [enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't"
            + " allocate memory: you tried to allocate 68719476736 bytes. Error code 12 (Cannot"
            + " allocate memory)",
        "OUT_OF_MEMORY | std::bad_alloc",
        "ECC | CUDA error: uncorrectable ECC error encountered",
        "ECC | CUDA error: uncorrectable NVLink error detected during the execution",
        "LOST | CUDA error: unspecified launch failure",
        "LOST | CUDA error: an illegal memory access was encountered",
        "LOST | CUDA error: the launch timed out and was terminated",
        "LOST | CUDA error: device-side assert triggered",
        "LOST | CUDA error: unknown error",
        "LOST | CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa,"
            + " opb, m, n, k, &alpha, a, lda, b, ldb, &beta, c, ldc)`",
        "ENGINE | CUDA error: all CUDA-capable devices are busy or unavailable",
        "ENGINE | CUDA error: too many resources requested for launch",
        "ENGINE | The size of tensor a (3) must match the size of tensor b (4) at non-singleton"
            + " dimension 1",
      })
  void givenAMessageOfTheEngine_whenItIsRead_thenItsKindIsKnown(DeviceFault fault, String message) {
    String withAdvice =
        message
            + "\n"
            + "CUDA kernel errors might be asynchronously reported at some other API call, so the"
            + " stacktrace below might be incorrect.";
    assertThat(DeviceFault.of(new EngineException(withAdvice))).isEqualTo(fault);
  }

  @Test
  void givenTheJvmsOwnError_whenItIsRead_thenMemoryRanOut() {
    assertThat(DeviceFault.of(new OutOfMemoryError("Java heap space")))
        .isEqualTo(DeviceFault.OUT_OF_MEMORY);
    assertThat(DeviceFault.of(new EngineException((String) null))).isEqualTo(DeviceFault.ENGINE);
  }

  @Test
  void givenALostDevice_whenItIsReported_thenTheMessageNamesItAndSaysWhatToDo() {
    EngineException cause =
        new EngineException(
            "CUDA error: unspecified launch failure\nCompile with TORCH_USE_CUDA_DSA");
    assertThat(new DeviceFailure("gpu(1)", DeviceFault.of(cause), cause))
        .hasMessageContainingAll("gpu(1)", "start it again", "unspecified launch failure")
        .hasMessageNotContaining("TORCH_USE_CUDA_DSA");
  }

  @Test
  void givenAFailureOfWork_whenTheEngineIsBehindIt_thenALostDeviceIsFound() {
    EngineException lost = new EngineException("CUDA error: unspecified launch failure");

    assertThat(DeviceFailure.behind(new IllegalStateException("a pack failed", lost), "gpu(0)"))
        .hasValueSatisfying(failure -> assertThat(failure.fault()).isEqualTo(DeviceFault.LOST));
    assertThat(DeviceFailure.behind(new EngineException("CUDA out of memory"), "gpu(0)")).isEmpty();
    assertThat(DeviceFailure.behind(new IllegalStateException(lost.getMessage()), "gpu(0)"))
        .as("what another program has written")
        .isEmpty();
  }
}
