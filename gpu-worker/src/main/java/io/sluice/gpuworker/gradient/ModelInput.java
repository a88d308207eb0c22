package io.sluice.gpuworker.gradient;

/** An example as the input of a model, with what a task's rules and budgets need to know of it. */
public interface ModelInput {
  /** The ids of the tokens that the model reads, after truncation to the length limit. */
  long[] ids();

  /** The number of tokens of the whole example, those beyond the length limit included. */
  int uncut();

  /** A hash that examples with the same tokens share; not to be modified. */
  byte[] hash();

  /** The number of tokens whose prediction counts in the loss when a model is trained on it. */
  int learnt();
}
