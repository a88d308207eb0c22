package io.sluice.streams.select;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.selection.Slot;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The subset of one task as it was published last, and summaries of its candidates, which readers
 * have made and keep for each other. One stream thread publishes, and any thread reads.
 *
 * <p>A reader takes the published version, looks up what it needs, and then asks whether the
 * version is still whole. If it is, no nomination of the version was deleted or replaced by one of
 * other content in the meantime, so that what the reader found belongs together.
 */
final class ServedSubset {
  /** How many summaries are kept beyond those of the version before they are sorted out. */
  private static final int SPARE = 1_000;

  private final Map<String, CandidateSummary> kept = new HashMap<>();
  private long keptBytes;
  private Optional<Version> version = Optional.empty();
  private long breaks;

  /** Counts the changes of nominations, so that none is kept that was read before its change. */
  private long changes;

  private volatile long lastUse;

  /**
   * A published subset.
   *
   * @param task the task, in the revision that the subset is of
   * @param slots the selected candidates in selection order, those of the largest budget
   * @param sizes how many of them the subset of each budget has
   * @param control ids of the candidates in the random control, if the task has one
   * @param breaks how many versions of the subset had been broken when it was published
   */
  record Version(
      TargetTask task,
      List<Slot<String>> slots,
      SubsetSizes sizes,
      Optional<List<String>> control,
      long breaks) {}

  synchronized void publish(TargetTask task, CurrentSubset subset) {
    List<Integer> budgets = subset.sizes().budgets();
    version =
        Optional.of(
            new Version(
                task,
                subset.of(budgets.get(budgets.size() - 1)),
                subset.sizes(),
                subset.control(),
                breaks));
    notifyAll();
  }

  /** Ends the version that was published last, because nominations of it are about to go. */
  synchronized void breakVersion() {
    breaks++;
    version = Optional.empty();
  }

  /** Forgets the summary of a candidate, whose nomination has just been changed or deleted. */
  synchronized void forget(String candidateId) {
    changes++;
    remove(candidateId);
  }

  private void remove(String candidateId) {
    Optional.ofNullable(kept.remove(candidateId)).ifPresent(old -> keptBytes -= old.bytes());
  }

  /**
   * The version that was published last.
   *
   * @param patience how long to wait for the next one if it was broken
   * @return empty when it was broken, and no other one was published within that time
   */
  synchronized Optional<Version> version(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    long left = patience.toMillis();
    while (version.isEmpty() && left > 0) {
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return version;
      }
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
    return version;
  }

  /** Whether no nomination of a version has been deleted, or got other content, until now. */
  synchronized boolean isWhole(Version read) {
    return read.breaks() == breaks;
  }

  /**
   * A version as readers see it.
   *
   * @param task the task, which serves the version's revision
   * @param stored looks up a nomination in the store
   */
  SubsetView view(HeldTask task, Version version, Function<String, Optional<Nomination>> stored) {
    return new SubsetView(
        task,
        version.slots(),
        version.sizes(),
        version.control(),
        new SubsetView.Source() {
          @Override
          public Optional<Nomination> nomination(String candidateId) {
            return stored.apply(candidateId);
          }

          @Override
          public Optional<CandidateSummary> summary(String candidateId) {
            return ServedSubset.this.summary(candidateId, stored);
          }
        });
  }

  /**
   * The summary of a candidate: the one that is kept, or that of the stored nomination, which is
   * kept then.
   */
  private Optional<CandidateSummary> summary(
      String candidateId, Function<String, Optional<Nomination>> stored) {
    long before;
    synchronized (this) {
      Optional<CandidateSummary> known = Optional.ofNullable(kept.get(candidateId));
      if (known.isPresent()) {
        return known;
      }
      before = changes;
    }
    Optional<CandidateSummary> made = stored.apply(candidateId).map(CandidateSummary::of);
    made.ifPresent(summary -> keep(candidateId, summary, before));
    return made;
  }

  private synchronized void keep(String candidateId, CandidateSummary summary, long changesBefore) {
    if (changes == changesBefore) {
      remove(candidateId);
      kept.put(candidateId, summary);
      keptBytes += summary.bytes();
      version
          .filter(current -> kept.size() > wanted(current) + SPARE)
          .ifPresent(current -> keepOnly(idsOf(current)));
    }
  }

  private static int wanted(Version version) {
    return version.slots().size() + version.control().map(List::size).orElse(0);
  }

  private static Set<String> idsOf(Version version) {
    Set<String> ids = new HashSet<>(version.control().orElse(List.of()));
    version.slots().forEach(slot -> ids.add(slot.id()));
    return ids;
  }

  private void keepOnly(Set<String> ids) {
    kept.keySet().retainAll(ids);
    keptBytes = kept.values().stream().mapToLong(CandidateSummary::bytes).sum();
  }

  /** About how much memory the kept summaries take. */
  synchronized long keptBytes() {
    return keptBytes;
  }

  synchronized void forgetKept() {
    kept.clear();
    keptBytes = 0;
  }

  long lastUse() {
    return lastUse;
  }

  void setLastUse(long use) {
    lastUse = use;
  }
}
