package io.sluice.local.endtoend;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.util.List;
import java.util.Random;

/** A fake representer: represents an example by a random vector that depends on its id only. */
class SteadyRepresenter implements Representer {
  private static final int DIMENSION = 16;

  static float[][] rows(String id) {
    Random random = new Random(id.hashCode());
    float[] row = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      row[i] = (float) random.nextGaussian();
    }
    return new float[][] {row};
  }

  @Override
  public String fingerprint() {
    return "steady";
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int checkpoints() {
    return 1;
  }

  @Override
  public float[] checkpointWeights() {
    return new float[] {1};
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
    return messages.get(messages.size() - 1).getContent().equals("unusable")
        ? new Unusable("nothing is left to learn")
        : new Represented(rows(id), 5);
  }
}
