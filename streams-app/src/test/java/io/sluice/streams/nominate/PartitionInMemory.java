package io.sluice.streams.nominate;

import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/**
 * A partition of the representations topic, which {@link #compact} leaves with gaps as a broker
 * does. A reader that has fetched records keeps them, whatever compaction removes meanwhile.
 */
public final class PartitionInMemory implements PartitionReader.Opener {
  private final int batch;
  private final NavigableMap<Long, PartitionReader.Entry> log = new TreeMap<>();
  private long end;
  private int jumps;

  /**
   * Creates an empty partition.
   *
   * @param batch number of records that a read returns at most; a reader fetches twice as many
   */
  public PartitionInMemory(int batch) {
    this.batch = batch;
  }

  /** Appends a record and returns its offset. */
  public long append(byte[] key, Optional<byte[]> value) {
    log.put(end, new PartitionReader.Entry(end, Bytes.wrap(key), value));
    return end++;
  }

  /**
   * Removes what the broker may remove: records that have a later one with the same key, and
   * retractions, whose earlier records are removed with them. The last record always stays.
   *
   * @param below only records below this offset
   */
  public void compact(long below) {
    NavigableMap<Bytes, Long> latest = new TreeMap<>();
    log.values().forEach(entry -> latest.put(entry.key(), entry.offset()));
    log.headMap(Math.min(below, end - 1), false)
        .values()
        .removeIf(entry -> entry.value().isEmpty() || latest.get(entry.key()) > entry.offset());
  }

  /** How often a reader was asked for records from another offset than where it had arrived. */
  int jumps() {
    return jumps;
  }

  @Override
  public PartitionReader open(int partition, int fetchBytes) {
    return new Reader();
  }

  /** Reads ahead, so that it may return records that no longer exist. */
  private final class Reader implements PartitionReader {
    private final NavigableMap<Long, Entry> fetched = new TreeMap<>();
    private long position = -1;
    private long fetchedUpTo;

    @Override
    public long end() {
      return end;
    }

    @Override
    public Batch read(long from, Duration wait) {
      jumps += from == position ? 0 : 1;
      if (from != position || fetched.isEmpty()) {
        fetched.clear();
        fetchedUpTo = from;
        log.tailMap(from).values().stream().limit(2L * batch).forEach(this::keep);
        if (fetched.size() < 2 * batch) {
          fetchedUpTo = Math.max(from, end);
        }
      }
      List<Entry> entries = fetched.values().stream().limit(batch).toList();
      entries.forEach(entry -> fetched.remove(entry.offset()));
      position = fetched.isEmpty() ? fetchedUpTo : fetched.firstKey();
      return new Batch(entries, position);
    }

    private void keep(Entry entry) {
      fetched.put(entry.offset(), entry);
      fetchedUpTo = entry.offset() + 1;
    }

    @Override
    public void close() {
      fetched.clear();
      position = -1;
    }
  }
}
