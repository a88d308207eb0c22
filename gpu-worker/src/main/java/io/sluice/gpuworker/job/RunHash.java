package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A hash of all that shapes a training run: equal hashes, one folder. */
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
   * @param launcher its name and what of its settings shapes a model
   */
  static String of(
      String launcher, Path model, FineTuneJob job, ArmRun run, List<DatasetRecord> examples) {
    RunHash identity = new RunHash();
    identity.add(launcher);
    identity.add(model.toAbsolutePath().toString());
    identity.add(job.getJobId());
    identity.add(job.getHyperParameters().toString());
    identity.add(run.label());
    for (DatasetRecord example : examples) {
      identity.add(example.getCandidateId());
      for (Message message : example.getMessages()) {
        identity.add(message.getRole());
        identity.add(message.getContent());
      }
    }
    return HexFormat.of().formatHex(identity.digest.digest());
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }
}
