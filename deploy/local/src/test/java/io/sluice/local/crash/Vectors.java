package io.sluice.local.crash;

import io.sluice.local.endtoend.UnitVectors;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import java.util.List;
import java.util.Random;

/** Stands in for workers: random vectors that depend on the text of an example only. */
final class Vectors {
  /** Two representation ids. Vectors of the second are a few signs, so that scores often tie. */
  static final List<String> REPRESENTATIONS = List.of("fine", "signs");

  private static final int CHECKPOINTS = 2;
  private static final List<Float> WEIGHTS = List.of(0.25f, 0.75f);

  private Vectors() {}

  /** Returns the representation of a version of a candidate. */
  static Representation candidate(String representationId, String id, int version) {
    String text = id + " v" + version;
    FeatureEncoding encoding =
        isFine(representationId) ? FeatureEncoding.INT8 : FeatureEncoding.SIGN;
    return Representation.newBuilder()
        .setRepresentationId(representationId)
        .setFingerprint(fingerprint(representationId))
        .setEncoding(encoding)
        .setDimension(dimension(representationId))
        .setCheckpoints(CHECKPOINTS)
        .setFeatures(FeatureCodec.encode(encoding, unitRows(text, dimension(representationId))))
        .setTokens(9)
        .setCandidate(
            Candidates.of(
                id, "crash", List.of(Messages.of("user", "u"), Messages.of("assistant", text))))
        .build();
  }

  /** Returns the representation of a query of a task. */
  static QueryRepresentation query(TargetTask task, int index) {
    String representationId = task.getRepresentationId();
    int dimension = dimension(representationId);
    String text = task.getTaskId() + "." + task.getRevision() + "." + index;
    return new QueryRepresentation(
        task.getTaskId(),
        task.getRevision(),
        index,
        representationId,
        fingerprint(representationId),
        dimension,
        WEIGHTS,
        FeatureCodec.encode(FeatureEncoding.FLOAT32, unitRows(text, dimension)),
        "reference",
        "");
  }

  private static boolean isFine(String representationId) {
    return representationId.equals(REPRESENTATIONS.get(0));
  }

  private static int dimension(String representationId) {
    return isFine(representationId) ? 16 : 24;
  }

  private static String fingerprint(String representationId) {
    return "fingerprint-of-" + representationId;
  }

  /** Returns vectors of shape [checkpoints][dimension], rows of unit length. */
  private static float[][] unitRows(String text, int dimension) {
    Random random = new Random(text.hashCode() * 31L + dimension);
    float[][] rows = new float[CHECKPOINTS][];
    for (int c = 0; c < CHECKPOINTS; c++) {
      rows[c] = UnitVectors.random(random, dimension);
    }
    return rows;
  }
}
