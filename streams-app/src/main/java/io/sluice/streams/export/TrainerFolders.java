package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.message.MessageJson;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a folder for each of TRL, Axolotl and LLaMA-Factory: the training examples in a form of
 * which the trainer makes exactly the tokens that the examples were selected by, and learns exactly
 * those that count in the loss, and a configuration with the job's hyper-parameters.
 *
 * <ul>
 *   <li>TRL gets messages and a chat template with generation markers where there is one that gives
 *       these tokens, and otherwise the tokens.
 *   <li>Axolotl gets the tokens.
 *   <li>LLaMA-Factory reads no tokens from JSON. It gets the text in parts, of which every second
 *       one is learnt, as the turns of a conversation that its template {@code empty} adds nothing
 *       to.
 * </ul>
 *
 * @param job the job
 * @param model the model that the configurations train
 * @param text makes the tokens
 */
record TrainerFolders(FineTuneJob job, BaseModel model, TrainingText text) {
  private static final String TEMPLATE_FILE = "chat_template.jinja";
  private static final long UNLEARNT = -100;

  /** Writes one row. */
  private interface Row<T> {
    void write(T example, JsonGenerator json) throws IOException;
  }

  /** An example with its tokens. */
  private record Entry(ExportedExample example, TrainedExample.Learnable tokens) {}

  /**
   * Writes the folders.
   *
   * @param folder existing folder, in which the three are created
   * @return what the folders do not contain
   * @throws IOException when nothing can be learnt from any example, or a file cannot be written
   */
  List<Omission> write(List<ExportedExample> examples, Path folder) throws IOException {
    List<Omission> omissions = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    for (ExportedExample example : examples) {
      TrainedExample trained = text.of(example);
      if (trained instanceof TrainedExample.Learnable tokens) {
        entries.add(new Entry(example, tokens));
      } else {
        omissions.add(
            new Omission(
                "trl, axolotl, llama-factory",
                example.id(),
                ((TrainedExample.Unlearnable) trained).reason()));
      }
    }
    if (entries.isEmpty()) {
      throw new IOException("nothing can be learnt from any example: " + omissions.get(0).reason());
    }
    writeTrl(entries, Files.createDirectory(folder.resolve("trl")));
    writeAxolotl(entries, Files.createDirectory(folder.resolve("axolotl")));
    List<Entry> inParts = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.tokens().segments().isEmpty()) {
        omissions.add(
            new Omission(
                "llama-factory",
                entry.example().id(),
                "the parts of its text have other tokens one by one than together"));
      } else {
        inParts.add(entry);
      }
    }
    if (!inParts.isEmpty()) {
      writeLlamaFactory(inParts, Files.createDirectory(folder.resolve("llama-factory")));
    }
    return omissions;
  }

  private void writeTrl(List<Entry> entries, Path folder) throws IOException {
    Optional<String> template = text.template(entries.stream().map(Entry::example).toList());
    if (template.isPresent()) {
      Files.writeString(folder.resolve(TEMPLATE_FILE), template.get());
      write(
          entries,
          folder,
          (entry, json) -> {
            json.writeFieldName("messages");
            MessageJson.write(entry.example().messages(), json);
          });
    } else {
      write(
          entries,
          folder,
          (entry, json) -> {
            writeIds(entry.tokens(), json);
            json.writeArrayFieldStart("assistant_masks");
            for (boolean learnt : entry.tokens().learnt()) {
              json.writeNumber(learnt ? 1 : 0);
            }
            json.writeEndArray();
          });
    }
    Files.writeString(
        folder.resolve("trl.yaml"), configs(entries).trl(template.map(text -> TEMPLATE_FILE)));
  }

  private void writeAxolotl(List<Entry> entries, Path folder) throws IOException {
    write(
        entries,
        folder,
        (entry, json) -> {
          long[] ids = entry.tokens().ids();
          writeIds(entry.tokens(), json);
          json.writeArrayFieldStart("attention_mask");
          for (int i = 0; i < ids.length; i++) {
            json.writeNumber(1);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("labels");
          for (int i = 0; i < ids.length; i++) {
            json.writeNumber(entry.tokens().learnt()[i] ? ids[i] : UNLEARNT);
          }
          json.writeEndArray();
        });
    Files.writeString(folder.resolve("axolotl.yaml"), configs(entries).axolotl());
  }

  private void writeLlamaFactory(List<Entry> entries, Path folder) throws IOException {
    write(
        entries,
        folder,
        (entry, json) -> {
          json.writeArrayFieldStart("messages");
          List<String> segments = entry.tokens().segments();
          for (int i = 0; i < segments.size(); i++) {
            json.writeStartObject();
            json.writeStringField("role", i % 2 == 0 ? "user" : "assistant");
            json.writeStringField("content", segments.get(i));
            json.writeEndObject();
          }
          json.writeEndArray();
        });
    TrainerConfigs configs = configs(entries);
    Files.writeString(folder.resolve("llama-factory.yaml"), configs.llamaFactory());
    Files.writeString(folder.resolve("dataset_info.json"), configs.llamaFactoryDataset());
  }

  private TrainerConfigs configs(List<Entry> entries) {
    return new TrainerConfigs(job, model, entries.size());
  }

  private static void writeIds(TrainedExample.Learnable tokens, JsonGenerator json)
      throws IOException {
    json.writeFieldName("input_ids");
    json.writeArray(tokens.ids(), 0, tokens.ids().length);
  }

  private static void write(List<Entry> entries, Path folder, Row<Entry> row) throws IOException {
    try (Writer out = Files.newBufferedWriter(folder.resolve("train.jsonl"));
        JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setRootValueSeparator(null);
      for (Entry entry : entries) {
        json.writeStartObject();
        row.write(entry, json);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
  }
}
