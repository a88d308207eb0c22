package io.sluice.gpuworker.job;

/** How the work on a job ended. */
public sealed interface Ending {
  /**
   * All arms are trained and evaluated.
   *
   * @param output folder of the job's models
   * @param detail what people should know of it; may be empty
   */
  record Finished(String output, String detail) implements Ending {}

  /**
   * It cannot be done.
   *
   * @param reason for people, with what to do
   */
  record Failed(String reason) implements Ending {}

  /** It was stopped on demand. */
  record Stopped() implements Ending {}

  /**
   * There was nothing to do.
   *
   * @param reason for the log
   */
  record PassedOver(String reason) implements Ending {}
}
