package io.sluice.schemas.connection;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * The declaration of one setting: its key, type, default, range of values, importance and
 * documentation. A value is read by the same declaration, see {@link ConnectionConfig#get}, so that
 * key and type always agree.
 *
 * <pre>{@code
 * static final Setting<Duration> LEASE =
 *     Setting.integer("lease.ms")
 *         .byDefault(30_000)
 *         .valid(Range.atLeast(6_000))
 *         .importance(Importance.MEDIUM)
 *         .documentation("How long a trainer may be silent, in milliseconds.")
 *         .as(Duration::ofMillis);
 * }</pre>
 *
 * @param <T> the type of the value that the program works with
 */
public final class Setting<T> {
  private final Draft<?> draft;
  private final Validator validator;
  private final String documentation;
  private final Function<Object, T> reading;

  private Setting(
      Draft<?> draft, Validator validator, String documentation, Function<Object, T> reading) {
    this.draft = draft;
    this.validator = validator;
    this.documentation = documentation;
    this.reading = reading;
  }

  /** Begins the declaration of a text. */
  public static Draft<String> text(String key) {
    return new Draft<>(key, Type.STRING, String.class::cast);
  }

  /** Begins the declaration of a text that is never printed, such as a token. */
  public static Draft<Password> password(String key) {
    return new Draft<>(key, Type.PASSWORD, Password.class::cast);
  }

  /** Begins the declaration of a number of 32 bits. */
  public static Draft<Integer> integer(String key) {
    return new Draft<>(key, Type.INT, Integer.class::cast);
  }

  /** Begins the declaration of a number of 64 bits. */
  public static Draft<Long> longInteger(String key) {
    return new Draft<>(key, Type.LONG, Long.class::cast);
  }

  /** Begins the declaration of something that is on or off. */
  public static Draft<Boolean> flag(String key) {
    return new Draft<>(key, Type.BOOLEAN, Boolean.class::cast);
  }

  /** Begins the declaration of a list, which is written with commas between its items. */
  public static Draft<List<String>> list(String key) {
    return new Draft<>(
        key, Type.LIST, value -> ((List<?>) value).stream().map(String.class::cast).toList());
  }

  /**
   * A definition of settings, as Kafka's configuration classes and the generated pages take it.
   *
   * @param settings in the order in which they are listed
   */
  public static ConfigDef definition(List<Setting<?>> settings) {
    ConfigDef definition = new ConfigDef();
    for (Setting<?> setting : settings) {
      definition.define(
          setting.draft.key,
          setting.draft.type,
          setting.draft.defaultValue,
          setting.validator,
          setting.draft.importance,
          setting.documentation);
    }
    return definition;
  }

  /** The name of the setting in a properties file. */
  public String key() {
    return draft.key;
  }

  /** The same setting, whose valid values the program works with as another type. */
  public <R> Setting<R> as(Function<? super T, ? extends R> conversion) {
    return new Setting<>(draft, validator, documentation, reading.andThen(conversion::apply));
  }

  /**
   * The same setting, whose values are valid exactly if they can be parsed.
   *
   * @param valid what is valid, for the documentation
   * @param parser throws an {@code IllegalArgumentException} whose message says what to give
   *     instead; the message must not contain secrets
   */
  public <R> Setting<R> parsed(String valid, Function<? super T, ? extends R> parser) {
    Setting<R> parsed = as(parser);
    Validator parses =
        LambdaValidator.with(
            (key, value) -> {
              try {
                var unused = parsed.reading.apply(value);
              } catch (IllegalArgumentException e) {
                throw new ConfigException(key + ": " + e.getMessage());
              }
            },
            () -> valid);
    return new Setting<>(draft, parses, documentation, parsed.reading);
  }

  /** The value among those that were checked against a definition that contains this setting. */
  T in(Map<String, ?> values) {
    return reading.apply(values.get(draft.key));
  }

  /**
   * A declaration in progress. A setting is required unless it is given a default.
   *
   * @param <R> the type of the value as it is checked, before any conversion
   */
  public static final class Draft<R> {
    private final String key;
    private final Type type;
    private final Function<Object, R> reading;
    private Object defaultValue = ConfigDef.NO_DEFAULT_VALUE;
    private Validator validator;
    private Importance importance = Importance.MEDIUM;

    private Draft(String key, Type type, Function<Object, R> reading) {
      this.key = key;
      this.type = type;
      this.reading = reading;
    }

    /** The value that holds when none is given. */
    public Draft<R> byDefault(R value) {
      this.defaultValue = value;
      return this;
    }

    /** The range of values, and the text that documents it. */
    public Draft<R> valid(Validator range) {
      this.validator = range;
      return this;
    }

    /** How likely users need to set it; the generated pages are ordered by it. Medium otherwise. */
    public Draft<R> importance(Importance value) {
      this.importance = value;
      return this;
    }

    /** Completes the declaration with what people read about the setting. */
    public Setting<R> documentation(String text) {
      return new Setting<>(this, validator, text, reading);
    }

    /** Completes the declaration of a setting that has no value unless one is given. */
    public Setting<Optional<R>> documentationOfOptional(String text) {
      this.defaultValue = null;
      return new Setting<>(this, validator, text, value -> Optional.ofNullable(value).map(reading));
    }
  }
}
