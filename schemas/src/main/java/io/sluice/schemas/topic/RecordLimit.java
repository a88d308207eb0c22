package io.sluice.schemas.topic;

/**
 * The size of the largest record on any of Sluice's topics. Every topic, producer and reader
 * follows this one limit.
 *
 * @param bytes the limit in bytes, {@link #MIN_BYTES} to {@link #MAX_BYTES}; key, value, headers
 *     and Kafka's own framing of a record count
 */
public record RecordLimit(int bytes) {
  /** What every broker accepts unless it is configured otherwise: 1 MiB. */
  public static final int DEFAULT_BYTES = 1 << 20;

  /** Below this, not even the vectors of one query fit. */
  public static final int MIN_BYTES = 1 << 16;

  /** The producer must be able to hold several such records in its memory: 16 MiB. */
  public static final int MAX_BYTES = 16 << 20;

  /**
   * Kafka's producer measures a record without the length and the offset in front of its batch;
   * brokers and topics count these 12 bytes too.
   */
  private static final int BATCH_PREFIX_BYTES = 12;

  /**
   * Checks the limit.
   *
   * @throws IllegalArgumentException when it is out of range
   */
  public RecordLimit {
    if (bytes < MIN_BYTES || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "use %d to %d bytes, and no more than the brokers accept"
              .formatted(MIN_BYTES, MAX_BYTES));
    }
  }

  /** The limit that holds unless another one is configured. */
  public static RecordLimit byDefault() {
    return new RecordLimit(DEFAULT_BYTES);
  }

  /** The limit as brokers and topics state it ({@code max.message.bytes}). */
  public int topicBytes() {
    return bytes + BATCH_PREFIX_BYTES;
  }
}
