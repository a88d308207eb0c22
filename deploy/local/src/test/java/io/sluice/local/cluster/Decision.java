package io.sluice.local.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.Action;

/**
 * A decision of the brokers about a request.
 *
 * @param user who sent it
 * @param operation what the user wanted to do
 * @param type of the resource
 * @param name of the resource
 * @param allowed whether the user may
 */
record Decision(
    String user, AclOperation operation, ResourceType type, String name, boolean allowed) {
  static Decision of(String user, Action action, boolean allowed) {
    return new Decision(
        user,
        action.operation(),
        action.resourcePattern().resourceType(),
        action.resourcePattern().name(),
        allowed);
  }

  /** Users and resources of the tests have names without spaces. */
  String line() {
    return String.join(" ", user, operation.name(), type.name(), name, Boolean.toString(allowed));
  }

  /** Reads the decisions in a file; none when it does not exist. */
  static Set<Decision> read(Path file) throws IOException {
    Set<Decision> decisions = new LinkedHashSet<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] parts = line.split(" ");
        decisions.add(
            new Decision(
                parts[0],
                AclOperation.valueOf(parts[1]),
                ResourceType.valueOf(parts[2]),
                parts[3],
                Boolean.parseBoolean(parts[4])));
      }
    }
    return decisions;
  }
}
