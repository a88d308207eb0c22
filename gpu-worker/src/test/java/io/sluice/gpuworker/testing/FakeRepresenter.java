package io.sluice.gpuworker.testing;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Represents an example by rows that follow from its id alone, with as many tokens as its last turn
 * has characters. An example whose last turn is {@code unusable} is unusable, one with {@code zero}
 * has a vector that cannot be encoded, and one with {@code broken} makes the representer fail.
 * Tests of slow, stuck or failing workers extend it.
 */
public class FakeRepresenter implements Representer {
  public static final int DIMENSION = 16;
  public static final String FINGERPRINT = "f00d";
  public static final String TEXT_FORM = "chat cafe";
  public static final String TOKENIZER = "7e57";

  private static final int CHECKPOINTS = 2;

  /** The length of each row is exactly 1, and every encoding keeps its signs. */
  private static final float VALUE = 0.25f;

  /** The rows of an example, one per checkpoint: other signs for each id. */
  public static float[][] rows(String id) {
    Random random = new Random(id.hashCode());
    float[][] rows = new float[CHECKPOINTS][DIMENSION];
    for (float[] row : rows) {
      for (int i = 0; i < DIMENSION; i++) {
        row[i] = random.nextBoolean() ? VALUE : -VALUE;
      }
    }
    return rows;
  }

  @Override
  public String fingerprint() {
    return FINGERPRINT;
  }

  @Override
  public String textForm() {
    return TEXT_FORM;
  }

  @Override
  public String tokenizer() {
    return TOKENIZER;
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int checkpoints() {
    return CHECKPOINTS;
  }

  @Override
  public float[] checkpointWeights() {
    return new float[] {0.75f, 0.25f};
  }

  @Override
  public String device() {
    return "none";
  }

  @Override
  public List<Outcome> candidates(List<Candidate> candidates) {
    return candidates.stream().map(each -> outcome(each.getId(), each.getMessages())).toList();
  }

  @Override
  public List<Outcome> queries(List<Query> queries) {
    return queries.stream().map(each -> outcome(each.getId(), each.getMessages())).toList();
  }

  @Override
  public List<Outcome> represent(List<? extends Text> examples, ExampleRole role) {
    throw new UnsupportedOperationException("rows follow from ids, and texts have none");
  }

  @Override
  public void close() {}

  private static ByteBuffer hash(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Outcome outcome(String id, List<Message> messages) {
    String said = messages.get(messages.size() - 1).getContent();
    return switch (said) {
      case "unusable" -> new Unusable("nothing is left to learn");
      case "zero" -> new Represented(new float[CHECKPOINTS][DIMENSION], 3, 3, hash(id), 2);
      case "broken" -> throw new IllegalStateException("out of memory");
      default ->
          new Represented(
              rows(id), said.length(), 2 * said.length(), hash(said), said.length() - 1);
    };
  }
}
