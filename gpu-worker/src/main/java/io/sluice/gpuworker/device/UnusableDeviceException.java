package io.sluice.gpuworker.device;

/** The engine or a device cannot be used as it was asked for. */
public final class UnusableDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says why.
   *
   * @param message what is wrong and what to do, for people
   */
  public UnusableDeviceException(String message) {
    super(message);
  }
}
