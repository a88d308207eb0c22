package io.sluice.gpuworker.cli;

/** Runs a service until it ends, and closes it when the JVM is told to stop. */
final class StopOnShutdown {
  private StopOnShutdown() {}

  /**
   * Runs.
   *
   * @param close closes the service and returns when it has ended
   * @param run starts it and returns when it has ended
   */
  static void during(Runnable close, Runnable run) {
    Thread stopping = new Thread(close, "sluice-stop");
    Runtime.getRuntime().addShutdownHook(stopping);
    try {
      run.run();
    } finally {
      remove(stopping);
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shutdownHasBegun) {
      // It is the hook that ended the service.
    }
  }
}
