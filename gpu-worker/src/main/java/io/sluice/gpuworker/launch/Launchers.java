package io.sluice.gpuworker.launch;

import java.util.Map;
import java.util.TreeMap;

/**
 * The launchers of a trainer.
 *
 * @param byName those that are set up
 * @param standard the name of the one for jobs that name none
 */
public record Launchers(Map<String, Launcher> byName, String standard) {
  public Launchers {
    byName = Map.copyOf(byName);
  }

  /** The name of the launcher for a job. */
  public String nameFor(String asked) {
    return asked.isEmpty() ? standard : asked;
  }

  /**
   * A launcher by its name.
   *
   * @throws JobFailedException when there is none of that name
   */
  public Launcher find(String name) throws JobFailedException {
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
