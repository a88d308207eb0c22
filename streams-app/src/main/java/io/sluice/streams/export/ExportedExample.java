package io.sluice.streams.export;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.util.List;
import java.util.Map;

/**
 * What is written of an example.
 *
 * @param id the id of the candidate or of the query
 * @param messages its turns
 * @param tools the definitions of its tools as a JSON array; empty when there are none
 * @param metadata what else is known of it
 */
public record ExportedExample(
    String id, List<Message> messages, String tools, Map<String, String> metadata) {
  /** Takes unmodifiable copies of the list and the map. */
  public ExportedExample {
    messages = List.copyOf(messages);
    metadata = Map.copyOf(metadata);
  }

  static ExportedExample of(DatasetRecord record) {
    return new ExportedExample(
        record.getCandidateId(), record.getMessages(), record.getTools(), record.getMetadata());
  }

  static ExportedExample of(Query query) {
    return new ExportedExample(query.getId(), query.getMessages(), query.getTools(), Map.of());
  }
}
