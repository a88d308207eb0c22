package io.sluice.local.cli.options;

import java.io.PrintWriter;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The option {@code --list-settings} of the commands that run a service. */
public final class ListSettingsOption {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--list-settings",
      description = "Print all settings of this service with their defaults, and exit.")
  private boolean given;

  /** Called by picocli. */
  public ListSettingsOption() {}

  /** Whether the command only prints the settings and does not run the service. */
  public boolean isGiven() {
    return given;
  }

  /** Prints each setting with its documentation, its default and its valid values. */
  public void print(ConfigDef definition) {
    PrintWriter out = spec.commandLine().getOut();
    for (ConfigKey key : definition.configKeys().values()) {
      out.println(key.name);
      out.println("    " + key.documentation);
      out.println(
          "    "
              + (key.hasDefault() ? "default: " + defaultOf(key) : "required")
              + (key.validator == null ? "" : "; valid: " + key.validator));
    }
    out.flush();
  }

  /** The default as it would be written in a file; no password is ever printed. */
  private static String defaultOf(ConfigKey key) {
    if (key.defaultValue == null || key.type == ConfigDef.Type.PASSWORD) {
      return "none";
    }
    String value = ConfigDef.convertToString(key.defaultValue, key.type);
    return value.isEmpty() ? "none" : value;
  }
}
