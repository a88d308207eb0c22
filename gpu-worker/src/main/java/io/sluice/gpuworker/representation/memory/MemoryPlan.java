package io.sluice.gpuworker.representation.memory;

import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Optional;

/**
 * How passes are divided so that they fit into the memory of a device.
 *
 * @param estimate what they need
 * @param memory the bytes of the device's memory that may be used
 * @param passes the number of passes that are computed at the same time, at least 1
 * @param mode when states are computed again
 */
public record MemoryPlan(MemoryEstimate estimate, long memory, int passes, RecomputeMode mode) {
  /** A text of this many tokens must fit, or else there is no use in loading the model. */
  private static final int LEAST_LENGTH = 256;

  /** The same plan for another number of passes. */
  public MemoryPlan withPasses(int others) {
    return new MemoryPlan(estimate, memory, others, mode);
  }

  /** How many passes with a text of a length fit at the same time, 1 to {@code most}. */
  public int fitting(int length, int most) {
    PassSize pass = PassSize.ofOne(length);
    int fits = 1;
    while (fits < most
        && estimate.need(pass, fits + 1, mode != RecomputeMode.NEVER).total() <= memory) {
      fits++;
    }
    return fits;
  }

  /** Whether the backward pass of a pass of this size computes states again. */
  public boolean recomputes(PassSize pass) {
    return switch (mode) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> !fits(pass, false);
    };
  }

  /** Whether examples may share a pass of this size: it fits without more recomputation. */
  public boolean allows(PassSize pass) {
    return fits(pass, mode == RecomputeMode.ALWAYS);
  }

  private boolean fits(PassSize pass, boolean recompute) {
    return estimate.need(pass, passes, recompute).total() <= memory;
  }

  /** The need of the most memory-saving way in which an example of a length can be computed. */
  public MemoryNeed least(int length) {
    return estimate.need(PassSize.ofOne(length), 1, mode != RecomputeMode.NEVER);
  }

  /** The longest example that fits, of which every token is learnt; 0 to {@code limit}. */
  public int longest(int limit) {
    return estimate.longest(memory, 1, mode != RecomputeMode.NEVER, limit);
  }

  /** The longest example that fits without recomputation, likewise. */
  public int longestKept(int limit) {
    return estimate.longest(memory, passes, false, limit);
  }

  /**
   * Which texts fit.
   *
   * @param device the name of the device
   * @param limit the length limit, in tokens
   */
  public TextRoom room(String device, int limit) {
    return new TextRoom(device, least(limit), memory, limit, longest(limit), longestKept(limit));
  }

  /**
   * Refuses a model that does not fit, before it is loaded.
   *
   * @param limit the length limit, in tokens
   * @param smaller the estimate with weights of 16 bits; empty if they have 16 bits
   * @throws UnusableModelException when not even a short example fits; the message gives the memory
   *     that it needs and the settings with which it fits
   */
  public void requireRoom(int limit, Optional<MemoryEstimate> smaller)
      throws UnusableModelException {
    MemoryNeed need = least(Math.min(limit, LEAST_LENGTH));
    if (need.total() > memory) {
      throw new UnusableModelException(
          "a text of "
              + Math.min(limit, LEAST_LENGTH)
              + " tokens needs about "
              + need.text()
              + " on each device, "
              + MemoryNeed.text(memory)
              + " are there: "
              + advice(Math.min(limit, LEAST_LENGTH), smaller));
    }
  }

  private String advice(int length, Optional<MemoryEstimate> smaller) {
    if (mode == RecomputeMode.NEVER
        && with(estimate, RecomputeMode.AUTO).least(length).total() <= memory) {
      return "use recompute=auto";
    }
    if (smaller.isPresent()) {
      MemoryPlan narrow = with(smaller.get(), RecomputeMode.AUTO);
      if (narrow.least(length).total() <= memory) {
        return "use dtype=bfloat16"
            + (mode == RecomputeMode.NEVER ? " and recompute=auto" : "")
            + ", which needs about "
            + MemoryNeed.text(narrow.least(length).total());
      }
    }
    return "no setting makes it fit into one device, and a model is not divided over several: use"
        + " fewer checkpoints, a smaller model or a device with more memory";
  }

  private MemoryPlan with(MemoryEstimate other, RecomputeMode otherMode) {
    return new MemoryPlan(other, memory, passes, otherMode);
  }
}
