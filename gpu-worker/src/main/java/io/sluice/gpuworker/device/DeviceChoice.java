package io.sluice.gpuworker.device;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which devices to compute on, as users write it: {@code auto}, {@code cpu}, {@code gpu}, or
 * numbers of GPUs.
 */
public sealed interface DeviceChoice {
  /** Every GPU, or the CPU if there is none. */
  DeviceChoice AUTO = new Auto();

  /** The form of all choices, for the check of a setting. */
  Pattern FORM = Pattern.compile("auto|cpu|gpu|\\d{1,3}(,\\d{1,3})*");

  /**
   * The numbers of the GPUs to use, ascending; none for the CPU.
   *
   * @param seen the number of GPUs that the engine sees
   * @throws UnusableDeviceException when one that was chosen is not seen
   */
  List<Integer> gpus(int seen);

  /** Whether the CPU does not do, so that there must be a GPU. */
  default boolean needsGpu() {
    return false;
  }

  /** The choice as users write it. */
  String label();

  /** Every GPU, or the CPU if there is none. */
  record Auto() implements DeviceChoice {
    @Override
    public List<Integer> gpus(int seen) {
      return all(seen);
    }

    @Override
    public String label() {
      return "auto";
    }
  }

  /** The CPU, also if there are GPUs. */
  record Cpu() implements DeviceChoice {
    @Override
    public List<Integer> gpus(int seen) {
      return List.of();
    }

    @Override
    public String label() {
      return "cpu";
    }
  }

  /** Every GPU, and never the CPU. */
  record EveryGpu() implements DeviceChoice {
    @Override
    public boolean needsGpu() {
      return true;
    }

    @Override
    public List<Integer> gpus(int seen) {
      requireAny(label(), seen);
      return all(seen);
    }

    @Override
    public String label() {
      return "gpu";
    }
  }

  /**
   * Certain GPUs.
   *
   * @param numbers counted from 0, different
   */
  record Gpus(List<Integer> numbers) implements DeviceChoice {
    /** Sorts the numbers; throws {@link IllegalArgumentException} when one is given twice. */
    public Gpus {
      List<Integer> sorted = numbers.stream().distinct().sorted().toList();
      if (sorted.size() < numbers.size()) {
        throw new IllegalArgumentException(
            "devices " + numbers + ": a number is given twice, give it once");
      }
      numbers = sorted;
    }

    @Override
    public boolean needsGpu() {
      return true;
    }

    @Override
    public List<Integer> gpus(int seen) {
      requireAny(label(), seen);
      for (int number : numbers) {
        if (number >= seen) {
          throw new UnusableDeviceException(
              "devices %s: there is no GPU %d, the engine sees %d, counted from 0; 'sluice devices' lists them"
                  .formatted(label(), number, seen));
        }
      }
      return numbers;
    }

    @Override
    public String label() {
      return String.join(",", numbers.stream().map(String::valueOf).toList());
    }
  }

  private static void requireAny(String label, int seen) {
    if (seen == 0) {
      throw new UnusableDeviceException(
          "devices " + label + ": the engine sees no GPU; 'sluice devices' says why");
    }
  }

  private static List<Integer> all(int seen) {
    return IntStream.range(0, seen).boxed().toList();
  }

  /**
   * Reads a choice of one device, for work that is not spread over several.
   *
   * @throws IllegalArgumentException when the text is none
   */
  static DeviceChoice one(String text) {
    DeviceChoice choice = of(text);
    if (choice instanceof Gpus gpus && gpus.numbers().size() > 1) {
      throw new IllegalArgumentException(
          "devices " + text + ": training uses one device, name one");
    }
    return choice;
  }

  /**
   * Reads a choice.
   *
   * @throws IllegalArgumentException when the text is none
   */
  static DeviceChoice of(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "devices " + text + ": use auto, cpu, gpu, or numbers of GPUs such as 0,1");
    }
    return switch (text) {
      case "auto" -> AUTO;
      case "cpu" -> new Cpu();
      case "gpu" -> new EveryGpu();
      default -> {
        List<Integer> numbers = new ArrayList<>();
        for (String number : text.split(",")) {
          numbers.add(Integer.valueOf(number));
        }
        yield new Gpus(numbers);
      }
    };
  }
}
