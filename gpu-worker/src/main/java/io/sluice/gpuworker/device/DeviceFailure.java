package io.sluice.gpuworker.device;

/**
 * A device failed in a way that this process cannot repair: CUDA answers every further call with
 * the same error. The process has to end, and a new one to take over.
 */
public final class DeviceFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The exit code of a process that ends for this reason, {@code EX_TEMPFAIL} of sysexits.h. No
   * other failure has it, so that a supervisor can treat it in a way of its own.
   */
  public static final int EXIT_CODE = 75;

  private final DeviceFault fault;

  /**
   * Says what happened.
   *
   * @param device the name of the device, such as {@code gpu(0)}
   * @param cause the error of the engine
   */
  public DeviceFailure(String device, DeviceFault fault, Throwable cause) {
    super(device + " " + fault.meaning() + " (" + firstLine(cause) + ")", cause);
    this.fault = fault;
  }

  /** The kind of the error. */
  public DeviceFault fault() {
    return fault;
  }

  /** The lines after the first one are PyTorch's advice for programmers, and a native trace. */
  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }
}
