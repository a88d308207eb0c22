package io.sluice.gpuworker.chat.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as values of a template, with the types that Python's {@code json.loads} gives. */
final class JsonValues {
  private JsonValues() {}

  static Value value(JsonNode json, Work work) {
    work.enter();
    try {
      return valueAtDepth(json, work);
    } finally {
      work.leave();
    }
  }

  private static Value valueAtDepth(JsonNode json, Work work) {
    switch (json.getNodeType()) {
      case OBJECT:
        Map<Value, Value> entries = new LinkedHashMap<>();
        json.properties()
            .forEach(field -> entries.put(Value.of(field.getKey()), value(field.getValue(), work)));
        return new Value.Dict(entries);
      case ARRAY:
        List<Value> items = new ArrayList<>();
        json.forEach(item -> items.add(value(item, work)));
        return Value.Sequence.list(items);
      case STRING:
        return Value.of(json.textValue());
      case BOOLEAN:
        return Value.of(json.booleanValue());
      case NUMBER:
        return json.isIntegralNumber()
            ? new Value.Int(json.bigIntegerValue())
            : new Value.Real(json.doubleValue());
      case NULL:
        return Value.NONE;
      default:
        throw RenderException.failed("a value of type " + json.getNodeType() + " is not JSON");
    }
  }
}
