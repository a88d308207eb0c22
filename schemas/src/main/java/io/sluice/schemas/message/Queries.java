package io.sluice.schemas.message;

import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.util.List;

/** Makes queries that have no tools. */
public final class Queries {
  private Queries() {}

  /** Returns a query that consists of its turns, the last of which is the answer. */
  public static Query of(String id, List<Message> messages) {
    return new Query(id, messages, "");
  }
}
