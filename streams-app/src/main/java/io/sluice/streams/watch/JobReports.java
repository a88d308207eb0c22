package io.sluice.streams.watch;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.TrainingProgress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What trainers have reported about the jobs that were reported about last. Thread-safe. */
public final class JobReports {
  private static final int MOST_STEPS = 1_000;

  private final int mostJobs;
  private final Map<String, OfJob> jobs = new LinkedHashMap<>();

  /**
   * Creates it without reports.
   *
   * @param mostJobs how many jobs are kept
   */
  JobReports(int mostJobs) {
    this.mostJobs = mostJobs;
  }

  synchronized void add(FineTuneResult report) {
    OfJob job = Optional.ofNullable(jobs.remove(report.getJobId())).orElseGet(OfJob::new);
    jobs.put(report.getJobId(), job);
    job.add(report);
    if (jobs.size() > mostJobs) {
      jobs.remove(jobs.keySet().iterator().next());
    }
  }

  synchronized void clear() {
    jobs.clear();
  }

  /** The last report about a job; empty when there is none, or it was too long ago. */
  public synchronized Optional<FineTuneResult> last(String jobId) {
    return Optional.ofNullable(jobs.get(jobId)).map(job -> job.last);
  }

  /** The newest steps of a job's training runs that were reported, oldest first. */
  public synchronized List<Step> steps(String jobId) {
    return Optional.ofNullable(jobs.get(jobId))
        .map(job -> List.copyOf(new ArrayList<>(job.steps)))
        .orElse(List.of());
  }

  private static final class OfJob {
    private final Deque<Step> steps = new ArrayDeque<>();
    private FineTuneResult last;

    void add(FineTuneResult report) {
      last = report;
      for (TrainingProgress progress : report.getProgress()) {
        steps.addLast(new Step(report.getReportedAt(), progress));
        if (steps.size() > MOST_STEPS) {
          steps.removeFirst();
        }
      }
    }
  }

  /**
   * What was reported of a training run.
   *
   * @param at when, in milliseconds since 1970 UTC
   * @param progress the report
   */
  public record Step(long at, TrainingProgress progress) {}
}
