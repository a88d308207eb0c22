package io.sluice.streams.rules;

import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import java.util.List;

/**
 * Recognises candidates that share text with the queries or held-out examples of a task: a sequence
 * of n words, or the whole prompt, of any of the candidate's answers. Immutable once created.
 */
final class LeakIndex {
  private final int length;
  private final LongSet sequences = new LongSet();
  private final LongSet prompts = new LongSet();

  private LeakIndex(int length) {
    this.length = length;
  }

  /** An index of all queries and held-out examples of a task. */
  static LeakIndex of(TargetTask task) {
    LeakIndex index = new LeakIndex(task.getRules().getLeakWords());
    index.addAll(task.getQueries());
    index.addAll(task.getHeldOut());
    return index;
  }

  private void addAll(List<Query> examples) {
    for (Query example : examples) {
      Phrases phrases = Phrases.of(example.getMessages());
      phrases.anySequence(
          length,
          hash -> {
            sequences.add(hash);
            return false;
          });
      List<Long> ofAnswers = phrases.prompts();
      if (!ofAnswers.isEmpty()) {
        prompts.add(ofAnswers.get(ofAnswers.size() - 1));
      }
    }
  }

  boolean sharesText(Phrases candidate) {
    return candidate.prompts().stream().anyMatch(prompts::contains)
        || candidate.anySequence(length, sequences::contains);
  }
}
