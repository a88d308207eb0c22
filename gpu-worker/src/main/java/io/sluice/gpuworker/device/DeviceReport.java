package io.sluice.gpuworker.device;

import io.sluice.gpuworker.device.CudaVariables.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is seen of GPUs and why not more, for people.
 *
 * @param lines from the hardware to the engine; the last one is what the program computes on
 */
public record DeviceReport(List<Line> lines) {
  private static final double GIB = 1L << 30;

  private static final String NO_START = "does not start: ";

  /** The first driver that CUDA 12 works with, and the first one that knows Blackwell. */
  private static final int OLDEST_DRIVER = 525;

  private static final int OLDEST_FOR_BLACKWELL = 570;
  private static final int BLACKWELL = 10;

  private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\b.*");

  private static final String GPU = "gpu";
  private static final String USED = "used";
  private static final String ASK_CUDA =
      "see what CUDA says, with 'deploy/sluice devices --verbose'";

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
    List<Gpu> all = facts.answer().gpus();
    Optional<Shown> shown = facts.variables().shown(all);
    List<Gpu> visible = shown.map(Shown::gpus).orElse(all);
    List<Line> lines = new ArrayList<>();
    lines.add(driver(facts, visible));
    all.forEach(gpu -> lines.add(visible.contains(gpu) ? gpu(gpu) : hidden(gpu)));
    lines.add(engine(facts.engine()));
    if (facts.variables().visible().isPresent() && facts.engine().gpus() == visible.size()) {
      shown.ifPresent(known -> numbers(known.gpus(), lines));
    }
    lines.add(used(facts, shown));
    return new DeviceReport(lines);
  }

  /** Whether the engine does not start, or leaves a GPU unused that it should see. */
  public boolean isFaulty() {
    return lines.stream().anyMatch(line -> line.text().startsWith(NO_START))
        || lines.stream().anyMatch(line -> line.part().equals(USED) && !line.remedy().isEmpty())
        || (lines.stream().anyMatch(line -> line.part().equals(GPU))
            && lines.stream().anyMatch(line -> !line.remedy().isEmpty()));
  }

  private static Line driver(DeviceFacts facts, List<Gpu> visible) {
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
    if (isBefore(OLDEST_DRIVER, version.get())) {
      return new Line(
          "driver",
          text + " is too old for CUDA 12",
          "install version " + OLDEST_DRIVER + " or later");
    }
    return visible.stream()
        .filter(gpu -> gpu.capability().orElse(0) >= BLACKWELL)
        .filter(gpu -> isBefore(OLDEST_FOR_BLACKWELL, version.get()))
        .findFirst()
        .map(
            gpu ->
                new Line(
                    "driver",
                    "%s is too old for GPU %d, which has the compute capability %d"
                        .formatted(text, gpu.number(), gpu.capability().getAsInt()),
                    "install version " + OLDEST_FOR_BLACKWELL + " or later"))
        .orElse(new Line("driver", text, ""));
  }

  private static boolean isBefore(int first, String driver) {
    Matcher version = VERSION.matcher(driver);
    return version.matches() && Integer.parseInt(version.group(1)) < first;
  }

  private static Line gpu(Gpu gpu) {
    return errors(gpu).isEmpty()
        ? new Line(GPU, text(gpu), "")
        : new Line(
            GPU,
            text(gpu) + errors(gpu),
            "reset or replace it: nvidia-smi -q -d ECC,PAGE_RETIREMENT,ROW_REMAPPER");
  }

  /** This process does without it, whatever its state. */
  private static Line hidden(Gpu gpu) {
    return new Line("hidden", text(gpu) + errors(gpu), "");
  }

  private static String text(Gpu gpu) {
    StringBuilder text = new StringBuilder();
    text.append("GPU ").append(gpu.number()).append(": ").append(gpu.name());
    if (gpu.totalBytes().isPresent()) {
      text.append(
          ", %.1f GiB, of which %.1f GiB are used"
              .formatted(gpu.totalBytes().getAsLong() / GIB, gpu.usedBytes().orElse(0) / GIB));
    }
    return text.toString();
  }

  private static String errors(Gpu gpu) {
    long errors = gpu.eccErrors().orElse(0);
    return errors > 0 ? ", " + errors + " uncorrectable errors of its memory" : "";
  }

  /** The engine counts the GPUs that it sees from 0. */
  private static void numbers(List<Gpu> shown, List<Line> lines) {
    for (int number = 0; number < shown.size(); number++) {
      Gpu gpu = shown.get(number);
      String text =
          "gpu(%d) is GPU %d of nvidia-smi: %s".formatted(number, gpu.number(), gpu.name());
      lines.add(new Line("number", gpu.uuid().isEmpty() ? text : text + ", " + gpu.uuid(), ""));
    }
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
              + " with CUDA 12 (deploy/docs/gpu.md), or build with the Maven profile cuda if your"
              + " repository has pytorch-native-cu128");
    }
    return engine.runtime()
        ? new Line("engine", text, "")
        : new Line(
            "engine",
            text + ", but libcudart.so is not found",
            "install CUDA's runtime 12, or add the folder that has it to LD_LIBRARY_PATH");
  }

  private static Line used(DeviceFacts facts, Optional<Shown> shown) {
    DeviceFacts.Started engine = facts.engine();
    if (!engine.problem().isEmpty()) {
      return new Line(USED, "nothing, because the engine does not start", "");
    }
    int used = engine.gpus();
    String text =
        used == 0
            ? "the CPU"
            : used == 1 ? "one GPU, gpu(0)" : used + " GPUs, gpu(0) to gpu(" + (used - 1) + ")";
    List<Gpu> all = facts.answer().gpus();
    if (all.isEmpty() || !engine.cuda() || !engine.runtime()) {
      return new Line(USED, text, "");
    }
    return facts
        .variables()
        .visible()
        .map(list -> used(text, used, list, shown))
        .orElseGet(() -> used(text, used, all, facts.variables()));
  }

  /** No GPU is hidden. */
  private static Line used(String text, int used, List<Gpu> all, CudaVariables variables) {
    if (used < all.size()) {
      return new Line(
          USED,
          text + ", although the driver lists " + all.size(),
          ASK_CUDA + "; MIG slices and exclusive modes are set with nvidia-smi");
    }
    return new Line(
        USED,
        variables.countsAsTheDriver(all)
            ? text
            : "%s; their numbers may not be those of nvidia-smi, since %s is not %s"
                .formatted(text, CudaVariables.ORDER, CudaVariables.AS_THE_DRIVER),
        "");
  }

  /** Only some GPUs are shown to this process. */
  private static Line used(String text, int used, String list, Optional<Shown> shown) {
    String variable = "%s is '%s'".formatted(CudaVariables.VISIBLE, list);
    Optional<String> stranger = shown.flatMap(Shown::stranger);
    if (stranger.isPresent()) {
      return new Line(
          USED,
          text + "; " + variable,
          "name GPUs that nvidia-smi -L lists: CUDA ignores '%s' and what follows it"
              .formatted(stranger.get()));
    }
    int expected = shown.map(known -> known.gpus().size()).orElse(1);
    return used < expected
        ? new Line(USED, text + ", although " + variable, ASK_CUDA)
        : new Line(USED, text + "; " + variable, "");
  }
}
