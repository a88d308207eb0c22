package io.sluice.local.cluster;

import io.sluice.local.security.Permission;
import io.sluice.local.security.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.acl.AclOperation;

/**
 * A user of a secured cluster for each role, who may do what {@link Role} declares and nothing
 * else. The streams-app has one user for both of its roles.
 */
final class Users {
  private final SecuredCluster cluster;
  private final Map<String, Set<Permission>> permissions = new HashMap<>();

  private Users(SecuredCluster cluster) {
    this.cluster = cluster;
  }

  /** Adds the users to a cluster. */
  static Users addTo(SecuredCluster cluster) throws ExecutionException, InterruptedException {
    Users users = new Users(cluster);
    for (Role role : Role.values()) {
      String user = name(role);
      if (users.permissions.putIfAbsent(user, new LinkedHashSet<>()) == null) {
        cluster.addUser(user);
      }
      List<Permission> needed = role.permissions(Role.Names.byDefault());
      users.permissions.get(user).addAll(needed);
      cluster.grant(user, needed);
    }
    return users;
  }

  /** The name of the user of a role. */
  static String name(Role role) {
    return role == Role.HTTP_WRITES || role == Role.HTTP_PAGE ? Role.STREAMS.label() : role.label();
  }

  /** The properties file with which the user of a role connects. */
  Path connectionFile(Role role) throws IOException {
    return cluster.connectionFile(name(role));
  }

  /** What each user was permitted, by the user's name. */
  Map<String, Set<Permission>> permissions() {
    return Map.copyOf(permissions);
  }

  /**
   * Takes a permission away from the user of a role; the brokers know of it a moment later.
   *
   * @param resource the name that the permission is declared with
   */
  void revoke(Role role, AclOperation operation, String resource)
      throws ExecutionException, InterruptedException {
    for (Permission each : permissions.get(name(role))) {
      if (each.operation() == operation && each.name().equals(resource)) {
        cluster.revoke(name(role), each);
        return;
      }
    }
    throw new AssertionError("%s has no such permission on %s".formatted(role, resource));
  }
}
