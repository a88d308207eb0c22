package io.sluice.gpuworker.device;

import java.util.List;
import java.util.Locale;

/**
 * What an error of the engine means for the work on a device. PyTorch reports its errors as texts,
 * of which DJL makes {@code EngineException}s, so they are told apart by parts of these texts.
 */
public enum DeviceFault {
  /** Memory ran out. The device works on; a smaller piece of work may fit. */
  OUT_OF_MEMORY("out-of-memory", "has too little memory: lower tokens.in.flight"),
  /** The memory of the device, or a link to another one, returned a wrong value. */
  ECC(
      "ecc",
      "has an uncorrectable error of its memory: start the process again, and replace the device if"
          + " it happens again"),
  /**
   * The process has lost the device: it fell off the bus, or CUDA refuses further work after an
   * earlier error.
   */
  LOST("lost", "is lost for this process: start it again, and look for Xid in the kernel's log"),
  /** Any other error. */
  ENGINE("engine", "fails: start the process again, and report it if it happens again");

  /**
   * How PyTorch, on a GPU and on a CPU, its libraries, and ONNX Runtime say that memory ran out.
   * CUDA's libraries report a handle that they have no memory for as an initialization that failed
   * to allocate.
   */
  private static final List<String> MEMORY =
      List.of(
          "out of memory",
          "can't allocate memory",
          "not enough memory",
          "failed to allocate memory",
          "bad allocation",
          "bad_alloc",
          "status_alloc_failed");

  private static final List<String> WRONG_MEMORY =
      List.of("uncorrectable ecc error", "uncorrectable nvlink error");

  /** How PyTorch begins the text of an error that CUDA's runtime has returned. */
  private static final String OF_CUDA = "cuda error:";

  /**
   * Errors of CUDA after which other work is still accepted. CUDA documents for most others that
   * the process must be ended to use CUDA again.
   */
  private static final List<String> TEMPORARY =
      List.of(
          "busy or unavailable",
          "too many resources requested for launch",
          "invalid configuration argument",
          "invalid argument",
          "operation not permitted",
          "system not yet initialized");

  private final String label;
  private final String meaning;

  DeviceFault(String label, String meaning) {
    this.label = label;
    this.meaning = meaning;
  }

  /** The meaning of an error that the engine, or the JVM, has thrown. */
  public static DeviceFault of(Throwable error) {
    String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    if (error instanceof OutOfMemoryError || contains(text, MEMORY)) {
      return OUT_OF_MEMORY;
    }
    if (contains(text, WRONG_MEMORY)) {
      return ECC;
    }
    return text.contains(OF_CUDA) && !contains(text, TEMPORARY) ? LOST : ENGINE;
  }

  private static boolean contains(String text, List<String> parts) {
    return parts.stream().anyMatch(text::contains);
  }

  /** The name in metrics and logs. */
  public String label() {
    return label;
  }

  /** Whether the process can use the device again without being started anew. */
  public boolean isRepairable() {
    return this == OUT_OF_MEMORY || this == ENGINE;
  }

  /** What is the matter with the device and what to do, as the end of a sentence. */
  String meaning() {
    return meaning;
  }
}
