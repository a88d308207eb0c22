package io.sluice.streams.rules;

import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import java.util.List;
import java.util.stream.Stream;

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
    task.getQueries().forEach(index::add);
    task.getHeldOut().forEach(index::add);
    return index;
  }

  /** The ids of the queries and held-out examples of a task that a candidate shares text with. */
  static List<String> sharing(TargetTask task, Phrases candidate) {
    return Stream.concat(task.getQueries().stream(), task.getHeldOut().stream())
        .filter(
            example -> {
              LeakIndex index = new LeakIndex(task.getRules().getLeakWords());
              index.add(example);
              return index.sharesText(candidate);
            })
        .map(Query::getId)
        .toList();
  }

  private void add(Query example) {
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

  boolean sharesText(Phrases candidate) {
    return candidate.prompts().stream().anyMatch(prompts::contains)
        || candidate.anySequence(length, sequences::contains);
  }
}
