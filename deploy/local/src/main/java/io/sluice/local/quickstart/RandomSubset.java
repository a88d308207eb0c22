package io.sluice.local.quickstart;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Draws random subsets of a pool, as the algorithm {@code random:SEED} selects them. */
final class RandomSubset {
  private static final float[] NO_SCORE = {0};

  private RandomSubset() {}

  /**
   * Draws a subset. The candidate file is read twice, one line at a time.
   *
   * @param size size of the subset, at least 1; a smaller pool is drawn completely
   * @return the text of each candidate, in selection order
   * @throws IOException when the candidate file cannot be read
   */
  static List<Text.Conversation> draw(Outcome.Pool pool, int size, int seed) throws IOException {
    Selection<String> drawn = new Algorithm.Random(seed).emptySelection(1, size);
    read(pool, candidate -> drawn.offer(candidate.getId(), NO_SCORE));
    Map<String, Text.Conversation> texts = new HashMap<>();
    read(
        pool,
        candidate -> {
          if (drawn.held().contains(candidate.getId())) {
            texts.putIfAbsent(candidate.getId(), Text.Conversation.of(candidate));
          }
        });
    return drawn.prefix(size).stream().map(texts::get).toList();
  }

  private static void read(Outcome.Pool pool, Consumer<Candidate> each) throws IOException {
    try (CandidateFile lines = CandidateFile.open(pool.file(), pool.forms(), "")) {
      lines.forEachRemaining(
          line ->
              line.match(
                  valid -> {
                    if (pool.sources().containsKey(valid.candidate().getId())) {
                      each.accept(valid.candidate());
                    }
                  },
                  invalid -> {}));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
