package io.sluice.local.crash;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Message;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import java.util.List;
import java.util.Random;

/** What workers would make: random vectors, always the same for the same text. */
final class Vectors {
  /** Two deployments of workers; of the second the vectors are short signs, so scores often tie. */
  static final List<String> REPRESENTATIONS = List.of("fine", "signs");

  private static final int CHECKPOINTS = 2;
  private static final List<Float> WEIGHTS = List.of(0.25f, 0.75f);

  private Vectors() {}

  /** A version of a candidate, represented. */
  static Representation candidate(String representationId, String id, int version) {
    String text = id + " v" + version;
    FeatureEncoding encoding =
        isFine(representationId) ? FeatureEncoding.INT8 : FeatureEncoding.SIGN;
    return new Representation(
        representationId,
        fingerprint(representationId),
        encoding,
        dimension(representationId),
        CHECKPOINTS,
        FeatureCodec.encode(encoding, unitRows(text, dimension(representationId))),
        9,
        new Candidate(
            id, "crash", List.of(new Message("user", "u"), new Message("assistant", text))));
  }

  /** A query of a task, represented. */
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
        FeatureCodec.encode(FeatureEncoding.FLOAT32, unitRows(text, dimension)));
  }

  private static boolean isFine(String representationId) {
    return representationId.equals(REPRESENTATIONS.get(0));
  }

  private static int dimension(String representationId) {
    return isFine(representationId) ? 16 : 24;
  }

  private static String fingerprint(String representationId) {
    return "made-for-" + representationId;
  }

  /** Shape [checkpoints][dimension], rows of unit norm. */
  private static float[][] unitRows(String text, int dimension) {
    Random random = new Random(text.hashCode() * 31L + dimension);
    float[][] rows = new float[CHECKPOINTS][dimension];
    for (float[] row : rows) {
      double squares = 0;
      for (int i = 0; i < dimension; i++) {
        row[i] = (float) random.nextGaussian();
        squares += row[i] * row[i];
      }
      for (int i = 0; i < dimension; i++) {
        row[i] /= (float) Math.sqrt(squares);
      }
    }
    return rows;
  }
}
