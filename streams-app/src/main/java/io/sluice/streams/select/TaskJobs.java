package io.sluice.streams.select;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fine-tune jobs of all revisions of a task, a copy in memory of what is stored. */
final class TaskJobs {
  /** The most bytes that the length of an id takes in a record: ids have at most 256 characters. */
  private static final int LENGTH_BYTES = 2;

  private final Map<String, FineTuneJob> byId = new HashMap<>();
  private final Map<Series, Fired> last = new HashMap<>();

  /** By job id: retracted candidates that the job's published record may not include yet. */
  private final Map<String, Set<String>> retracted = new HashMap<>();

  /**
   * Adds a job that fired. Jobs of the same revision and budget must be added in the order of their
   * sequence numbers.
   *
   * @param selected ids of the candidates in the selected part of its dataset
   */
  void putFired(FineTuneJob job, Set<String> selected) {
    byId.put(job.getJobId(), job);
    last.put(
        new Series(job.getRevision(), job.getBudget()),
        new Fired(job.getSequence(), job.getFiredAt(), selected));
  }

  /** Replaces the record of a job that fired before. */
  void putChanged(FineTuneJob job) {
    byId.put(job.getJobId(), job);
  }

  /** Records that a candidate in a job's dataset was retracted. */
  void retract(String jobId, String candidateId) {
    retracted.computeIfAbsent(jobId, id -> new LinkedHashSet<>()).add(candidateId);
  }

  /**
   * Removes and returns the jobs whose published records do not include all retracted candidates
   * yet. A record names as many of them, the first ones, as it has room for.
   *
   * @param maxBytes how much room there is for the ids of one job, in bytes
   * @return the new records, one per job
   */
  List<FineTuneJob> takeOutdated(int maxBytes) {
    List<FineTuneJob> outdated = new ArrayList<>();
    retracted.forEach(
        (jobId, candidates) -> {
          FineTuneJob job = byId.get(jobId);
          Set<String> all = new LinkedHashSet<>(job.getRetracted());
          if (all.addAll(candidates) && !job.getRetractedIncomplete()) {
            List<String> named = thatFit(all, maxBytes);
            outdated.add(
                FineTuneJob.newBuilder(job)
                    .setRetracted(named)
                    .setRetractedIncomplete(named.size() < all.size())
                    .build());
          }
        });
    retracted.clear();
    return outdated;
  }

  private static List<String> thatFit(Set<String> ids, int maxBytes) {
    List<String> fit = new ArrayList<>();
    int bytes = 0;
    for (String id : ids) {
      bytes += LENGTH_BYTES + id.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > maxBytes) {
        break;
      }
      fit.add(id);
    }
    return List.copyOf(fit);
  }

  Optional<FineTuneJob> find(String jobId) {
    return Optional.ofNullable(byId.get(jobId));
  }

  /** The last job of a revision and budget; empty when none has fired. */
  Optional<Fired> last(int revision, int budget) {
    return Optional.ofNullable(last.get(new Series(revision, budget)));
  }

  /** The jobs that have not ended, in no particular order. */
  List<FineTuneJob> open() {
    return byId.values().stream().filter(job -> job.getState() == JobState.OPEN).toList();
  }

  /** Whether a job of any revision with this budget has not ended. */
  boolean isOpen(int budget) {
    return open().stream().anyMatch(job -> job.getBudget() == budget);
  }

  /**
   * The facts about a fired job that the triggers of the next job depend on.
   *
   * @param sequence number of the job among those of its revision and budget, from 0
   * @param firedAt when it fired, in milliseconds since 1970 UTC
   * @param selected ids of the candidates in the selected part of its dataset
   */
  record Fired(int sequence, long firedAt, Set<String> selected) {
    Fired {
      selected = Set.copyOf(selected);
    }
  }

  private record Series(int revision, int budget) {}
}
