package io.sluice.gpuworker.service;

import java.util.Set;
import org.slf4j.Logger;

/** Warns of settings that do not do what whoever set them may think. */
public final class SettingDoubts {
  private SettingDoubts() {}

  /**
   * Logs them; keys only, since values may be secrets.
   *
   * @param unknown keys that nobody knows
   * @param overruled keys whose values are fixed
   */
  public static void log(Logger log, Set<String> unknown, Set<String> overruled) {
    if (!unknown.isEmpty()) {
      log.atWarn()
          .addKeyValue("keys", unknown)
          .log("Settings that neither Sluice nor Kafka knows: is one misspelt?");
    }
    if (!overruled.isEmpty()) {
      log.atWarn()
          .addKeyValue("keys", overruled)
          .log("Settings without effect: the delivery guarantee fixes their values");
    }
  }
}
