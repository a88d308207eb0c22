package io.sluice.streams.report;

import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.MeanLoss;
import java.util.Optional;

/** What a model is evaluated on. */
public enum EvaluationSet {
  /** The query set, for which the subset was selected. */
  QUERIES("queries", "queries", "query_loss"),

  /** Examples of the task that had no say in the selection. */
  HELD_OUT("held-out", "held-out examples", "held_out_loss");

  private final String label;
  private final String words;
  private final String field;

  EvaluationSet(String label, String words, String field) {
    this.label = label;
    this.words = words;
    this.field = field;
  }

  /** In a table. */
  String label() {
    return label;
  }

  /** In a sentence. */
  String words() {
    return words;
  }

  /** The field of its loss in JSON. */
  String field() {
    return field;
  }

  /** The loss on it; empty where there is none. */
  Optional<MeanLoss> of(ArmOutcome outcome) {
    return this == QUERIES
        ? Optional.of(outcome.getQueryLoss())
        : outcome.getHeldOutLoss().stream().findFirst();
  }
}
