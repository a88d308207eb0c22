package io.sluice.local.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/**
 * The authorizer of KRaft, which also writes each of its different decisions to a file once, see
 * {@link Decision}. Created by the brokers, by class name.
 */
public final class RecordingAuthorizer extends StandardAuthorizer {
  /** The setting of the brokers with the path of the file. */
  static final String FILE = "sluice.test.decisions";

  private final Set<Decision> decisions = ConcurrentHashMap.newKeySet();
  private Path file = Path.of("");

  @Override
  public void configure(Map<String, ?> configs) {
    super.configure(configs);
    file = Path.of((String) configs.get(FILE));
  }

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    List<AuthorizationResult> results = super.authorize(context, actions);
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      boolean allowed = results.get(i) == AuthorizationResult.ALLOWED;
      // Brokers leave out what a client may not see of a list, which nobody takes for a refusal.
      if (allowed || action.logIfDenied()) {
        record(Decision.of(context.principal().getName(), action, allowed));
      }
    }
    return results;
  }

  private void record(Decision decision) {
    if (decisions.add(decision)) {
      try {
        Files.writeString(
            file, decision.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
