package io.sluice.local.study;

/** One of the alternatives that a study compares for a task: what the model is trained on. */
public sealed interface StudyArm {
  /** No fine-tuning. */
  StudyArm NONE = new None();

  /** Random subsets of the pool, another one for each seed. */
  StudyArm RANDOM = new Random();

  /** A name for people and for files of results. */
  String label();

  /** The base model without training. */
  record None() implements StudyArm {
    @Override
    public String label() {
      return "none";
    }
  }

  /** A random subset per seed. */
  record Random() implements StudyArm {
    @Override
    public String label() {
      return "random";
    }
  }

  /**
   * The subset that an algorithm selects in a representation.
   *
   * @param representation name of the representation
   * @param algorithm name of the algorithm
   */
  record Selected(String representation, String algorithm) implements StudyArm {
    @Override
    public String label() {
      return representation + "/" + algorithm;
    }
  }

  /**
   * The first candidates of a slice of the ranking of the whole pool by round robin.
   *
   * @param representation name of the representation
   * @param number of the slice, from 1: the first has the best candidates
   */
  record Slice(String representation, int number) implements StudyArm {
    @Override
    public String label() {
      return representation + "/slice-" + number;
    }
  }
}
