package io.sluice.streams.client;

/** Shows how far a selection from a whole pool has come. */
@FunctionalInterface
public interface PoolProgress {
  /**
   * Begins a stage, after the end of the one before.
   *
   * @param name what is counted, such as {@code Scores}
   * @param most the most that there can be to count; -1 when it is not known
   */
  Stage begin(String name, long most);

  /** One stage, until it is closed. Thread-safe. */
  interface Stage extends AutoCloseable {
    /** Counts more that is done. */
    void add(int count);

    @Override
    void close();
  }
}
