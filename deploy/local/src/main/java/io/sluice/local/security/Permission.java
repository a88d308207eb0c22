package io.sluice.local.security;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;

/**
 * Something that a user may do.
 *
 * @param operation what
 * @param type with which kind of resource
 * @param name of the resource, or what its name begins with
 * @param pattern which of the two
 */
public record Permission(
    AclOperation operation, ResourceType type, String name, PatternType pattern) {

  static Permission of(AclOperation operation, ResourceType type, String name) {
    return new Permission(operation, type, name, PatternType.LITERAL);
  }

  static Permission ofPrefix(AclOperation operation, ResourceType type, String prefix) {
    return new Permission(operation, type, prefix, PatternType.PREFIXED);
  }

  /** Whether it is about all resources whose names begin with {@link #name}. */
  public boolean isPrefixed() {
    return pattern == PatternType.PREFIXED;
  }

  /** The command that grants it to a user; brokers and user are left to whoever runs it. */
  public String grantCommand() {
    return "kafka-acls.sh --bootstrap-server HOST:PORT --add --allow-principal User:NAME --operation %s --%s %s%s"
        .formatted(
            SecurityUtils.operationName(operation),
            noun().replace(' ', '-'),
            name,
            isPrefixed() ? " --resource-pattern-type prefixed" : "");
  }

  /** A phrase for messages: the operation, and on what. */
  @Override
  public String toString() {
    return "%s on %s %s"
        .formatted(
            SecurityUtils.operationName(operation),
            isPrefixed() ? noun() + "s that begin with" : "the " + noun(),
            name);
  }

  private String noun() {
    return switch (type) {
      case TOPIC -> "topic";
      case GROUP -> "group";
      case TRANSACTIONAL_ID -> "transactional id";
      default -> throw new IllegalStateException("no role needs permissions on a " + type);
    };
  }
}
