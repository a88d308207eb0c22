package io.sluice.schemas.form;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads examples of every form. The form is recognised for each example by its fields, unless the
 * options name it. Immutable.
 *
 * @param options what the caller knows about the examples
 */
public record FormReader(FormOptions options) {
  private static final String SYSTEM = "system";

  /**
   * Reads one example.
   *
   * @param object its fields, as a JSON object
   * @throws IllegalArgumentException when it has none of the forms, or has a field that is not
   *     understood and could change what is learnt; the message says which, in words for people
   */
  public Example read(JsonNode object) {
    Row row = new Row(object, options.columns());
    Form form = options.form().orElseGet(() -> recognised(row));
    requireChosen(form, row);
    Optional<AlpacaInput> input = AlpacaInput.of(form, row);
    Optional<IllegalArgumentException> problem = Optional.empty();
    List<Message> messages = List.of();
    String tools = "";
    Optional<String> id = Optional.empty();
    String source = "";
    try {
      id = row.take("id").map(FormReader::id);
      source = row.takeText("source").orElse("");
      tools = ToolFields.takeDefinitions(row, form);
      Optional<String> system =
          row.has(SYSTEM) && row.peek(SYSTEM).isTextual() ? row.takeText(SYSTEM) : Optional.empty();
      messages = withSystem(system.filter(text -> !text.isBlank()), messages(form, row));
    } catch (IllegalArgumentException e) {
      problem = Optional.of(e);
      FormOptions.NAMES.forEach(row::take);
    }
    // A field that is refused is the better reason: it is often why the rest cannot be read.
    OtherFields.refuse(row, input);
    if (problem.isPresent()) {
      throw problem.get();
    }
    Metadata metadata = Metadata.of(row.rest());
    return new Example(form, id, source, messages, tools, metadata.entries(), metadata.leftOut());
  }

  /**
   * Refuses preference data unless its chosen answers are wanted, and answers that are marked as
   * bad in any case: data of that kind may also mark each answer, by {@code label} or {@code
   * kto_tag}.
   */
  private void requireChosen(Form form, Row row) {
    String mark = row.isTruthValue("kto_tag") ? "kto_tag" : "label";
    boolean isMarked =
        row.isTruthValue("kto_tag")
            || (form == Form.PROMPT_COMPLETION && row.isTruthValue("label"));
    if ((isMarked || form == Form.PREFERENCE) && !options.takeChosen()) {
      throw new IllegalArgumentException(
          "preference data, with "
              + (isMarked ? "a mark for good and bad answers" : "a chosen and a rejected answer")
              + ": add --take chosen (over HTTP take=chosen) to learn the good ones");
    }
    if (isMarked && !row.peek(mark).booleanValue()) {
      throw new IllegalArgumentException("its " + mark + " marks the answer as bad");
    }
  }

  private static Form recognised(Row row) {
    for (Form form : Form.values()) {
      if (form.fields().stream().allMatch(row::holds)) {
        return form;
      }
    }
    for (Form form : Form.values()) {
      if (form.fields().stream().allMatch(row::has)) {
        return form;
      }
    }
    throw UnknownForm.of(row);
  }

  private static List<Message> messages(Form form, Row row) {
    return switch (form) {
      case MESSAGES, SHAREGPT, CONVERSATION ->
          Turns.read(row.takeTurns(form.fields().get(0)), 0, true);
      case ALPACA -> {
        List<Message> messages = new ArrayList<>(instruction(row));
        messages.add(answer(required(row, "output"), "output", true).get(0));
        yield messages;
      }
      case PROMPT_COMPLETION -> {
        JsonNode prompt = Values.turns(required(row, "prompt"));
        JsonNode completion = Values.turns(required(row, "completion"));
        yield answered(prompt(row, prompt), row, completion, "completion");
      }
      case PREFERENCE -> chosen(row);
    };
  }

  /** Reads history and instruction of an Alpaca example: all turns before its answer. */
  private static List<Message> instruction(Row row) {
    Optional<JsonNode> history = row.holds("history") ? row.take("history") : Optional.empty();
    String instruction = Values.text(required(row, "instruction"), "instruction");
    String input = row.takeText("input").orElse("");
    List<Message> messages = new ArrayList<>();
    if (history.isPresent()) {
      if (!history.get().isArray()) {
        throw new IllegalArgumentException("history is not a list of pairs of texts");
      }
      for (JsonNode pair : history.get()) {
        if (!pair.isArray()
            || pair.size() != 2
            || !pair.get(0).isTextual()
            || !pair.get(1).isTextual()) {
          throw new IllegalArgumentException(
              "history is not a list of pairs of texts, question and answer");
        }
        messages.add(Messages.of("user", pair.get(0).textValue()));
        messages.add(Messages.of(Turns.ASSISTANT, pair.get(1).textValue()));
      }
    }
    String separator = instruction.isEmpty() || input.isEmpty() ? "" : "\n";
    messages.add(Messages.of("user", instruction + separator + input));
    return messages;
  }

  /** Reads a prompt, of which nothing is learnt: the completion is the answer. */
  private static List<Message> prompt(Row row, JsonNode prompt) {
    if (prompt.isTextual()) {
      return List.of(Messages.of("user", prompt.textValue()));
    }
    return Turns.read(turns(row, prompt, "prompt"), 0, false);
  }

  private static List<Message> answered(
      List<Message> before, Row row, JsonNode answer, String field) {
    List<Message> messages = new ArrayList<>(before);
    messages.addAll(
        answer.isTextual()
            ? answer(answer, field, true)
            : Turns.read(turns(row, answer, field), before.size(), true));
    return messages;
  }

  private static List<Message> answer(JsonNode text, String field, boolean learnt) {
    return List.of(Messages.of(Turns.ASSISTANT, Values.text(text, field), learnt));
  }

  /**
   * Reads preference data: the chosen conversation, or the chosen answer after its prompt, which is
   * in one of the other forms.
   */
  private static List<Message> chosen(Row row) {
    JsonNode chosen = Values.turns(required(row, "chosen"));
    row.take("rejected");
    if (!chosen.isTextual() && begins(turns(chosen, "chosen"))) {
      requireSamePrompt(row, chosen);
      return Turns.read(turns(row, chosen, "chosen"), 0, true);
    }
    List<Message> before;
    if (row.holds("prompt")) {
      before = prompt(row, Values.turns(required(row, "prompt")));
    } else if (row.holds("instruction")) {
      before = instruction(row);
    } else if (row.holds("conversations")) {
      before = Turns.read(row.takeTurns("conversations"), 0, false);
    } else {
      String problem =
          "chosen is an answer without its question: prompt, instruction or conversations is"
              + " missing";
      throw RefusedExampleException.lacking(
          problem, problem, "", Set.of("prompt", "instruction", "conversations"));
    }
    return answered(before, row, chosen, "chosen");
  }

  /** Whether turns begin with anybody but the assistant, so that they are a whole conversation. */
  private static boolean begins(List<JsonNode> turns) {
    if (turns.isEmpty()) {
      return false;
    }
    String role = turns.get(0).path("role").asText(turns.get(0).path("from").asText());
    return !role.equals(Turns.ASSISTANT) && !role.equals("gpt");
  }

  /** Checks that turns in other fields are the beginning of the chosen conversation. */
  private static void requireSamePrompt(Row row, JsonNode chosen) {
    for (String name : List.of("prompt", "messages", "conversations")) {
      JsonNode other =
          row.holds(name) ? Values.turns(row.peek(name)) : JsonNodeFactory.instance.missingNode();
      if (Values.isListOfTurns(other)) {
        for (int i = 0; i < other.size(); i++) {
          if (!other.get(i).equals(chosen.get(i))) {
            throw new IllegalArgumentException(
                name + " is not the beginning of chosen: give one conversation");
          }
        }
        row.take(name);
      }
    }
  }

  private static List<JsonNode> turns(Row row, JsonNode value, String field) {
    List<JsonNode> turns = turns(value, field);
    row.addTurns(turns);
    return turns;
  }

  /** The turns of a list, or the single turn that a value is. */
  private static List<JsonNode> turns(JsonNode value, String field) {
    List<JsonNode> turns = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(turns::add);
    } else if (value.isObject()) {
      turns.add(value);
    } else {
      throw new IllegalArgumentException(field + " is neither a text nor a list of turns");
    }
    return turns;
  }

  private static JsonNode required(Row row, String name) {
    return row.take(name).orElseThrow(() -> RefusedExampleException.missing(name));
  }

  private static List<Message> withSystem(Optional<String> system, List<Message> messages) {
    if (system.isEmpty()) {
      return messages;
    }
    if (!messages.isEmpty() && messages.get(0).getRole().equals(SYSTEM)) {
      if (!messages.get(0).getContent().equals(system.get())) {
        throw new IllegalArgumentException(
            "the example has a system turn and beside it a field system with another text");
      }
      return messages;
    }
    List<Message> all = new ArrayList<>();
    all.add(Messages.of(SYSTEM, system.get()));
    all.addAll(messages);
    return all;
  }

  private static String id(JsonNode id) {
    if (!id.isTextual() && !id.isIntegralNumber()) {
      throw new IllegalArgumentException("id is neither a text nor a whole number");
    }
    return id.asText();
  }
}
