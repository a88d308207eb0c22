package io.sluice.gpuworker.model.decoder;

import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.Tensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The embedding and the head that a checkpoint holds in place of those of the base model.
 *
 * @param tensors the replacements, under the names of the base model
 * @param leavesTiedHead whether an embedding that is replaced without the head leaves a tied head
 *     as it is in the base model, because only a copy of the embedding was trained
 * @param separatesHead whether a copy of the head was trained, so that it is no longer tied to the
 *     embedding
 */
public record Replacements(Tensors tensors, boolean leavesTiedHead, boolean separatesHead) {
  /** Replaces nothing. */
  public static final Replacements NONE = new Replacements(new Nothing(), false, false);

  private static final class Nothing implements Tensors {
    @Override
    public Set<String> names() {
      return Set.of();
    }

    @Override
    public long[] shape(String name) throws UnusableModelException {
      throw absent(name);
    }

    @Override
    public ElementType type(String name) throws UnusableModelException {
      throw absent(name);
    }

    @Override
    public float[] read(String name, long... shape) throws UnusableModelException {
      throw absent(name);
    }

    @Override
    public void read(String name, long from, ByteBuffer into, long... shape)
        throws UnusableModelException {
      throw absent(name);
    }

    private static UnusableModelException absent(String name) {
      return new UnusableModelException("there is no tensor " + name);
    }
  }
}
