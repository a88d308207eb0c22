package io.sluice.streams.trigger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The identity of a fine-tune job. The id of a job is a pure function of it: firing the same job
 * again gives the same id.
 *
 * @param taskId id of the target task
 * @param revision revision of the task
 * @param representationId the representation by which the examples were selected
 * @param budget number of examples
 * @param sequence number of the job among those of this task, revision and budget, from 0
 */
public record JobIdentity(
    String taskId, int revision, String representationId, int budget, int sequence) {
  private static final int HASH_CHARACTERS = 12;

  /** The job id: the task, the budget and 12 hex digits of a hash over all components. */
  public String id() {
    String all =
        String.join(
            "\0",
            taskId,
            String.valueOf(revision),
            representationId,
            String.valueOf(budget),
            String.valueOf(sequence));
    return taskId + "-" + budget + "-" + sha256(all).substring(0, HASH_CHARACTERS);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
