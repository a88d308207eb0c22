package io.sluice.streams.select;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.selection.Slot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The subset of one task as it was published last, and the nominations that readers have looked up
 * for it. One stream thread publishes, and any thread reads.
 *
 * <p>A reader takes the published version, looks up what it needs, and then asks whether the
 * version is still whole. If it is, no nomination of the version was deleted or replaced by one of
 * other content in the meantime, so that what the reader found belongs together.
 */
final class ServedSubset {
  /** How many nominations are kept beyond those of the subset before they are sorted out. */
  private static final int SPARE = 1_000;

  private final Map<String, Nomination> kept = new HashMap<>();
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
   * @param breaks how many versions of the subset had been broken when it was published
   */
  record Version(TargetTask task, List<Slot<String>> slots, SubsetSizes sizes, long breaks) {}

  synchronized void publish(TargetTask task, CurrentSubset subset) {
    List<Integer> budgets = subset.sizes().budgets();
    version =
        Optional.of(
            new Version(task, subset.of(budgets.get(budgets.size() - 1)), subset.sizes(), breaks));
    notifyAll();
  }

  /** Ends the version that was published last, because nominations of it are about to go. */
  synchronized void breakVersion() {
    breaks++;
    version = Optional.empty();
  }

  /** Forgets the nomination of a candidate, which has just been changed or deleted. */
  synchronized void forget(String candidateId) {
    changes++;
    kept.remove(candidateId);
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
   * The nomination of a candidate: the one that is kept, or the one that the source has, which is
   * kept then.
   */
  Optional<Nomination> nomination(
      String candidateId, Function<String, Optional<Nomination>> source) {
    long before;
    synchronized (this) {
      Optional<Nomination> known = Optional.ofNullable(kept.get(candidateId));
      if (known.isPresent()) {
        return known;
      }
      before = changes;
    }
    Optional<Nomination> read = source.apply(candidateId);
    read.ifPresent(nomination -> keep(candidateId, nomination, before));
    return read;
  }

  private synchronized void keep(String candidateId, Nomination nomination, long changesBefore) {
    if (changes == changesBefore) {
      kept.put(candidateId, nomination);
      version
          .filter(current -> kept.size() > current.slots().size() + SPARE)
          .ifPresent(
              current ->
                  kept.keySet()
                      .retainAll(
                          current.slots().stream().map(Slot::id).collect(Collectors.toSet())));
    }
  }

  synchronized int kept() {
    return kept.size();
  }

  synchronized void forgetKept() {
    kept.clear();
  }

  long lastUse() {
    return lastUse;
  }

  void setLastUse(long use) {
    lastUse = use;
  }
}
