package io.sluice.schemas.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.Arm;
import io.sluice.schemas.Condition;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Query;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.message.MessageJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes tasks in the form in which {@link TaskFile} reads them, with all fields that have a value:
 * reading the text gives the same task. The revision is no part of it.
 */
public final class TaskFileWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private TaskFileWriter() {}

  /** Writes a task as one JSON object. */
  public static String write(TargetTask task) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("task", task.getTaskId());
      json.writeFieldName("budgets");
      writeNumbers(task.getBudgets(), json);
      if (!task.getBudgetTokens().isEmpty()) {
        json.writeFieldName("budget_tokens");
        writeNumbers(task.getBudgetTokens(), json);
      }
      json.writeStringField("representation_id", task.getRepresentationId());
      json.writeStringField("algorithm", task.getAlgorithm());
      json.writeNumberField("min_pool_factor", task.getMinPoolFactor());
      write(task.getRules(), json);
      writeTraining(task, json);
      write("queries", task.getQueries(), json);
      if (!task.getHeldOut().isEmpty()) {
        write("held_out", task.getHeldOut(), json);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(String name, List<Query> examples, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Query query : examples) {
      json.writeStartObject();
      json.writeStringField("id", query.getId());
      json.writeFieldName("messages");
      MessageJson.write(query.getMessages(), json);
      MessageJson.writeToolsAndMetadata(query.getTools(), Map.of(), json);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(Rules rules, JsonGenerator json) throws IOException {
    if (!rules.getWhere().isEmpty()) {
      json.writeObjectFieldStart("where");
      for (Condition condition : rules.getWhere()) {
        json.writeObjectFieldStart(condition.getField());
        write(condition, json);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    if (rules.getMinTokens() > 0) {
      json.writeNumberField("min_tokens", rules.getMinTokens());
    }
    if (rules.getMaxTokens() > 0) {
      json.writeNumberField("max_tokens", rules.getMaxTokens());
    }
    json.writeStringField("duplicates", lower(rules.getDuplicates()));
    json.writeStringField("leaks", lower(rules.getLeaks()));
    json.writeNumberField("leak_words", rules.getLeakWords());
  }

  private static void write(Condition condition, JsonGenerator json) throws IOException {
    if (!condition.getIn().isEmpty()) {
      json.writeFieldName("in");
      writeTexts(condition.getIn(), json);
    }
    if (!condition.getNotIn().isEmpty()) {
      json.writeFieldName("not_in");
      writeTexts(condition.getNotIn(), json);
    }
    for (double least : condition.getLeast()) {
      json.writeNumberField("min", least);
    }
    for (double most : condition.getMost()) {
      json.writeNumberField("max", most);
    }
    json.writeBooleanField("missing", condition.getMissing());
  }

  private static void writeTraining(TargetTask task, JsonGenerator json) throws IOException {
    json.writeNumberField("refresh_turnover", task.getRefreshTurnover());
    json.writeNumberField("cooldown_seconds", task.getCooldown());
    json.writeArrayFieldStart("controls");
    for (Arm control : task.getControls()) {
      json.writeString(lower(control));
    }
    json.writeEndArray();
    json.writeNumberField("random_draws", task.getRandomDraws());
    json.writeFieldName("seeds");
    writeNumbers(task.getSeeds(), json);
    if (!task.getLauncher().isEmpty()) {
      json.writeStringField("launcher", task.getLauncher());
    }
    write(task.getHyperParameters(), json);
    if (!task.getArms().isEmpty()) {
      json.writeArrayFieldStart("arms");
      for (TaskArm arm : task.getArms()) {
        json.writeStartObject();
        json.writeStringField("name", arm.getName());
        if (!arm.getRepresentationId().isEmpty()) {
          json.writeStringField("representation", arm.getRepresentationId());
        }
        json.writeStringField("algorithm", arm.getAlgorithm());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private static void write(HyperParameters chosen, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("hyper_parameters");
    json.writeNumberField("epochs", chosen.getEpochs());
    json.writeNumberField("learning_rate", chosen.getLearningRate());
    json.writeNumberField("batch_size", chosen.getBatchSize());
    json.writeNumberField("warmup_ratio", chosen.getWarmupRatio());
    json.writeNumberField("weight_decay", chosen.getWeightDecay());
    json.writeNumberField("max_gradient_norm", chosen.getMaxGradientNorm());
    json.writeNumberField("max_length", chosen.getMaxLength());
    json.writeBooleanField("full", chosen.getFull());
    json.writeNumberField("lora_rank", chosen.getLoraRank());
    json.writeNumberField("lora_alpha", chosen.getLoraAlpha());
    json.writeNumberField("lora_dropout", chosen.getLoraDropout());
    json.writeFieldName("lora_targets");
    writeTexts(chosen.getLoraTargets(), json);
    json.writeEndObject();
  }

  private static void writeNumbers(List<? extends Number> numbers, JsonGenerator json)
      throws IOException {
    json.writeStartArray();
    for (Number number : numbers) {
      json.writeNumber(number.longValue());
    }
    json.writeEndArray();
  }

  private static void writeTexts(List<String> texts, JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
