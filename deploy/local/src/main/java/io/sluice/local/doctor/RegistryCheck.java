package io.sluice.local.doctor;

import io.sluice.schemas.serde.RegistryAdmin;
import io.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The schema registry: whether it answers, accepts schemas, and accepts those of later versions of
 * Sluice.
 *
 * @param registry its administrator, which the caller closes
 * @param url its address for messages, without credentials
 * @param topics whose records have their schemas there
 */
public record RegistryCheck(RegistryAdmin registry, String url, Topics topics) implements Check {
  private static final String NEEDED = "BACKWARD_TRANSITIVE";

  /** The levels under which a schema with more fields, or a branch more in a union, is accepted. */
  private static final Set<String> SUITABLE = Set.of("BACKWARD", NEEDED);

  /** The level under which the registry accepts anything. */
  private static final String UNCHECKED = "NONE";

  private static final String WRITABLE = "READWRITE";

  @Override
  public String subject() {
    return "registry";
  }

  @Override
  public List<Finding> run() throws Exception {
    List<Finding> findings = new ArrayList<>();
    Set<String> own = new TreeSet<>();
    for (String subject : registry.subjects()) {
      if (topics.all().stream().anyMatch(topic -> isOf(topic.name(), subject))) {
        own.add(subject);
      }
    }
    registry.mode().flatMap(this::mode).ifPresent(findings::add);
    Optional<String> level = registry.compatibility();
    level.flatMap(each -> level("the registry", "", each)).ifPresent(findings::add);
    for (String subject : own) {
      Optional<String> held = registry.compatibility(subject);
      if (!held.equals(level)) {
        held.flatMap(each -> level("subject " + subject, "/" + subject, each))
            .ifPresent(findings::add);
      }
    }
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok(
              "%s answers; schemas of %d keys and values of Sluice's topics; compatibility %s"
                  .formatted(url, own.size(), level.orElse("is unknown to it"))));
    }
    return findings;
  }

  private static boolean isOf(String topic, String subject) {
    return subject.equals(topic + "-value") || subject.equals(topic + "-key");
  }

  private Optional<Finding> mode(String mode) {
    return mode.equals(WRITABLE)
        ? Optional.empty()
        : Optional.of(
            Finding.fault(
                "the registry is in the mode %s: whoever writes a type of record for the first time fails"
                    .formatted(mode),
                "PUT {\"mode\": \"%s\"} to %s/mode".formatted(WRITABLE, url)));
  }

  private Optional<Finding> level(String whose, String path, String level) {
    String remedy = "PUT {\"compatibility\": \"%s\"} to %s/config%s".formatted(NEEDED, url, path);
    if (SUITABLE.contains(level)) {
      return Optional.empty();
    }
    return Optional.of(
        level.equals(UNCHECKED)
            ? Finding.warning(
                "%s accepts any schema (compatibility %s): a producer can register one with which services cannot read its records"
                    .formatted(whose, level),
                remedy)
            : Finding.fault(
                "%s has the compatibility %s, under which it can refuse the schemas of the next version of Sluice"
                    .formatted(whose, level),
                remedy));
  }
}
