package io.sluice.local.cli.pool;

import io.sluice.local.console.LateBar;
import io.sluice.streams.client.PoolProgress;

/** Shows each stage as a bar on standard error, if it takes long. */
public final class BarProgress implements PoolProgress {
  @Override
  public Stage begin(String name, long most) {
    return new BarStage(new LateBar(name, most));
  }

  private record BarStage(LateBar bar) implements Stage {
    @Override
    public void add(int count) {
      bar.stepBy(count);
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
