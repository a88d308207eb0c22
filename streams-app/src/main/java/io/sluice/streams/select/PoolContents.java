package io.sluice.streams.select;

import io.sluice.streams.revision.TaskKey;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The contents in the pools of those tasks whose contents count once, and which shards have
 * candidates of each. The number of contents of a revision is the size of its pool. Not
 * thread-safe; owned by the processor of one partition.
 */
final class PoolContents {
  /** TaskKey of a content, in hexadecimal digits, to the set of its shards, one bit for each. */
  private static final String CONTENTS = "pool-contents";

  /** TaskKey of a revision whose contents are still to be deleted. */
  private static final String DROPPED = "pool-contents-dropped";

  private final KeyValueStore<TaskKey, byte[]> contents;
  private final KeyValueStore<TaskKey, byte[]> dropped;

  PoolContents(ProcessorContext<?, ?> context) {
    contents = context.getStateStore(CONTENTS);
    dropped = context.getStateStore(DROPPED);
  }

  /**
   * The builders of the two stores.
   *
   * @param kind creates the supplier of a store of the given name
   */
  static Set<StoreBuilder<?>> builders(Function<String, KeyValueBytesStoreSupplier> kind) {
    return Set.of(
        Stores.keyValueStoreBuilder(kind.apply(CONTENTS), TaskKey.serde(), Serdes.ByteArray()),
        Stores.keyValueStoreBuilder(kind.apply(DROPPED), TaskKey.serde(), Serdes.ByteArray()));
  }

  /**
   * Stores whether a shard has candidates of a content. A repeated report changes nothing.
   *
   * @return the change of the number of contents that at least one shard has: 1, 0 or -1
   */
  int put(TaskKey revision, long content, int shard, boolean present) {
    TaskKey key =
        new TaskKey(revision.taskId(), revision.revision(), HexFormat.of().toHexDigits(content));
    BitSet shards = BitSet.valueOf(Optional.ofNullable(contents.get(key)).orElse(new byte[0]));
    int before = shards.isEmpty() ? 0 : 1;
    shards.set(shard, present);
    if (shards.isEmpty()) {
      contents.delete(key);
      return -before;
    }
    contents.put(key, shards.toByteArray());
    return 1 - before;
  }

  /** Counts the contents of a revision, by reading all of them. */
  long count(TaskKey revision) {
    long count = 0;
    try (KeyValueIterator<TaskKey, byte[]> entries = scan(revision)) {
      for (; entries.hasNext(); entries.next()) {
        count++;
      }
    }
    return count;
  }

  /**
   * Marks the contents of a revision that is no longer used for deletion. The revision must not be
   * used again.
   */
  void drop(TaskKey revision) {
    dropped.put(revision, new byte[0]);
  }

  /**
   * Deletes contents of dropped revisions.
   *
   * @param most maximum number of contents to delete
   */
  void deleteDropped(int most) {
    Optional<TaskKey> next = anyDropped();
    for (int left = most; left > 0 && next.isPresent(); next = anyDropped()) {
      try (KeyValueIterator<TaskKey, byte[]> entries = scan(next.get())) {
        for (; left > 0 && entries.hasNext(); left--) {
          contents.delete(entries.next().key);
        }
        if (entries.hasNext()) {
          return;
        }
      }
      dropped.delete(next.get());
    }
  }

  private Optional<TaskKey> anyDropped() {
    try (KeyValueIterator<TaskKey, byte[]> revisions = dropped.all()) {
      return revisions.hasNext() ? Optional.of(revisions.next().key) : Optional.empty();
    }
  }

  private KeyValueIterator<TaskKey, byte[]> scan(TaskKey revision) {
    return contents.prefixScan(revision, TaskKey.serde().serializer());
  }
}
