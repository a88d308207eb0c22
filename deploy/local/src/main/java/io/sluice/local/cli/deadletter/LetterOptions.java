package io.sluice.local.cli.deadletter;

import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.DeadLetterFilter;
import io.sluice.streams.client.DeadLetterId;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose dead letters. */
final class LetterOptions {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description =
          "Only letters with this text in their reason, as it is or as 'dead-letters list' shows it.")
  private Optional<String> reason = Optional.empty();

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Only records from this topic; its prefix may be left out.")
  private Optional<String> topic = Optional.empty();

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description =
          "Only letters of this service: represent (worker), select (streams-app) or train"
              + " (trainer).")
  private Optional<String> stage = Optional.empty();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Time.class,
      description =
          "Only letters from this time on: 2026-11-29T12:00:00Z, or how long ago, such as 90m, 2h"
              + " or 7d.")
  private Optional<Instant> since = Optional.empty();

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Time.class,
      description = "Only letters before this time.")
  private Optional<Instant> until = Optional.empty();

  @Option(
      names = "--letter",
      paramLabel = "PARTITION:OFFSET",
      converter = Id.class,
      description = "Only this letter; may be repeated.")
  private List<DeadLetterId> letters = List.of();

  DeadLetterFilter filter(Topics topics) {
    return new DeadLetterFilter(
        reason,
        stage,
        topic.map(name -> name.startsWith(topics.prefix()) ? name : topics.prefix() + name),
        since,
        until,
        Set.copyOf(letters));
  }

  /** Reads a point in time. */
  static final class Time implements ITypeConverter<Instant> {
    private static final Pattern AGE = Pattern.compile("(\\d{1,6})([smhd])");

    @Override
    public Instant convert(String text) {
      Matcher age = AGE.matcher(text);
      if (age.matches()) {
        long amount = Long.parseLong(age.group(1));
        return Instant.now()
            .minus(
                switch (age.group(2)) {
                  case "s" -> Duration.ofSeconds(amount);
                  case "m" -> Duration.ofMinutes(amount);
                  case "h" -> Duration.ofHours(amount);
                  default -> Duration.ofDays(amount);
                });
      }
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + text + "' is no time: write 2026-11-29T12:00:00Z, or 90m, 2h or 7d for an age");
      }
    }
  }

  /** Reads the name of a letter. */
  static final class Id implements ITypeConverter<DeadLetterId> {
    @Override
    public DeadLetterId convert(String text) {
      try {
        return DeadLetterId.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
