package io.sluice.local.bench;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.similarity.Arithmetic;
import io.sluice.streams.similarity.QueryMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Generates representations and tasks with random vectors. A candidate depends on its number only,
 * a query on its task id and index, so the check of a selection generates them again.
 *
 * @param encoding encoding of the candidates' vectors, not FLOAT32
 * @param checkpoints vectors per example
 * @param dimension values per vector, a multiple of 8
 */
public record SyntheticStream(FeatureEncoding encoding, int checkpoints, int dimension) {
  private static final String FINGERPRINT = "synthetic";
  private static final String REPRESENTATION_ID = "default";
  private static final int TEXT_LENGTH = 400;

  /** The bits of a half that stay random: the sign and the fraction. */
  private static final int HALF_KEPT = 0x83FF;

  /** The exponent of a half for magnitudes from 0.5 to 1. */
  private static final int HALF_EXPONENT = 0x3800;

  /** Returns the representation of the candidate with this number. */
  public Representation candidate(int number) {
    String id = "c%09d".formatted(number);
    return Representation.newBuilder()
        .setRepresentationId(REPRESENTATION_ID)
        .setFingerprint(FINGERPRINT)
        .setEncoding(encoding)
        .setDimension(dimension)
        .setCheckpoints(checkpoints)
        .setFeatures(features(number))
        .setTokens(128)
        .setCandidate(
            Candidates.of(
                id,
                "synthetic",
                List.of(
                    Messages.of("user", id + " ask".repeat(TEXT_LENGTH / 8)),
                    Messages.of("assistant", id + " say".repeat(TEXT_LENGTH / 8)))))
        .build();
  }

  /** Returns the encoded vectors of a candidate, shape [checkpoints, dimension]. */
  public ByteBuffer features(int number) {
    SplittableRandom random = new SplittableRandom(number);
    byte[] bytes = new byte[checkpoints * FeatureCodec.rowBytes(encoding, dimension)];
    random.nextBytes(bytes);
    ByteBuffer features = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (encoding) {
      case SIGN -> {}
      case FLOAT16 -> {
        for (int i = 0; i < bytes.length; i += 2) {
          features.putShort(i, (short) (features.getShort(i) & HALF_KEPT | HALF_EXPONENT));
        }
      }
      case INT8 -> {
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) Math.max(bytes[i], -Byte.MAX_VALUE);
        }
      }
      case INT4 -> {
        for (int i = 0; i < bytes.length; i++) {
          int low = Math.max(1, bytes[i] & 0xF);
          int high = Math.max(1, bytes[i] >> 4 & 0xF);
          bytes[i] = (byte) (high << 4 | low);
        }
      }
      case FLOAT32 ->
          throw new IllegalArgumentException(
              "FLOAT32 is the encoding of queries: use another one for candidates");
    }
    return features;
  }

  /**
   * Returns a task of revision 1.
   *
   * @param queries size of the query set, at least 1
   * @param budgets the budgets in examples, ascending
   */
  public static TargetTask task(String id, int queries, List<Integer> budgets) {
    List<Query> set = new ArrayList<>();
    for (int q = 0; q < queries; q++) {
      set.add(
          Queries.of(
              "q" + q, List.of(Messages.of("user", "ask"), Messages.of("assistant", "say " + q))));
    }
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(1)
        .setRepresentationId(REPRESENTATION_ID)
        .setBudgets(budgets)
        .setQueries(set)
        .build();
  }

  /** Returns the representation of the query with this index, from 0. */
  public QueryRepresentation query(TargetTask task, int index) {
    return new QueryRepresentation(
        task.getTaskId(),
        task.getRevision(),
        index,
        REPRESENTATION_ID,
        FINGERPRINT,
        dimension,
        Collections.nCopies(checkpoints, 1f / checkpoints),
        FeatureCodec.encode(FeatureEncoding.FLOAT32, vectors(task, index)),
        "reference",
        "");
  }

  /**
   * Returns a matrix of a task's queries that scores with the fastest arithmetic of this machine.
   */
  public QueryMatrix matrix(TargetTask task) {
    return matrix(task, Arithmetic.fastest());
  }

  /** Returns a matrix of a task's queries that scores with the given arithmetic. */
  public QueryMatrix matrix(TargetTask task, Arithmetic arithmetic) {
    float[][][] vectors = new float[task.getQueries().size()][][];
    for (int q = 0; q < vectors.length; q++) {
      vectors[q] = vectors(task, q);
    }
    float[] weights = new float[checkpoints];
    Arrays.fill(weights, 1f / checkpoints);
    return new QueryMatrix(vectors, weights, arithmetic);
  }

  private float[][] vectors(TargetTask task, int index) {
    SplittableRandom random = new SplittableRandom(31L * task.getTaskId().hashCode() + index);
    float[][] vectors = new float[checkpoints][dimension];
    for (float[] vector : vectors) {
      double squares = 0;
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) (2 * random.nextDouble() - 1);
        squares += vector[i] * vector[i];
      }
      for (int i = 0; i < dimension; i++) {
        vector[i] /= (float) Math.sqrt(squares);
      }
    }
    return vectors;
  }
}
