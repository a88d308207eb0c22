package io.sluice.streams;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small records for the tests of both stages: one checkpoint, eight dimensions. */
public final class Examples {
  public static final int DIMENSION = 8;
  public static final String FINGERPRINT = "fingerprint-1";
  public static final String TEXT_FORM = "chat 5e1f";
  public static final String TOKENIZER = "70ce";

  private Examples() {}

  public static Candidate candidate(String id) {
    return Candidates.of(
        id, "test", List.of(Messages.of("user", "ask " + id), Messages.of("assistant", "answer")));
  }

  public static TargetTask task(String id, int revision, int queries, Integer... budgets) {
    List<Query> set = new ArrayList<>();
    for (int q = 0; q < queries; q++) {
      set.add(
          Queries.of(
              "q" + q, List.of(Messages.of("user", "ask"), Messages.of("assistant", "a" + q))));
    }
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(revision)
        .setBudgets(List.of(budgets))
        .setMinPoolFactor(1)
        .setQueries(set)
        .build();
  }

  /** Small whole numbers, so that equal scores are common. */
  public static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    while (norm(vector) == 0) {
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = random.nextInt(3) - 1;
      }
    }
    return vector;
  }

  public static float[] unit(float[] vector) {
    float norm = norm(vector);
    float[] unit = vector.clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= norm;
    }
    return unit;
  }

  public static Representation representation(String candidateId, float[] vector) {
    return representation(candidateId, vector, FINGERPRINT);
  }

  public static Representation representation(
      String candidateId, float[] vector, String fingerprint) {
    return Representation.newBuilder()
        .setRepresentationId("default")
        .setFingerprint(fingerprint)
        .setEncoding(FeatureEncoding.FLOAT32)
        .setDimension(vector.length)
        .setCheckpoints(1)
        .setFeatures(bytes(vector))
        .setTokens(10)
        .setCandidate(candidate(candidateId))
        .build();
  }

  /** The representation of a candidate that differs in its metadata only. */
  public static Representation withMetadata(
      Representation representation, Map<String, String> metadata) {
    return Representation.newBuilder(representation)
        .setCandidate(
            Candidate.newBuilder(representation.getCandidate()).setMetadata(metadata).build())
        .build();
  }

  public static QueryRepresentation query(TargetTask task, int index, float[] vector) {
    return new QueryRepresentation(
        task.getTaskId(),
        task.getRevision(),
        index,
        "default",
        FINGERPRINT,
        vector.length,
        List.of(1f),
        bytes(unit(vector)),
        TEXT_FORM,
        TOKENIZER);
  }

  private static ByteBuffer bytes(float[] vector) {
    return FeatureCodec.encode(FeatureEncoding.FLOAT32, new float[][] {vector});
  }

  private static float norm(float[] vector) {
    float sum = 0;
    for (float value : vector) {
      sum += value * value;
    }
    return (float) Math.sqrt(sum);
  }
}
