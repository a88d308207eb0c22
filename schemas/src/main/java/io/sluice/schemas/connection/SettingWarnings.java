package io.sluice.schemas.connection;

import org.slf4j.Logger;

/** Warns of settings that do not have the effect that a user may expect. */
public final class SettingWarnings {
  private SettingWarnings() {}

  /** Logs the unknown keys and those without effect; keys only, since values may be secrets. */
  public static void log(Logger log, ConnectionConfig config) {
    if (!config.unknownKeys().isEmpty()) {
      log.atWarn()
          .addKeyValue("keys", config.unknownKeys())
          .log("Settings that neither Sluice nor Kafka knows: is one misspelt?");
    }
    if (!config.overruledKeys().isEmpty()) {
      log.atWarn()
          .addKeyValue("keys", config.overruledKeys())
          .log("Settings without effect: the delivery guarantee fixes their values");
    }
  }
}
