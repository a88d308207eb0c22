package io.sluice.streams.export;

import java.util.List;

/** An example as the model that is to be trained sees it. */
public sealed interface TrainedExample {
  /**
   * An example that can be learnt.
   *
   * @param ids the token ids, at most as many as the job's length limit
   * @param learnt one per id: whether the prediction of the token counts in the loss
   * @param segments its text up to the last learnt token in parts, of which every second one is
   *     learnt, beginning with one that is not; tokenized one by one they have the same tokens.
   *     Empty when there are no such parts.
   */
  record Learnable(long[] ids, boolean[] learnt, List<String> segments) implements TrainedExample {
    /** Takes an unmodifiable copy of the list. */
    public Learnable {
      segments = List.copyOf(segments);
    }
  }

  /**
   * An example from which nothing can be learnt.
   *
   * @param reason why not, as a phrase for people
   */
  record Unlearnable(String reason) implements TrainedExample {}
}
