package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.MersenneTwister;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Candidates drawn at random from a file.
 *
 * @param candidates in the order of the file
 * @param pool candidates in the file
 */
record CandidateSample(List<Candidate> candidates, int pool) {
  /**
   * Draws candidates without replacement; the file is read twice, a line at a time.
   *
   * @param fraction of the candidates, rounded, at least one; above 0, at most 1
   * @param limit the most that are drawn
   * @param unusable is told of lines that are no candidates
   * @throws IOException when the file cannot be read or has no candidate
   */
  static CandidateSample draw(
      Path file, double fraction, int limit, long seed, UnusableLines unusable) throws IOException {
    int pool = 0;
    try (CandidateFile lines = CandidateFile.open(file)) {
      while (lines.hasNext()) {
        CandidateLine line = lines.next();
        if (line instanceof CandidateLine.Invalid invalid) {
          unusable.add(invalid.line(), invalid.reason());
        } else {
          pool++;
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    unusable.end();
    if (pool == 0) {
      throw new IOException(
          file
              + " has no candidate: it needs lines of {\"id\", \"messages\": [...]}"
              + unusable.summary());
    }
    int wanted = Math.min(limit, Math.max(1, (int) Math.round(fraction * pool)));
    int[] order = new MersenneTwister(seed).permutation(pool);
    BitSet drawn = new BitSet(pool);
    for (int i = 0; i < wanted; i++) {
      drawn.set(order[i]);
    }
    return new CandidateSample(pick(file, drawn), pool);
  }

  private static List<Candidate> pick(Path file, BitSet drawn) throws IOException {
    List<Candidate> picked = new ArrayList<>();
    int index = 0;
    try (CandidateFile lines = CandidateFile.open(file)) {
      while (lines.hasNext()) {
        if (lines.next() instanceof CandidateLine.Valid valid && drawn.get(index++)) {
          picked.add(valid.candidate());
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return picked;
  }
}
