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

/** Measures how fast candidates are scored against one task, from encoded bytes to scores. */
public final class ScoreBench {
  /** Candidates that are scored in one call. Larger blocks are not faster. */
  public static final int BLOCK = 32;

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  /** Distinct candidates: in most encodings, too many for the inner caches of a processor. */
  private static final int CANDIDATES = 8 * BLOCK;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;

  private final SyntheticStream stream;
  private final TargetTask task;
  private final List<ByteBuffer> candidates = new ArrayList<>();

  /**
   * Creates a benchmark and generates its candidates.
   *
   * @param stream generates candidates and queries
   * @param queries size of the task's query set, at least 1
   */
  public ScoreBench(SyntheticStream stream, int queries) {
    this.stream = stream;
    task = SyntheticStream.task("bench", queries, List.of(1));
    for (int number = 0; number < CANDIDATES; number++) {
      candidates.add(stream.features(number));
    }
  }

  /**
   * Warms up for half of the duration, so that the JVM compiles the code, and then measures.
   *
   * @param arithmetic how scores are computed
   * @param threads number of threads that score blocks of candidates in parallel, at least 1
   * @param duration how long to measure
   * @param progress called after each block with its number of candidates, by all threads
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
      int first = thread * BLOCK;
      tasks.add(() -> score(matrix, arithmetic, first, end, progress));
    }
    long scored = 0;
    long processor = 0;
    for (Future<Work> each : pool.invokeAll(tasks)) {
      Work work = result(each);
      scored += work.scored();
      processor += work.processorNanos();
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    return new Run(scored, wall, Duration.ofNanos(processor), candidates.get(0).remaining());
  }

  private static Work result(Future<Work> work) throws InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("scoring failed", e.getCause());
    }
  }

  /** Scores one block after the other until the end; runs on each thread. */
  private Work score(
      QueryMatrix matrix, Arithmetic arithmetic, int first, long end, IntConsumer progress) {
    long begin = CPU.getCurrentThreadCpuTime();
    long scored = 0;
    int at = first;
    do {
      List<CandidateVectors> block = new ArrayList<>(BLOCK);
      for (int i = 0; i < BLOCK; i++) {
        ByteBuffer features = candidates.get((at + i) % CANDIDATES);
        block.add(
            CandidateVectors.of(
                stream.encoding(), features, stream.checkpoints(), stream.dimension(), arithmetic));
      }
      matrix.scoreAll(block);
      at = (at + BLOCK) % CANDIDATES;
      scored += BLOCK;
      progress.accept(BLOCK);
    } while (System.nanoTime() - end < 0);
    return new Work(scored, CPU.getCurrentThreadCpuTime() - begin);
  }

  private record Work(long scored, long processorNanos) {}

  /**
   * The result of a measurement.
   *
   * @param candidates number of candidates that all threads scored
   * @param wall elapsed time
   * @param processor processor time of all threads together
   * @param candidateBytes encoded bytes of one candidate
   */
  public record Run(long candidates, Duration wall, Duration processor, int candidateBytes) {
    /** Returns the candidates per second of all threads together. */
    public double perSecond() {
      return candidates / (wall.toNanos() / NANOS_PER_SECOND);
    }

    /** Returns the processor time per candidate in microseconds. */
    public double micros() {
      return processor.toNanos() / NANOS_PER_MICRO / candidates;
    }

    /** Returns the encoded candidates per second in gigabytes (10^9 bytes). */
    public double gigabytesPerSecond() {
      return perSecond() * candidateBytes / NANOS_PER_SECOND;
    }
  }
}
