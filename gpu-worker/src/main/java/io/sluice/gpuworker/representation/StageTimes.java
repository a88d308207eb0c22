package io.sluice.gpuworker.representation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * How long each stage of representing examples took, summed over all threads. Thread-safe.
 *
 * <p>On a GPU, work is queued: its time counts for the stage that waits for the result.
 */
public final class StageTimes {
  /** A stage, in the order in which an example passes them. */
  public enum Stage {
    /** From text to tokens. */
    TOKENIZE("tokenize"),
    /** From tokens to a gradient or a hidden state. */
    MODEL("forward+backward"),
    /** From a gradient to the step that Adam would take. */
    ADAM("Adam"),
    /** To fewer values. */
    PROJECTION("projection");

    private final String label;

    Stage(String label) {
      this.label = label;
    }

    /** For people. */
    public String label() {
      return label;
    }
  }

  private final Map<Stage, LongAdder> nanos = new EnumMap<>(Stage.class);

  /** Nothing has taken any time yet. */
  public StageTimes() {
    for (Stage stage : Stage.values()) {
      nanos.put(stage, new LongAdder());
    }
  }

  /** Does some work of a stage. */
  public <T> T time(Stage stage, Supplier<T> work) {
    long begin = System.nanoTime();
    try {
      return work.get();
    } finally {
      add(stage, System.nanoTime() - begin);
    }
  }

  /** Adds time to a stage. */
  public void add(Stage stage, long nanoseconds) {
    nanos.get(stage).add(nanoseconds);
  }

  /** The time that a stage took so far. */
  public Duration total(Stage stage) {
    return Duration.ofNanos(nanos.get(stage).sum());
  }
}
