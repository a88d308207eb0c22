package io.sluice.local.doctor;

import io.sluice.gpuworker.embedding.SentenceEncoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.memory.MemoryNeed;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.gpuworker.representation.memory.TextRoom;
import io.sluice.local.machine.ProcFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The model of a worker: whether its weights fit into memory, whether it loads and passes its
 * self-tests on the devices of this machine, and which texts fit into their memory.
 *
 * @param settings the model, its checkpoints and the representation
 * @param compute how the worker computes
 */
public record ModelCheck(RepresentationSettings settings, ComputeSettings compute)
    implements Check {
  private static final double GIB = 1L << 30;

  @Override
  public String subject() {
    return "model";
  }

  @Override
  public List<Finding> run() throws IOException {
    long needed = bytes();
    Optional<Finding> tooLarge = tooLarge(needed, ProcFile.ofMemory().bytes("MemAvailable"));
    if (tooLarge.isPresent()) {
      return List.of(tooLarge.get());
    }
    try (ExampleRepresenter representer = ExampleRepresenter.open(settings, compute)) {
      List<Finding> findings = new ArrayList<>();
      findings.add(
          Finding.ok(
              "%s passes its self-tests on %s; weights take %.1f GiB; fingerprint %s"
                  .formatted(
                      settings.folder(),
                      representer.device(),
                      needed / GIB,
                      representer.fingerprint())));
      representer
          .room()
          .map(
              room ->
                  room(
                      room,
                      settings.kind().needsCheckpoints()
                          ? Optional.of(compute.recompute())
                          : Optional.empty()))
          .ifPresent(findings::add);
      return findings;
    }
  }

  /**
   * What is to be said about the texts that fit.
   *
   * @param recompute when backward passes compute states again; empty if there are none
   */
  static Finding room(TextRoom room, Optional<RecomputeMode> recompute) {
    String need =
        "a text of %,d tokens needs about %s on %s, where %s may be used"
            .formatted(
                room.limit(), room.need().text(), room.device(), MemoryNeed.text(room.usable()));
    if (room.longest() < room.limit()) {
      return Finding.warning(
          "%s; the longest that fits has about %,d tokens".formatted(need, room.longest()),
          "give the worker max.length=%d, or a device with more memory".formatted(room.longest()));
    }
    return Finding.ok(need + recompute.map(mode -> recomputation(room, mode)).orElse(""));
  }

  private static String recomputation(TextRoom room, RecomputeMode mode) {
    return switch (mode) {
      case AUTO ->
          room.longestKept() < room.limit()
              ? "; longer ones than about %,d tokens are computed with recomputation"
                  .formatted(room.longestKept())
              : "; texts are computed without recomputation";
      case ALWAYS -> "; texts are computed with recomputation";
      case NEVER -> "";
    };
  }

  /** ONNX Runtime holds the weights as they are in the file. */
  private long bytes() throws IOException {
    return settings.kind() == RepresentationKind.EMBEDDING
        ? SentenceEncoder.weightBytes(settings.folder())
        : DecoderWeights.bytes(settings.folder(), settings.weights().dtype());
  }

  /**
   * Whether the weights do not fit.
   *
   * @param needed bytes that the weights take
   * @param available bytes that this machine has left; empty when unknown
   */
  static Optional<Finding> tooLarge(long needed, OptionalLong available) {
    return available.isEmpty() || needed <= available.getAsLong()
        ? Optional.empty()
        : Optional.of(
            Finding.fault(
                "the weights take %.1f GiB, and this machine has %.1f GiB left"
                    .formatted(needed / GIB, available.getAsLong() / GIB),
                "run the worker on a machine with more memory, keep the weights in 16 bits"
                    + " (dtype=bfloat16), or use a smaller model"));
  }
}
