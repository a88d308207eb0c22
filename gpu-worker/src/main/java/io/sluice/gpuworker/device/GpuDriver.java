package io.sluice.gpuworker.device;

import java.util.List;

/** Tells which GPUs the machine has, and how busy they are. */
@FunctionalInterface
public interface GpuDriver {
  /**
   * What a driver answers.
   *
   * @param gpus in the driver's order
   * @param problem why there is no answer, as a phrase; empty if there is one
   */
  record Answer(List<Gpu> gpus, String problem) {
    /** Copies the list. */
    public Answer {
      gpus = List.copyOf(gpus);
    }

    static Answer none(String problem) {
      return new Answer(List.of(), problem);
    }
  }

  /** Asks; blocks until there is an answer. */
  Answer ask() throws InterruptedException;
}
