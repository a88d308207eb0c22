package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A hash of everything that influences the model of a training run. Runs with equal hashes share a
 * folder, so that one can resume the other.
 */
final class RunHash {
  private final MessageDigest digest;

  private RunHash() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * The hash of a run, in hex.
   *
   * @param launcher the launcher's name and the settings that influence a model
   */
  static String of(
      String launcher, Path model, FineTuneJob job, ArmRun run, List<DatasetRecord> examples) {
    RunHash hash = new RunHash();
    hash.add(launcher);
    hash.add(model.toAbsolutePath().toString());
    hash.add(job.getJobId());
    hash.add(job.getHyperParameters().toString());
    hash.add(run.label());
    for (DatasetRecord example : examples) {
      hash.add(example.getCandidateId());
      for (Message message : example.getMessages()) {
        Messages.identity(message).forEach(hash::add);
      }
    }
    return HexFormat.of().formatHex(hash.digest.digest());
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }
}
