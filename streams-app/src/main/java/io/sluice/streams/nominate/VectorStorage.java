package io.sluice.streams.nominate;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;

/**
 * Configures RocksDB for representations: values of kilobytes each that are written once and cannot
 * be compressed. They are kept in blob files, so that compaction moves only keys and each vector is
 * written to disk once.
 */
public final class VectorStorage implements RocksDBConfigSetter {
  /** In bytes; smaller values are tombstones, or representations in tests. */
  private static final int SMALLEST_BLOB = 512;

  /** Kafka Streams creates the instance by the class name in its configuration. */
  public VectorStorage() {}

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    if (storeName.equals(ShardStores.REPRESENTATIONS)) {
      options.setEnableBlobFiles(true);
      options.setMinBlobSize(SMALLEST_BLOB);
      options.setBlobCompressionType(CompressionType.NO_COMPRESSION);
      options.setEnableBlobGarbageCollection(true);
    }
  }

  @Override
  public void close(String storeName, Options options) {
    // Nothing was opened.
  }
}
