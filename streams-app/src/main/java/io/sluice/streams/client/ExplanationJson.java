package io.sluice.streams.client;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.streams.audit.Explanation;

/** Explanations as JSON, for the command and the HTTP API alike. */
public final class ExplanationJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ExplanationJson() {}

  /** One object; what is absent is null, or an empty list. */
  public static String of(Explanation explanation) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("task", explanation.task())
            .put("revision", explanation.revision())
            .put("candidate", explanation.candidate())
            .put("state", explanation.state().label())
            .put("why", explanation.why())
            .put("algorithm", explanation.algorithm());
    explanation
        .place()
        .ifPresentOrElse(
            place ->
                json.putObject("place")
                    .put("slot", place.slot())
                    .put("tier", place.tier())
                    .put("query", place.query()),
            () -> json.putNull("place"));
    ArrayNode queries = json.putArray("queries");
    explanation.queries().forEach(query -> write(query, queries.addObject()));
    ArrayNode leftOutBy = json.putArray("left_out_by");
    explanation.leftOutBy().forEach(leftOutBy::add);
    ArrayNode leaksWith = json.putArray("leaks_with");
    explanation.leaksWith().forEach(leaksWith::add);
    json.put("same_content_as", explanation.sameContentAs().orElse(null));
    return json.toString();
  }

  private static void write(Explanation.QueryScore query, ObjectNode json) {
    json.put("query", query.query()).put("score", query.score());
    query
        .lost()
        .ifPresentOrElse(
            lost ->
                json.putObject("lost")
                    .put("slots", lost.slots())
                    .put("closest", lost.slot())
                    .put("to", lost.to())
                    .put("score", lost.score())
                    .put("by", lost.by()),
            () -> json.putNull("lost"));
  }
}
