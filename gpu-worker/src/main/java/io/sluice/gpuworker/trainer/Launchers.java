package io.sluice.gpuworker.trainer;

import java.util.Map;
import java.util.TreeMap;

/**
 * The launchers of a trainer.
 *
 * @param byName those that are set up
 * @param standard the name of the one for jobs that name none
 */
record Launchers(Map<String, Launcher> byName, String standard) {
  Launchers {
    byName = Map.copyOf(byName);
  }

  /** The name of the launcher for a job. */
  String nameFor(String asked) {
    return asked.isEmpty() ? standard : asked;
  }

  /**
   * A launcher by its name.
   *
   * @throws JobFailedException when there is none of that name
   */
  Launcher find(String name) throws JobFailedException {
    Launcher found = byName.get(name);
    if (found == null) {
      throw new JobFailedException(
          "launcher '"
              + name
              + "' is not set up here: this trainer has "
              + String.join(", ", new TreeMap<>(byName).keySet())
              + "; command needs command.line, kubernetes needs kubernetes.template");
    }
    return found;
  }
}
