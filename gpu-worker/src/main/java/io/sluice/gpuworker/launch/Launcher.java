package io.sluice.gpuworker.launch;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A way to carry out training runs.
 *
 * <p>One thread trains at a time. {@link RunControl} may stop it from another.
 */
public interface Launcher extends AutoCloseable {
  /**
   * The launcher's own settings that influence a model. Runs with different texts never share a
   * folder.
   *
   * @return a text of any form
   */
  String identity();

  /**
   * Trains a model, or resumes what an earlier trainer has left of the same run.
   *
   * <p>Blocks until the model is complete. When asked to stop it does so within one step and throws
   * InterruptedException: after {@link StopReason#CANCELLED} nothing of the run is left running
   * anywhere; after {@link StopReason#HANDED_ON} everything is kept that the next trainer can
   * resume.
   *
   * @throws JobFailedException when the job fails
   * @throws IOException when a file cannot be read or written
   * @throws InterruptedException when the run was asked to stop
   */
  Trained train(TrainingOrder order, RunControl control)
      throws JobFailedException, IOException, InterruptedException;

  /** Releases the launcher's resources when the trainer ends; called once. */
  @Override
  default void close() {}

  /**
   * A trained model.
   *
   * @param folder the complete model, within the run's folder
   * @param tokens trained on, summed over all epochs; 0 when unknown
   * @param remark a note for people; may be empty
   */
  record Trained(Path folder, long tokens, String remark) {}
}
