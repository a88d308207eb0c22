package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The time from stored bytes to scores, per candidate, for 70 queries of 4 x 8,192 values. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@State(Scope.Thread)
public class ScoringBenchmark {
  private static final int QUERIES = 70;
  private static final int CHECKPOINTS = 4;
  private static final int DIMENSION = 8192;
  private static final int BLOCK = 32;

  @Param({"FLOAT16", "INT8", "INT4", "SIGN"})
  FeatureEncoding encoding;

  @Param({"vector", "plain"})
  String loops;

  private final List<ByteBuffer> features = new ArrayList<>();
  private Arithmetic arithmetic;
  private QueryMatrix matrix;

  /** Creates the queries and a block of candidates. */
  @Setup
  public void setUp() {
    arithmetic = loops.equals("plain") ? Arithmetic.plain() : Arithmetic.fastest();
    Random random = new Random(2028);
    Vectors vectors = Vectors.random(QUERIES, CHECKPOINTS, DIMENSION, random);
    matrix = new QueryMatrix(vectors.queries(), vectors.weights(), arithmetic);
    for (int candidate = 0; candidate < BLOCK; candidate++) {
      features.add(vectors.candidate(encoding, random));
    }
  }

  /** Scores one candidate alone, which is the case when few arrive. */
  @Benchmark
  public List<float[]> alone() {
    return matrix.scoreAll(List.of(decoded(features.get(0))));
  }

  /** Scores a block of candidates together, which is the case when many arrive. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public List<float[]> together() {
    return matrix.scoreAll(features.stream().map(this::decoded).toList());
  }

  private CandidateVectors decoded(ByteBuffer row) {
    return CandidateVectors.of(encoding, row, CHECKPOINTS, DIMENSION, arithmetic);
  }
}
