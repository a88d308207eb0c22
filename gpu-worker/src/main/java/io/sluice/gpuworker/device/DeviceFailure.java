package io.sluice.gpuworker.device;

import ai.djl.engine.EngineException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

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

  /**
   * The failure that an exception stands for: that an error of the engine behind it means that the
   * process cannot use the device any more.
   *
   * @param device the name of the device
   */
  public static Optional<DeviceFailure> behind(Throwable failure, String device) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .filter(cause -> cause instanceof EngineException)
        .filter(cause -> !DeviceFault.of(cause).isRepairable())
        .findFirst()
        .map(cause -> new DeviceFailure(device, DeviceFault.of(cause), cause));
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
