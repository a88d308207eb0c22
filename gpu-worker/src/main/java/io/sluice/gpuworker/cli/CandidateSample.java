package io.sluice.gpuworker.cli;

import io.sluice.gpuworker.training.MersenneTwister;
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
 * @param invalid lines of it that are no candidates
 */
record CandidateSample(List<Candidate> candidates, int pool, List<CandidateLine.Invalid> invalid) {
  /**
   * Draws candidates without replacement; the file is read twice, a line at a time.
   *
   * @param fraction of the candidates, rounded, at least one; above 0, at most 1
   * @param limit the most that are drawn
   * @throws IOException when the file cannot be read or has no candidate
   */
  static CandidateSample draw(Path file, double fraction, int limit, long seed) throws IOException {
    int pool = 0;
    List<CandidateLine.Invalid> invalid = new ArrayList<>();
    try (CandidateFile lines = CandidateFile.open(file)) {
      while (lines.hasNext()) {
        if (lines.next() instanceof CandidateLine.Invalid line) {
          invalid.add(line);
        } else {
          pool++;
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (pool == 0) {
      throw new IOException(
          file + " has no candidate: it needs lines of {\"id\", \"messages\": [...]}");
    }
    int wanted = Math.min(limit, Math.max(1, (int) Math.round(fraction * pool)));
    int[] order = new MersenneTwister(seed).permutation(pool);
    BitSet drawn = new BitSet(pool);
    for (int i = 0; i < wanted; i++) {
      drawn.set(order[i]);
    }
    return new CandidateSample(pick(file, drawn), pool, invalid);
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
