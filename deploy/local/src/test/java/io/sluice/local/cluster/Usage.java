package io.sluice.local.cluster;

import io.sluice.local.security.Permission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/**
 * A permission, and what brokers decide because of it.
 *
 * @param permission that a user has
 */
record Usage(Permission permission) {
  /** What brokers grant together with another operation. */
  private static final Set<AclOperation> IMPLY_DESCRIBE =
      Set.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER);

  /** Whether the permission suffices for what a user wanted to do. */
  boolean covers(Decision decision) {
    boolean sameResource =
        permission.type() == decision.type()
            && (permission.isPrefixed()
                ? decision.name().startsWith(permission.name())
                : decision.name().equals(permission.name()));
    return sameResource
        && (permission.operation() == decision.operation()
            || decision.operation() == AclOperation.DESCRIBE
                && IMPLY_DESCRIBE.contains(permission.operation()));
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
      List<Permission> covering =
          all.stream().filter(each -> new Usage(each).covers(decision)).toList();
      if (decision.allowed() && covering.size() == 1) {
        superfluous.removeAll(covering);
      }
    }
    return superfluous;
  }
}
