package io.sluice.gpuworker.representation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The time that each stage of representing examples has taken, summed over all threads.
 * Thread-safe.
 *
 * <p>A GPU works asynchronously: the time that it takes is counted for the stage that waits for the
 * result.
 */
public final class StageTimes {
  /** The stages, in the order in which an example passes through them. */
  public enum Stage {
    /** Encoding a text as tokens. */
    TOKENIZE("tokenize"),
    /** Computing a gradient or a hidden state from tokens. */
    MODEL("forward+backward"),
    /** Turning a gradient into the update that Adam would make. */
    ADAM("Adam"),
    /** Projecting a gradient to fewer values. */
    PROJECTION("projection");

    private final String label;

    Stage(String label) {
      this.label = label;
    }

    /** The name of the stage in tables for people. */
    public String label() {
      return label;
    }
  }

  private final Map<Stage, LongAdder> nanos = new EnumMap<>(Stage.class);

  /** Starts with zero for every stage. */
  public StageTimes() {
    for (Stage stage : Stage.values()) {
      nanos.put(stage, new LongAdder());
    }
  }

  /**
   * Runs some work on the calling thread and adds the time that it takes to a stage, even when it
   * fails.
   */
  public <T> T time(Stage stage, Supplier<T> work) {
    long begin = System.nanoTime();
    try {
      return work.get();
    } finally {
      add(stage, System.nanoTime() - begin);
    }
  }

  /** Adds a time in nanoseconds to a stage. */
  public void add(Stage stage, long nanoseconds) {
    nanos.get(stage).add(nanoseconds);
  }

  /** The time that a stage has taken so far. */
  public Duration total(Stage stage) {
    return Duration.ofNanos(nanos.get(stage).sum());
  }
}
