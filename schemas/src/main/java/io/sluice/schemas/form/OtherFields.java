package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.validation.ForeignText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Refuses fields that nobody reads and that could change what is learnt: an example without its
 * pictures, for instance, is another example.
 *
 * <p>Of the fields of an example, those are refused whose names are known to hold content or
 * weights, and lists of turns under any name; all others describe the example. Of the fields of a
 * turn, only those pass that are known to describe it. A field that holds nothing (null, a blank
 * text, an empty list or object) always passes.
 */
public final class OtherFields {
  /** Fields that add to what the model sees or learns. */
  private static final Set<String> CONTENT =
      names(
          "tool_calls",
          "function_call",
          "available_tools",
          "tool_choice",
          "documents",
          "context",
          "contexts",
          "chat_template",
          "chat_template_kwargs",
          "history",
          "system",
          "system_prompt",
          "system_message",
          "developer",
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

  /** The fields that Sluice reads, by other names of these fields. */
  private static final Map<String, String> KNOWN =
      Map.of(
          "systemprompt", "system",
          "systemmessage", "system",
          "developer", "system",
          "availabletools", "tools");

  private static final int MAX_NAMED = 10;

  private OtherFields() {}

  /**
   * Checks the fields of an object of which nothing else is read.
   *
   * @throws IllegalArgumentException when some could change what is learnt; the message names them
   */
  public static void refuse(JsonNode object) {
    refuse(new Row(object, Map.of()), Optional.empty());
  }

  /**
   * Checks the fields that are left in a row, and those of its turns.
   *
   * @param input how one of the fields can be read by the form alpaca
   * @throws IllegalArgumentException when some could change what is learnt; the message names them
   */
  static void refuse(Row row, Optional<AlpacaInput> input) {
    List<String> content = new ArrayList<>();
    List<String> masks = new ArrayList<>();
    Set<String> options = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> field : row.rest().entrySet()) {
      // A field that was mapped and not read is still what its column is.
      String name = field.getKey();
      String column = row.column(name);
      if (isOneOf(MASKS, name) || isOneOf(MASKS, column) || name.equals("weight")) {
        masks.add(ForeignText.name(column));
      } else if (isOneOf(CONTENT, name)
          || isOneOf(CONTENT, column)
          || Values.isListOfTurns(Values.turns(field.getValue()))) {
        content.add(ForeignText.name(column));
        otherName(column).ifPresent(known -> options.add(UnknownForm.option(known, column)));
        input
            .filter(known -> known.columns().contains(column))
            .ifPresent(known -> options.add(known.options()));
      }
    }
    int number = 0;
    for (JsonNode turn : row.turns()) {
      number++;
      for (Map.Entry<String, JsonNode> field : turn.properties()) {
        String name = field.getKey();
        if (Values.isEmpty(field.getValue())
            || Turns.isRead(name)
            || isOneOf(TURN_METADATA, name)) {
          continue;
        }
        (isOneOf(MASKS, name) ? masks : content)
            .add(ForeignText.name(name) + " of message " + number);
      }
    }
    String adviceOnContent =
        ", and the example is another one without it; "
            + (options.isEmpty()
                ? ""
                : "read it as a field that Sluice knows (" + String.join(" ", options) + "), or ")
            + "remove it if the messages are complete without it";
    String adviceOnMasks = "; to leave a turn of the assistant unlearnt, give it \"weight\": 0";
    if (!content.isEmpty() && !masks.isEmpty()) {
      throw RefusedExampleException.of(
          unread(content) + adviceOnContent + "; " + unread(masks), adviceOnMasks);
    }
    if (!content.isEmpty()) {
      throw RefusedExampleException.of(unread(content), adviceOnContent);
    }
    if (!masks.isEmpty()) {
      throw RefusedExampleException.of(unread(masks), adviceOnMasks);
    }
  }

  private static String unread(List<String> names) {
    return list(names) + ": Sluice does not read this";
  }

  private static String list(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())));
    int more = names.size() - MAX_NAMED;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  /** The field that Sluice reads under another name than this one. */
  static Optional<String> otherName(String name) {
    return Optional.ofNullable(KNOWN.get(plain(name)));
  }

  /** Upper case and separators make no difference: toolCalls is tool_calls. */
  private static boolean isOneOf(Set<String> names, String name) {
    return names.contains(plain(name));
  }

  private static Set<String> names(String... names) {
    return Stream.of(names).map(OtherFields::plain).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns a name in lower case without separators. */
  static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }
}
