package io.sluice.gpuworker.launch;

import java.io.IOException;
import java.nio.file.Path;

/** A way of training. */
public interface Launcher extends AutoCloseable {
  /**
   * What of its own settings shapes a model: runs that differ in it share no folder.
   *
   * @return any text
   */
  String identity();

  /**
   * Trains, or goes on with what a trainer before left of the same run.
   *
   * <p>Blocks. When asked to stop it does so within a step and throws: for {@link Stop#CANCELLED}
   * nothing of it runs on anywhere, for {@link Stop#HANDED_ON} what the next trainer can go on with
   * is left.
   *
   * @throws JobFailedException when it cannot be done
   * @throws IOException when a file cannot be read or written
   * @throws InterruptedException when it was asked to stop
   */
  Trained train(TrainingOrder order, RunControl control)
      throws JobFailedException, IOException, InterruptedException;

  /** Lets go of what it holds, when the trainer ends. */
  @Override
  default void close() {}

  /**
   * A model.
   *
   * @param folder where it lies, whole, within the run's folder
   * @param tokens trained on, those of each epoch counted; 0 when not known
   * @param remark what people should know; may be empty
   */
  record Trained(Path folder, long tokens, String remark) {}
}
