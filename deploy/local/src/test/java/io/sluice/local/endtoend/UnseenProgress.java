package io.sluice.local.endtoend;

import io.sluice.streams.client.PoolProgress;

/** Progress that nobody looks at. */
public final class UnseenProgress implements PoolProgress {
  @Override
  public Stage begin(String name, long most) {
    return new Stage() {
      @Override
      public void add(int count) {}

      @Override
      public void close() {}
    };
  }
}
