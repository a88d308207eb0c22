package io.sluice.streams.config;

import io.sluice.schemas.connection.Setting;
import io.sluice.schemas.connection.SettingChecks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings that the streams-app has beyond the connection; read by {@link StreamsAppConfig}.
 */
public final class StreamsAppSettings {
  private static final int MAX_PORT = 65_535;

  /** Readers of subsets and status would take a longer silence for a failure. */
  private static final int LONGEST_INTERVAL_MS = 60_000;

  /** A slice keeps the thread from polling: far below the time that Kafka waits for a poll. */
  private static final int LONGEST_SLICE_MS = 10_000;

  /** Some thousand examples of a usual size for a task; a request is held in memory. */
  private static final int DEFAULT_LINE_BYTES = 4 << 20;

  private static final int SMALLEST_LINE_BYTES = 1 << 10;
  private static final int LARGEST_LINE_BYTES = 64 << 20;

  /** The name that instances which share the work have in common. */
  public static final Setting<String> APPLICATION_ID =
      Setting.text(StreamsConfig.APPLICATION_ID_CONFIG)
          .byDefault("sluice-streams")
          .valid(new ConfigDef.NonEmptyString())
          .documentation("Name of the application. Instances with the same name share the work.");

  /** The directory of the local state. */
  public static final Setting<String> STATE_DIR =
      Setting.text(StreamsConfig.STATE_DIR_CONFIG)
          .byDefault(
              Path.of(System.getProperty("user.home"), ".sluice", "streams-state").toString())
          .valid(new ConfigDef.NonEmptyString())
          .documentation(
              "Directory of the local state, which is rebuilt from Kafka if it is lost. Each Kafka"
                  + " cluster has a folder of its own in it, named by its cluster id.");

  /** The time between two publications of what changed. */
  public static final Setting<Duration> REPORT_INTERVAL =
      Setting.longInteger("report.interval.ms")
          .byDefault(250L)
          .valid(Range.between(1, LONGEST_INTERVAL_MS))
          .importance(Importance.LOW)
          .documentation(
              "Milliseconds between two publications of changes: subsets, jobs, pool counts and status.")
          .as(Duration::ofMillis);

  /** The time between two slices of a backfill. */
  public static final Setting<Duration> BACKFILL_INTERVAL =
      Setting.longInteger("backfill.interval.ms")
          .byDefault(10L)
          .valid(Range.between(1, LONGEST_INTERVAL_MS))
          .importance(Importance.LOW)
          .documentation(
              "Milliseconds between two slices of a backfill, during which live candidates are processed.")
          .as(Duration::ofMillis);

  /** The time that one slice of a backfill takes. */
  public static final Setting<Duration> BACKFILL_SLICE =
      Setting.longInteger("backfill.slice.ms")
          .byDefault(40L)
          .valid(Range.between(0, LONGEST_SLICE_MS))
          .importance(Importance.LOW)
          .documentation(
              "Milliseconds of work on stored candidates (scoring them for a new task, deleting the scores of a removed one) in one slice. A slice delays a live candidate by about this time. 0: a slice does one step of work.")
          .as(Duration::ofMillis);

  /** Whether the HTTP API is served. */
  public static final Setting<Boolean> HTTP_ENABLED =
      Setting.flag("http.enabled")
          .byDefault(true)
          .documentation("Whether the HTTP API, health and metrics are served.");

  /** The address that the HTTP API is bound to. */
  public static final Setting<String> HTTP_HOST =
      Setting.text("http.host")
          .byDefault("127.0.0.1")
          .valid(new ConfigDef.NonEmptyString())
          .documentation(
              "Local address on which the HTTP API, health and metrics are served. Anyone who can reach"
                  + " it can read everything, and also write unless http.token is set: use 0.0.0.0 in"
                  + " closed networks only.");

  /** Names under which the HTTP API is served beyond those that the instance itself knows. */
  public static final Setting<List<String>> HTTP_ALLOWED_HOSTS =
      Setting.list("http.allowed.hosts")
          .byDefault(List.of())
          .valid(hostNames())
          .documentation(
              "Host names under which clients reach the HTTP API, without ports, separated by"
                  + " commas: those of a proxy, for example. IP addresses, localhost, http.host,"
                  + " the host of application.server and, if http.host is 0.0.0.0, the name of the"
                  + " machine are always allowed. Requests with another name in the header Host get"
                  + " 421.");

  /** The port of the HTTP API; 0 for a free one. */
  public static final Setting<Integer> HTTP_PORT =
      Setting.integer("http.port")
          .byDefault(8085)
          .valid(Range.between(0, MAX_PORT))
          .documentation(
              "Port of the HTTP API, health and metrics; 0 chooses a free one, which is printed.");

  /** What a request that writes must show; empty when nothing is asked for. */
  public static final Setting<Optional<Password>> HTTP_TOKEN =
      Setting.password("http.token")
          .byDefault(new Password(""))
          .valid(token())
          .documentation(
              "Token that every writing request must carry as Authorization: Bearer TOKEN. If empty,"
                  + " no token is required. Set it in a file or in the environment, where other users"
                  + " of the machine do not see it.")
          .as(token -> Optional.of(token).filter(given -> !given.value().isEmpty()));

  /** The longest candidate line and largest task that the HTTP API takes, in bytes. */
  public static final Setting<Integer> HTTP_MAX_LINE_BYTES =
      Setting.integer("http.max.line.bytes")
          .byDefault(DEFAULT_LINE_BYTES)
          .valid(Range.between(SMALLEST_LINE_BYTES, LARGEST_LINE_BYTES))
          .importance(Importance.LOW)
          .documentation(
              "Maximum size in bytes of a candidate line and of a task that the HTTP API accepts.");

  /** Where other instances reach this one, as host:port; empty when it is not configured. */
  public static final Setting<Optional<String>> APPLICATION_SERVER =
      Setting.text(StreamsConfig.APPLICATION_SERVER_CONFIG)
          .byDefault("")
          .documentation(
              "Address at which the other instances reach the HTTP API of this instance, as host:port."
                  + " When empty: the address that it is bound to, or the host name if that is 0.0.0.0.")
          .as(address -> Optional.of(address).filter(given -> !given.isEmpty()));

  private StreamsAppSettings() {}

  /** All of them, in the order in which they are listed. */
  static List<Setting<?>> all() {
    return List.of(
        APPLICATION_ID,
        STATE_DIR,
        REPORT_INTERVAL,
        BACKFILL_INTERVAL,
        BACKFILL_SLICE,
        HTTP_ENABLED,
        HTTP_HOST,
        HTTP_ALLOWED_HOSTS,
        HTTP_PORT,
        HTTP_TOKEN,
        HTTP_MAX_LINE_BYTES,
        APPLICATION_SERVER);
  }

  private static ConfigDef.Validator hostNames() {
    return ConfigDef.LambdaValidator.with(
        (key, value) -> {
          SettingChecks.different("a host name").ensureValid(key, value);
          for (Object name : (List<?>) value) {
            if (!name.toString().matches("[A-Za-z0-9._-]+")) {
              throw new ConfigException(
                  key, name, "give host names, without port, path and wildcard");
            }
          }
        },
        () -> "host names, all different");
  }

  /** What a header can carry. The message does not show the value. */
  private static ConfigDef.Validator token() {
    return ConfigDef.LambdaValidator.with(
        (key, value) -> {
          if (value instanceof Password token && !token.value().matches("[\\x21-\\x7e]*")) {
            throw new ConfigException(key + ": use printable ASCII characters without spaces");
          }
        },
        () -> "printable ASCII, no spaces");
  }
}
