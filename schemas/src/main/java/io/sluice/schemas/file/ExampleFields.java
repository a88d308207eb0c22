package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads the turns of candidates and queries, and refuses fields beside them that could change what
 * is learnt: an example without its tool calls, for instance, is another example.
 *
 * <p>Of the fields beside {@code messages}, those are refused whose names are known to hold content
 * or weights, and lists of turns under any name; all others describe the example. Of the fields of
 * a turn, only those pass that are known to describe it. A field that holds nothing (null, a blank
 * text, an empty list or object) always passes.
 *
 * <p>Every method throws {@link IllegalArgumentException}, with a message for people, when an
 * example cannot be used.
 */
final class ExampleFields {
  /**
   * Fields beside the messages that add to what the model sees or learns. Other forms of the same
   * example, such as {@code instruction} and {@code output}, are not among them: the messages are
   * the example.
   */
  private static final Set<String> CONTENT =
      names(
          "tools",
          "functions",
          "tool_calls",
          "function_call",
          "available_tools",
          "tool_choice",
          "documents",
          "context",
          "contexts",
          "chat_template",
          "chat_template_kwargs",
          "system",
          "system_prompt",
          "system_message",
          "developer",
          "history",
          "image",
          "images",
          "audio",
          "audios",
          "video",
          "videos",
          "file",
          "files",
          "attachments",
          "thinking",
          "reasoning",
          "reasoning_content",
          "prompts");

  /** Fields, of an example or of a turn, by which other tools say what is learnt. */
  private static final Set<String> MASKS =
      names(
          "weights",
          "loss",
          "loss_weight",
          "sample_weight",
          "train",
          "training",
          "trainable",
          "train_detail",
          "training_detail",
          "train_on_turn",
          "train_on_inputs",
          "learn",
          "mask",
          "masks",
          "masked",
          "loss_mask",
          "assistant_masks",
          "completion_mask");

  /** Fields of a turn that say when, where and by whom it was written. */
  private static final Set<String> TURN_METADATA =
      names(
          "id",
          "message_id",
          "parent_id",
          "uuid",
          "turn_identifier",
          "turn",
          "index",
          "source",
          "timestamp",
          "time",
          "date",
          "created",
          "created_at",
          "updated_at",
          "model",
          "language",
          "lang",
          "country",
          "state",
          "header",
          "hashed_ip",
          "redacted",
          "toxic");

  /** Texts that hold nothing: some tools write lists and objects as texts. */
  private static final Set<String> NOTHING = Set.of("", "[]", "{}", "null");

  private static final int MAX_NAMED = 10;

  private ExampleFields() {}

  /** Returns the turns of a candidate or a query. */
  static List<Message> messages(JsonNode example) {
    JsonNode list =
        JsonReading.list(example, "messages")
            .orElseThrow(() -> new IllegalArgumentException("messages is missing"));
    refuse(example, Set.of("messages"), list);
    List<Message> messages = new ArrayList<>(list.size());
    for (JsonNode message : list) {
      messages.add(message(message, "message " + (messages.size() + 1)));
    }
    return List.copyOf(messages);
  }

  /**
   * Returns the value of a field with a list of queries, or empty when it is absent. A query
   * without an id gets its index, from 0.
   */
  static Optional<List<Query>> queries(JsonNode object, String name) {
    return JsonReading.list(object, name)
        .map(
            list -> {
              List<Query> queries = new ArrayList<>(list.size());
              for (JsonNode query : list) {
                int index = queries.size();
                try {
                  queries.add(
                      Queries.of(
                          JsonReading.id(query).orElse(Integer.toString(index)), messages(query)));
                } catch (IllegalArgumentException e) {
                  throw new IllegalArgumentException(
                      name + " " + (index + 1) + ": " + e.getMessage(), e);
                }
              }
              return queries;
            });
  }

  /**
   * Refuses an example that has fields which could change what is learnt.
   *
   * @param read the fields of the example that the caller reads
   * @param messages the turns of the example, as JSON
   */
  static void refuse(JsonNode example, Set<String> read, Iterable<JsonNode> messages) {
    List<String> content = new ArrayList<>();
    List<String> masks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : example.properties()) {
      String name = field.getKey();
      if (isEmpty(field.getValue()) || read.contains(name)) {
        continue;
      }
      if (isOneOf(MASKS, name) || name.equals("weight")) {
        masks.add(ForeignText.name(name));
      } else if (isOneOf(CONTENT, name) || isListOfTurns(field.getValue())) {
        content.add(ForeignText.name(name));
      }
    }
    int number = 0;
    for (JsonNode message : messages) {
      number++;
      for (Map.Entry<String, JsonNode> field : message.properties()) {
        String name = field.getKey();
        if (isEmpty(field.getValue()) || isKnownOfTurn(name)) {
          continue;
        }
        (isOneOf(MASKS, name) ? masks : content)
            .add(ForeignText.name(name) + " of message " + number);
      }
    }
    List<String> problems = new ArrayList<>();
    if (!content.isEmpty()) {
      problems.add(
          list(content)
              + ": Sluice does not read this, and the example is another one without it; remove it"
              + " only if the messages are complete without it");
    }
    if (!masks.isEmpty()) {
      problems.add(
          list(masks)
              + ": Sluice does not read this; to leave a turn of the assistant unlearnt, give it"
              + " \"weight\": 0");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static String list(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())));
    int more = names.size() - MAX_NAMED;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  private static boolean isKnownOfTurn(String name) {
    return name.equals("role")
        || name.equals("content")
        || name.equals("weight")
        || isOneOf(TURN_METADATA, name);
  }

  /** Upper case and separators make no difference: toolCalls is tool_calls. */
  private static boolean isOneOf(Set<String> names, String name) {
    return names.contains(plain(name));
  }

  private static Set<String> names(String... names) {
    return Stream.of(names).map(ExampleFields::plain).collect(Collectors.toUnmodifiableSet());
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /** Whether a value holds nothing; so do objects all of whose fields are empty. */
  private static boolean isEmpty(JsonNode value) {
    if (value.isContainerNode()) {
      return StreamSupport.stream(value.spliterator(), false).allMatch(ExampleFields::isEmpty);
    }
    return value.isNull()
        || (value.isTextual()
            && NOTHING.contains(value.textValue().strip().toLowerCase(Locale.ROOT)));
  }

  private static boolean isListOfTurns(JsonNode value) {
    return value.isArray()
        && StreamSupport.stream(value.spliterator(), false)
            .anyMatch(element -> element.has("role") || element.has("from"));
  }

  private static Message message(JsonNode node, String name) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(name + " is not an object with role and content");
    }
    String role = text(node, name, "role");
    String content = text(node, name, "content");
    boolean isLearnt = isLearnt(node, name);
    return role.equals("assistant")
        ? Messages.of(role, content, isLearnt)
        : Messages.of(role, content);
  }

  private static String text(JsonNode node, String name, String field) {
    JsonNode value =
        JsonReading.field(node, field)
            .orElseThrow(() -> new IllegalArgumentException(name + " has no " + field));
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + ": " + field + " is not a text");
    }
    return value.textValue();
  }

  private static boolean isLearnt(JsonNode node, String name) {
    Optional<JsonNode> weight = JsonReading.field(node, "weight");
    if (weight.isEmpty()) {
      return true;
    }
    JsonNode value = weight.get();
    if (!value.isNumber() || (value.doubleValue() != 0 && value.doubleValue() != 1)) {
      throw new IllegalArgumentException(
          "%s has the weight %s: use 1 for a turn that is learnt and 0 for one that is not; there are no other weights"
              .formatted(name, ForeignText.name(value.toString())));
    }
    return value.doubleValue() == 1;
  }
}
