package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.util.List;

/**
 * Represents an example by two rows that follow from its id, and as many tokens as its last turn
 * has characters. An example that says {@code unusable} is unusable, one that says {@code zero} has
 * a vector that cannot be encoded, and {@code broken} breaks the representer itself.
 */
final class FakeRepresenter implements Representer {
  static final int DIMENSION = 8;

  /** The rows of an example. */
  static float[][] rows(String id) {
    float[][] rows = new float[2][DIMENSION];
    rows[0][Math.floorMod(id.hashCode(), DIMENSION)] = 1;
    rows[1][Math.floorMod(id.hashCode() / DIMENSION, DIMENSION)] = -1;
    return rows;
  }

  @Override
  public String fingerprint() {
    return "f00d";
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int checkpoints() {
    return 2;
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

  private static Outcome outcome(String id, List<Message> messages) {
    String said = messages.get(messages.size() - 1).getContent();
    return switch (said) {
      case "unusable" -> new Unusable("nothing is left to learn");
      case "zero" -> new Represented(new float[2][DIMENSION], 3);
      case "broken" -> throw new IllegalStateException("out of memory");
      default -> new Represented(rows(id), said.length());
    };
  }
}
