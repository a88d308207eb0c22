package io.sluice.local.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Something that a user may do.
 *
 * @param operation what
 * @param type with which kind of resource
 * @param name of the resource, or what its name begins with
 * @param pattern which of the two
 */
record Permission(AclOperation operation, ResourceType type, String name, PatternType pattern) {
  /** What brokers grant together with another operation. */
  private static final Set<AclOperation> IMPLY_DESCRIBE =
      Set.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER);

  static Permission of(AclOperation operation, ResourceType type, String name) {
    return new Permission(operation, type, name, PatternType.LITERAL);
  }

  static Permission ofPrefix(AclOperation operation, ResourceType type, String prefix) {
    return new Permission(operation, type, prefix, PatternType.PREFIXED);
  }

  /** The access control entry that grants it. */
  AclBinding to(String user) {
    return new AclBinding(
        new ResourcePattern(type, name, pattern),
        new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
  }

  /** Whether it suffices for what a user wanted to do. */
  boolean covers(Decision decision) {
    boolean sameResource =
        type == decision.type()
            && (pattern == PatternType.PREFIXED
                ? decision.name().startsWith(name)
                : decision.name().equals(name));
    return sameResource
        && (operation == decision.operation()
            || decision.operation() == AclOperation.DESCRIBE && IMPLY_DESCRIBE.contains(operation));
  }

  /**
   * Those of a user's permissions that could be left out: everything that they allowed was allowed
   * by another one as well, or nobody made use of them.
   *
   * @param all everything that the user may do
   * @param decisions what the brokers decided about the user's requests
   */
  static List<Permission> superfluous(Set<Permission> all, Collection<Decision> decisions) {
    List<Permission> superfluous = new ArrayList<>(all);
    for (Decision decision : decisions) {
      List<Permission> covering = all.stream().filter(each -> each.covers(decision)).toList();
      if (decision.allowed() && covering.size() == 1) {
        superfluous.removeAll(covering);
      }
    }
    return superfluous;
  }
}
