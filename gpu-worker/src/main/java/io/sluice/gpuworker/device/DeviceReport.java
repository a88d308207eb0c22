package io.sluice.gpuworker.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is seen of GPUs and why not more, for people.
 *
 * @param lines from the hardware to the engine; the last one is what the program computes on
 */
public record DeviceReport(List<Line> lines) {
  private static final double GIB = 1L << 30;

  private static final String NO_START = "does not start: ";

  /** The first driver that CUDA 12 works with. */
  private static final int OLDEST_DRIVER = 525;

  /**
   * One part.
   *
   * @param part what was looked at
   * @param text what was found, as a sentence without a full stop
   * @param remedy what would switch a GPU on; empty if this part does not stand in the way
   */
  public record Line(String part, String text, String remedy) {}

  /** Copies the list. */
  public DeviceReport {
    lines = List.copyOf(lines);
  }

  /** What the facts mean. */
  public static DeviceReport of(DeviceFacts facts) {
    List<Line> lines = new ArrayList<>();
    lines.add(driver(facts));
    facts.answer().gpus().forEach(gpu -> lines.add(gpu(gpu)));
    lines.add(engine(facts.engine()));
    lines.add(used(facts));
    return new DeviceReport(lines);
  }

  /** Whether the engine does not start, or leaves a GPU that the driver sees unused. */
  public boolean isFaulty() {
    return lines.stream().anyMatch(line -> line.text().startsWith(NO_START))
        || (lines.stream().anyMatch(line -> line.part().equals("gpu"))
            && lines.stream().anyMatch(line -> !line.remedy().isEmpty()));
  }

  private static Line driver(DeviceFacts facts) {
    Optional<String> version =
        facts.answer().gpus().stream().map(Gpu::driver).findFirst().or(facts::driver);
    if (version.isEmpty()) {
      return new Line(
          "driver",
          "NVIDIA's driver is not there: /proc/driver/nvidia is missing, and "
              + facts.answer().problem(),
          "if this machine has a GPU, install the driver; give a container access to it, with"
              + " docker by --gpus all");
    }
    String text = "NVIDIA's driver " + version.get();
    if (facts.answer().gpus().isEmpty()) {
      return new Line(
          "driver",
          text + " is loaded, but lists no GPU: " + facts.answer().problem(),
          "install nvidia-smi of this version, and see what it says; in a container, the driver's"
              + " capability 'utility' brings it");
    }
    return isTooOld(version.get())
        ? new Line(
            "driver",
            text + " is too old for CUDA 12",
            "install version " + OLDEST_DRIVER + " or later")
        : new Line("driver", text, "");
  }

  private static boolean isTooOld(String driver) {
    return Integer.parseInt(driver.split("\\.", 2)[0]) < OLDEST_DRIVER;
  }

  private static Line gpu(Gpu gpu) {
    StringBuilder text = new StringBuilder();
    text.append("GPU ").append(gpu.number()).append(": ").append(gpu.name());
    if (gpu.totalBytes().isPresent()) {
      text.append(
          ", %.1f GiB, of which %.1f GiB are used"
              .formatted(gpu.totalBytes().getAsLong() / GIB, gpu.usedBytes().orElse(0) / GIB));
    }
    OptionalLong errors = gpu.eccErrors();
    return errors.orElse(0) > 0
        ? new Line(
            "gpu",
            text + ", " + errors.getAsLong() + " uncorrectable errors of its memory",
            "reset or replace it: nvidia-smi -q -d ECC,PAGE_RETIREMENT,ROW_REMAPPER")
        : new Line("gpu", text.toString(), "");
  }

  private static Line engine(DeviceFacts.Started engine) {
    if (!engine.problem().isEmpty()) {
      return new Line("engine", NO_START + engine.problem(), "repair what it names");
    }
    String text =
        "PyTorch %s, built for %s, in %s"
            .formatted(engine.version(), engine.cuda() ? "CUDA" : "CPUs only", engine.library());
    if (!engine.cuda()) {
      return new Line(
          "engine",
          text,
          "set "
              + TorchLibrary.PATH
              + " to the folder torch/lib of PyTorch "
              + engine.version()
              + " with CUDA 12, or build Sluice with the Maven profile cuda (deploy/docs/gpu.md)");
    }
    return engine.runtime()
        ? new Line("engine", text, "")
        : new Line(
            "engine",
            text + ", but libcudart.so is not found",
            "install CUDA's runtime 12, or add the folder that has it to LD_LIBRARY_PATH");
  }

  private static Line used(DeviceFacts facts) {
    if (!facts.engine().problem().isEmpty()) {
      return new Line("used", "nothing, because the engine does not start", "");
    }
    int used = facts.engine().gpus();
    int there = facts.answer().gpus().size();
    String text =
        used == 0
            ? "the CPU"
            : used == 1 ? "one GPU, gpu(0)" : used + " GPUs, gpu(0) to gpu(" + (used - 1) + ")";
    boolean engineWorks = facts.engine().cuda() && facts.engine().runtime();
    if (used >= there || !engineWorks) {
      return new Line("used", text, "");
    }
    return new Line(
        "used",
        text + ", although the driver lists " + there,
        facts
            .visible()
            .map(value -> "CUDA_VISIBLE_DEVICES is '" + value + "': name all of them, or unset it")
            .orElse(
                "see what CUDA says, with 'deploy/sluice devices --verbose'; MIG slices and"
                    + " exclusive modes are set with nvidia-smi"));
  }
}
