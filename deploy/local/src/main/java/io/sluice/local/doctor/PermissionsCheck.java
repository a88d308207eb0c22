package io.sluice.local.doctor;

import static java.util.stream.Collectors.joining;

import io.sluice.local.security.Permission;
import io.sluice.local.security.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;

/**
 * The permissions of the user of the admin client: whether that user has all that roles need.
 *
 * @param admin a client of the cluster, which the caller closes
 * @param roles of the user; nothing is examined when there are none
 * @param names of the resources that the user needs
 */
public record PermissionsCheck(Admin admin, List<Role> roles, Role.Names names) implements Check {
  /** Copies the list. */
  public PermissionsCheck {
    roles = List.copyOf(roles);
  }

  @Override
  public String subject() {
    return "ACLs";
  }

  @Override
  public List<Finding> run() throws Exception {
    AccessLookup lookup = new AccessLookup(admin);
    if (!lookup.isRestricted()) {
      return List.of(Finding.ok("the brokers have no authorizer, so that nobody is restricted"));
    }
    if (roles.isEmpty()) {
      return List.of(
          Finding.unknown(
              "permissions were not examined",
              "name with --role what the user of the configuration does"));
    }
    Set<Permission> needed = new LinkedHashSet<>();
    roles.forEach(role -> needed.addAll(role.permissions(names)));
    Map<Permission, List<Access>> access = new LinkedHashMap<>();
    for (Permission permission : needed) {
      access.put(permission, lookup.of(permission));
    }
    return findings(roles.stream().map(Role::label).collect(joining(", ")), access);
  }

  /**
   * What follows from what brokers say.
   *
   * @param roles their names, for messages
   * @param access by each permission that is needed, to the resources that the permission is for
   */
  static List<Finding> findings(String roles, Map<Permission, List<Access>> access) {
    List<Finding> missing = new ArrayList<>();
    List<Finding> unknown = new ArrayList<>();
    access.forEach(
        (permission, resources) -> {
          switch (Access.toAll(permission.operation(), resources)) {
            case GRANTED -> {}
            case MISSING ->
                missing.add(
                    Finding.fault(
                        "%s: %s is missing".formatted(roles, permission),
                        permission.grantCommand()));
            case UNKNOWN ->
                unknown.add(
                    Finding.unknown(
                        "%s: whether %s is granted is not known, since %s"
                            .formatted(
                                roles,
                                permission,
                                Access.silence(resources).orElse("brokers do not say it")),
                        ""));
          }
        });
    List<Finding> findings = new ArrayList<>();
    if (missing.isEmpty()) {
      findings.add(Finding.ok(summary(roles, access.size(), access.size() - unknown.size())));
    }
    findings.addAll(missing);
    findings.addAll(unknown);
    return findings;
  }

  private static String summary(String roles, int all, int granted) {
    return "%s: %d of %d permissions are granted%s"
        .formatted(roles, granted, all, granted == all ? "" : ", and none is known to be missing");
  }
}
