package io.sluice.local.cli.offline;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/**
 * The candidates of a file, each id once. As in a running system, a later candidate replaces an
 * earlier one of the same id.
 *
 * @param candidates ascending by id
 * @param read number of usable candidates read
 * @param repeated number of candidates that replaced an earlier one
 */
record CandidatesById(List<Candidate> candidates, int read, int repeated) {
  /**
   * Reads candidates.
   *
   * @param limit the most usable candidates to read
   * @param unusable receives the lines that are not candidates
   * @throws IOException when the file cannot be read or contains no candidate
   */
  static CandidatesById read(Path file, FormOptions forms, int limit, UnusableLines unusable)
      throws IOException {
    TreeMap<String, Candidate> byId = new TreeMap<>();
    int[] read = {0};
    try (CandidateFile lines = CandidateFile.open(file, forms, "")) {
      while (read[0] < limit && lines.hasNext()) {
        lines
            .next()
            .match(
                valid -> {
                  read[0]++;
                  byId.put(valid.candidate().getId(), valid.candidate());
                },
                invalid -> unusable.add(invalid.place(), invalid.reason()));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    unusable.finish();
    if (byId.isEmpty()) {
      throw new IOException(file + " contains no candidate" + unusable.summary());
    }
    return new CandidatesById(List.copyOf(byId.values()), read[0], read[0] - byId.size());
  }
}
