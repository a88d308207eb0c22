package io.sluice.streams.nominate;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;

/**
 * How RocksDB keeps representations: kilobytes each, written once, not compressible. Its blob files
 * hold the values, so that compaction moves keys only and each vector is written to disk once.
 */
public final class VectorStorage implements RocksDBConfigSetter {
  /** Bytes: smaller values are tombstones or belong to tests. */
  private static final int SMALLEST_BLOB = 512;

  /** Called by Kafka Streams, through the class name in its configuration. */
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
