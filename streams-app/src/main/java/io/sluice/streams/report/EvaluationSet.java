package io.sluice.streams.report;

import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.MeanLoss;
import java.util.Optional;

/** A set of examples on which the arms of a job are evaluated. */
public enum EvaluationSet {
  /** The query set, for which the subset was selected. */
  QUERIES("queries", "queries", "query_loss"),

  /** Held-out examples of the task, which had no influence on the selection. */
  HELD_OUT("held-out", "held-out examples", "held_out_loss");

  private final String label;
  private final String words;
  private final String field;

  EvaluationSet(String label, String words, String field) {
    this.label = label;
    this.words = words;
    this.field = field;
  }

  /** The name of the set in a table. */
  public String label() {
    return label;
  }

  /** The name of the set in a sentence. */
  public String words() {
    return words;
  }

  /** The JSON field that holds the loss on this set. */
  public String field() {
    return field;
  }

  /** The loss of an arm on this set; empty when the arm was not evaluated on it. */
  Optional<MeanLoss> lossOf(ArmOutcome outcome) {
    return this == QUERIES
        ? Optional.of(outcome.getQueryLoss())
        : outcome.getHeldOutLoss().stream().findFirst();
  }
}
