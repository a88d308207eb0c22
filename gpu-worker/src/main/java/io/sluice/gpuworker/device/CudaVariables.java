package io.sluice.gpuworker.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The environment variables by which CUDA hides GPUs from a process and numbers the others anew,
 * from 0.
 *
 * @param visible the value of {@code CUDA_VISIBLE_DEVICES}; empty if it is not set
 * @param order the value of {@code CUDA_DEVICE_ORDER}; empty if it is not set
 */
public record CudaVariables(Optional<String> visible, Optional<String> order) {
  static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
  static final String ORDER = "CUDA_DEVICE_ORDER";

  /** The order in which CUDA counts as the driver does. */
  static final String AS_THE_DRIVER = "PCI_BUS_ID";

  private static final String UUID = "GPU-";
  private static final String SLICE = "MIG-";

  /** By convention, the entry that hides every GPU. */
  private static final String NONE = "-1";

  /**
   * The GPUs that CUDA shows.
   *
   * @param gpus in the order of the engine's numbers
   * @param stranger the first entry of the list that is no GPU; CUDA ignores it and what follows.
   *     Empty if there is none, or if it is there to hide every GPU
   */
  record Shown(List<Gpu> gpus, Optional<String> stranger) {
    /** Copies the list. */
    Shown {
      gpus = List.copyOf(gpus);
    }
  }

  static CudaVariables ofEnvironment() {
    return new CudaVariables(
        Optional.ofNullable(System.getenv(VISIBLE)), Optional.ofNullable(System.getenv(ORDER)));
  }

  /**
   * What CUDA shows of the machine's GPUs.
   *
   * @param all in the driver's order
   * @return empty if the variables do not tell it: slices of a GPU are named, or CUDA counts in
   *     another order than the driver
   */
  Optional<Shown> shown(List<Gpu> all) {
    if (visible.isEmpty()) {
      return countsAsTheDriver(all)
          ? Optional.of(new Shown(all, Optional.empty()))
          : Optional.empty();
    }
    List<Gpu> shown = new ArrayList<>();
    for (String each : visible.get().split(",", -1)) {
      String entry = each.strip();
      if (entry.startsWith(SLICE) || (!entry.startsWith(UUID) && !countsAsTheDriver(all))) {
        return Optional.empty();
      }
      Optional<Gpu> gpu = named(entry, all).filter(one -> !shown.contains(one));
      if (gpu.isEmpty()) {
        boolean deliberate = entry.isEmpty() || entry.equals(NONE);
        return Optional.of(new Shown(shown, deliberate ? Optional.empty() : Optional.of(entry)));
      }
      shown.add(gpu.get());
    }
    return Optional.of(new Shown(shown, Optional.empty()));
  }

  /** Whether the numbers of CUDA are those of the driver, if no GPU is hidden. */
  boolean countsAsTheDriver(List<Gpu> all) {
    return all.size() < 2 || order.filter(AS_THE_DRIVER::equals).isPresent();
  }

  /** A GPU by its number or the beginning of its identity, as CUDA accepts them. */
  private static Optional<Gpu> named(String entry, List<Gpu> all) {
    List<Gpu> named =
        all.stream()
            .filter(
                gpu ->
                    entry.startsWith(UUID)
                        ? gpu.uuid().startsWith(entry)
                        : String.valueOf(gpu.number()).equals(entry))
            .toList();
    return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
  }
}
