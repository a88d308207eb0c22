package io.sluice.schemas.serde;

import org.apache.kafka.common.KafkaException;

/**
 * The schema registry did not answer, or refused to. The record that was being read is not at
 * fault: it can be read once the registry answers. The message is that of the cause.
 */
public final class RegistryUnavailableException extends KafkaException {
  private static final long serialVersionUID = 1L;

  RegistryUnavailableException(Exception cause) {
    super(cause.getMessage(), cause);
  }
}
