package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.MersenneTwister;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Candidates drawn at random from a file.
 *
 * @param candidates the candidates drawn, in the order of the file
 * @param pool number of candidates in the file
 */
record CandidateSample(List<Candidate> candidates, int pool) {
  /**
   * Draws candidates without replacement. The file is read twice, line by line, so that only the
   * drawn candidates are in memory.
   *
   * @param forms how the candidates are read
   * @param fraction share of the candidates to draw, above 0 and at most 1; the number is rounded,
   *     but at least 1
   * @param limit maximum number of candidates to draw
   * @param unusable receives the lines that are not candidates
   * @throws IOException when the file cannot be read or contains no candidate
   */
  static CandidateSample draw(
      Path file, FormOptions forms, double fraction, int limit, long seed, UnusableLines unusable)
      throws IOException {
    AtomicInteger usable = new AtomicInteger();
    forEach(
        file,
        forms,
        candidate -> usable.incrementAndGet(),
        invalid -> unusable.add(invalid.place(), invalid.reason()));
    int pool = usable.get();
    unusable.finish();
    if (pool == 0) {
      throw new IOException(
          file
              + " contains no candidate: it needs lines of {\"id\", \"messages\": [...]}"
              + unusable.summary());
    }
    int wanted = Math.min(limit, Math.max(1, (int) Math.round(fraction * pool)));
    int[] order = new MersenneTwister(seed).permutation(pool);
    BitSet drawn = new BitSet(pool);
    for (int i = 0; i < wanted; i++) {
      drawn.set(order[i]);
    }
    return new CandidateSample(pick(file, forms, drawn), pool);
  }

  private static List<Candidate> pick(Path file, FormOptions forms, BitSet drawn)
      throws IOException {
    List<Candidate> picked = new ArrayList<>();
    AtomicInteger index = new AtomicInteger();
    forEach(
        file,
        forms,
        valid -> {
          if (drawn.get(index.getAndIncrement())) {
            picked.add(valid.candidate());
          }
        },
        invalid -> {});
    return picked;
  }

  private static void forEach(
      Path file,
      FormOptions forms,
      Consumer<CandidateLine.Valid> valid,
      Consumer<CandidateLine.Invalid> invalid)
      throws IOException {
    try (CandidateFile lines = CandidateFile.open(file, forms, "")) {
      lines.forEachRemaining(line -> line.match(valid, invalid));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
