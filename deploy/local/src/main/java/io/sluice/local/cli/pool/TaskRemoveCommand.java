package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code task remove}: removes a target task, and with it its subset. */
@Command(name = "remove", description = "Remove a target task and its subset.")
final class TaskRemoveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String id;

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean removed = connection.use(access -> new TargetTasks(access).remove(id));
    if (!removed) {
      throw new IllegalArgumentException("there is no task '" + id + "'");
    }
    spec.commandLine().getOut().printf("task %s removed%n", id);
    return 0;
  }
}
