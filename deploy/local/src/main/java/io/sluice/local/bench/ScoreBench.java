package io.sluice.local.bench;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.similarity.Arithmetic;
import io.sluice.streams.similarity.CandidateVectors;
import io.sluice.streams.similarity.QueryMatrix;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Scores synthetic candidates against one task, from encoded bytes to scores. */
public final class ScoreBench {
  /** Candidates that are scored together: more gain nothing. */
  public static final int TOGETHER = 32;

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  /** Different candidates: of most encodings too many for a processor's nearer caches. */
  private static final int CANDIDATES = 8 * TOGETHER;

  private static final double NANOS_A_SECOND = 1e9;
  private static final double NANOS_A_MICRO = 1e3;

  private final SyntheticStream stream;
  private final TargetTask task;
  private final List<ByteBuffer> candidates = new ArrayList<>();

  /**
   * A benchmark.
   *
   * @param stream makes candidates and queries
   * @param queries of the task, at least 1
   */
  public ScoreBench(SyntheticStream stream, int queries) {
    this.stream = stream;
    task = SyntheticStream.task("bench", queries, List.of(1));
    for (int number = 0; number < CANDIDATES; number++) {
      candidates.add(stream.features(number));
    }
  }

  /**
   * Scores for a while, after half as long in which the JVM compiles.
   *
   * @param arithmetic how
   * @param threads that score, each blocks of its own, at least 1
   * @param duration of what is measured
   * @param progress hears of each block how many candidates it had; from all threads
   */
  public Run run(Arithmetic arithmetic, int threads, Duration duration, IntConsumer progress)
      throws InterruptedException {
    QueryMatrix matrix = stream.matrix(task, arithmetic);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      runAll(pool, matrix, arithmetic, threads, duration.dividedBy(2), progress);
      return runAll(pool, matrix, arithmetic, threads, duration, progress);
    } finally {
      pool.shutdownNow();
    }
  }

  private Run runAll(
      ExecutorService pool,
      QueryMatrix matrix,
      Arithmetic arithmetic,
      int threads,
      Duration duration,
      IntConsumer progress)
      throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + duration.toNanos();
    List<Callable<Work>> tasks = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread * TOGETHER;
      tasks.add(() -> score(matrix, arithmetic, first, end, progress));
    }
    long scored = 0;
    long processor = 0;
    for (Future<Work> each : pool.invokeAll(tasks)) {
      Work work = done(each);
      scored += work.scored();
      processor += work.processorNanos();
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    return new Run(scored, wall, Duration.ofNanos(processor), candidates.get(0).remaining());
  }

  private static Work done(Future<Work> work) throws InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("scoring failed", e.getCause());
    }
  }

  /** What one thread does. */
  private Work score(
      QueryMatrix matrix, Arithmetic arithmetic, int first, long end, IntConsumer progress) {
    long begin = CPU.getCurrentThreadCpuTime();
    long scored = 0;
    int at = first;
    do {
      List<CandidateVectors> block = new ArrayList<>(TOGETHER);
      for (int i = 0; i < TOGETHER; i++) {
        ByteBuffer features = candidates.get((at + i) % CANDIDATES);
        block.add(
            CandidateVectors.of(
                stream.encoding(), features, stream.checkpoints(), stream.dimension(), arithmetic));
      }
      matrix.scoreAll(block);
      at = (at + TOGETHER) % CANDIDATES;
      scored += TOGETHER;
      progress.accept(TOGETHER);
    } while (System.nanoTime() - end < 0);
    return new Work(scored, CPU.getCurrentThreadCpuTime() - begin);
  }

  private record Work(long scored, long processorNanos) {}

  /**
   * What was measured.
   *
   * @param candidates scored, by all threads
   * @param wall from the first to the last
   * @param processor time on a processor, of all threads together
   * @param candidateBytes encoded bytes of one candidate
   */
  public record Run(long candidates, Duration wall, Duration processor, int candidateBytes) {
    /** Candidates a second, by all threads together. */
    public double perSecond() {
      return candidates / (wall.toNanos() / NANOS_A_SECOND);
    }

    /** Microseconds of processor time that a thread takes for a candidate. */
    public double micros() {
      return processor.toNanos() / NANOS_A_MICRO / candidates;
    }

    /** Encoded bytes of candidates a second, in 10^9. */
    public double gigabytesPerSecond() {
      return perSecond() * candidateBytes / NANOS_A_SECOND;
    }
  }
}
