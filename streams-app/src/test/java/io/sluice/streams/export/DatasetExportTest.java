package io.sluice.streams.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetExportTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final BaseModel MODEL = new BaseModel("/models/m", List.of());
  private static final List<Query> QUERIES =
      List.of(Queries.of("q", turns("what?", "that: ä 😀\n")));

  @TempDir Path folder;

  @Test
  void givenADataset_whenExported_thenEachPartIsAFileInSelectionOrder() throws IOException {
    Path out = folder.resolve("out");

    DatasetExport.LeftOut leftOut =
        export(false, ExampleFormat.JSONL).write(dataset(List.of()), out);

    assertThat(leftOut).isEqualTo(new DatasetExport.LeftOut(List.of(), List.of()));
    assertThat(names(folder)).as("no temporary folder is left").containsExactly("out");
    assertThat(names(out))
        .containsExactly("manifest.json", "queries.jsonl", "random.jsonl", "train.jsonl");
    assertThat(out.resolve("train.jsonl"))
        .hasContent(
            """
            {"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"says b"}]}
            {"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"says a"}]}
            """);
    assertThat(out.resolve("random.jsonl")).content().contains("says c", "says a");
    assertThat(out.resolve("queries.jsonl")).content().contains("that: ä 😀\\n");
  }

  @Test
  void givenADataset_whenExported_thenTheManifestHoldsTheWholeJobAndHashesOfTheFiles()
      throws IOException {
    Path out = folder.resolve("out");
    FrozenDataset dataset = dataset(List.of());

    export(false, ExampleFormat.JSONL).write(dataset, out);

    JsonNode manifest = JSON.readTree(out.resolve("manifest.json").toFile());
    assertThat(manifest.path("job").path("jobId").asText()).isEqualTo("t-2-abc");
    assertThat(manifest.path("job").path("hyperParameters").path("loraRank").asInt())
        .isEqualTo(128);
    assertThat(manifest.path("job")).hasSize(FineTuneJob.getClassSchema().getFields().size());
    assertThat(manifest.path("files").findValuesAsText("name"))
        .containsExactly("train.jsonl", "random.jsonl", "queries.jsonl");
    assertThat(manifest.path("files").get(0).path("sha256").asText()).hasSize(64);
    assertThat(manifest.path("files").get(0).path("examples").asInt()).isEqualTo(2);
    assertThat(manifest.path("left_out_since_retracted")).isEmpty();
  }

  @Test
  void givenRetractedExamples_whenExported_thenTheyAreLeftOutUnlessIncludedExplicitly()
      throws IOException {
    FrozenDataset dataset = dataset(List.of("a"));

    List<String> leftOut =
        export(false, ExampleFormat.JSONL).write(dataset, folder.resolve("without")).retracted();
    List<String> none =
        export(true, ExampleFormat.JSONL).write(dataset, folder.resolve("with")).retracted();

    assertThat(leftOut).containsExactly("a");
    assertThat(none).isEmpty();
    assertThat(folder.resolve("without/train.jsonl")).content().hasLineCount(1).contains("says b");
    assertThat(folder.resolve("without/random.jsonl")).content().doesNotContain("says a");
    assertThat(
            JSON.readTree(folder.resolve("without/manifest.json").toFile())
                .path("left_out_since_retracted"))
        .hasSize(1);
    assertThat(folder.resolve("with/train.jsonl")).content().hasLineCount(2);
  }

  @Test
  void givenAJobThatDoesNotNameAllRetractedExamples_whenExported_thenRefusedUnlessIncluded()
      throws IOException {
    FrozenDataset whole = dataset(List.of("a"));
    FrozenDataset incomplete =
        new FrozenDataset(
            FineTuneJob.newBuilder(whole.job()).setRetractedIncomplete(true).build(),
            whole.selected(),
            whole.random(),
            whole.queries(),
            whole.heldOut());

    assertThatThrownBy(
            () -> export(false, ExampleFormat.JSONL).write(incomplete, folder.resolve("out")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("fire a new job");
    assertThat(folder.resolve("out")).doesNotExist();
    export(true, ExampleFormat.JSONL).write(incomplete, folder.resolve("all"));
    assertThat(folder.resolve("all/train.jsonl")).content().hasLineCount(2);
  }

  @Test
  void givenParquet_whenReadAgain_thenItHoldsTheSameTurns() throws IOException {
    Path out = folder.resolve("out");

    export(false, ExampleFormat.PARQUET, ExampleFormat.JSONL).write(dataset(List.of()), out);

    assertThat(parquet(out.resolve("queries.parquet")))
        .containsExactly(QUERIES.get(0).getMessages());
    assertThat(out.resolve("train.jsonl")).exists();
  }

  @Test
  void givenToolsAndMetadata_whenExported_thenBothAreInJsonLinesAndParquetRefusesTools()
      throws IOException {
    Message calls =
        new Message("assistant", "", true, "{\"tool_calls\":[{\"name\":\"f\"}],\"content\":null}");
    FrozenDataset plain = dataset(List.of());
    List<DatasetRecord> described =
        plain.selected().stream()
            .map(of -> DatasetRecord.newBuilder(of).setMetadata(Map.of("b", "1")).build())
            .toList();
    List<DatasetRecord> calling =
        described.stream()
            .map(
                of ->
                    DatasetRecord.newBuilder(of)
                        .setMessages(List.of(calls))
                        .setTools("[{\"x\":1.0}]")
                        .build())
            .toList();

    export(false, ExampleFormat.JSONL).write(with(plain, calling), folder.resolve("lines"));
    export(false, ExampleFormat.PARQUET).write(with(plain, described), folder.resolve("table"));

    assertThat(folder.resolve("lines/train.jsonl"))
        .content()
        .startsWith(
            "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"name\":\"f\"}],\"content\":null}],"
                + "\"tools\":[{\"x\":1.0}],\"metadata\":{\"b\":\"1\"}}");
    try (CandidateFile table = CandidateFile.open(folder.resolve("table/train.parquet"))) {
      table
          .next()
          .match(
              valid -> assertThat(valid.candidate().getMetadata()).containsOnly(entry("b", "1")),
              invalid -> fail(invalid.reason()));
    }
    assertThatThrownBy(
            () ->
                export(false, ExampleFormat.PARQUET)
                    .write(with(plain, calling), folder.resolve("refused")))
        .hasMessageContaining("use --format jsonl");
  }

  private static FrozenDataset with(FrozenDataset plain, List<DatasetRecord> selected) {
    return new FrozenDataset(
        plain.job(), selected, plain.random(), plain.queries(), plain.heldOut());
  }

  private static List<List<Message>> parquet(Path file) throws IOException {
    List<List<Message>> rows = new ArrayList<>();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      PageReadStore pages = reader.readNextRowGroup();
      RecordReader<Group> records =
          new ColumnIOFactory()
              .getColumnIO(schema)
              .getRecordReader(pages, new GroupRecordConverter(schema));
      for (long row = 0; row < pages.getRowCount(); row++) {
        rows.add(messages(records.read()));
      }
    }
    return rows;
  }

  @Test
  void givenTurnsOfWeightZero_whenExported_thenTheyHaveTheirWeights() throws IOException {
    Path out = folder.resolve("out");
    FrozenDataset whole = dataset(List.of());
    DatasetRecord masked =
        DatasetRecord.newBuilder(whole.selected().get(1))
            .setMessages(
                List.of(
                    Messages.of("assistant", "wrong", false), Messages.of("assistant", "right")))
            .build();

    export(false, ExampleFormat.JSONL, ExampleFormat.PARQUET)
        .write(with(whole, List.of(whole.selected().get(0), masked)), out);

    assertThat(out.resolve("train.jsonl"))
        .hasContent(
            """
            {"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"says b","weight":1}]}
            {"messages":[{"role":"assistant","content":"wrong","weight":0},{"role":"assistant","content":"right","weight":1}]}
            """);
    List<List<Message>> rows = parquet(out.resolve("train.parquet"));
    assertThat(rows.get(1)).isEqualTo(masked.getMessages());
  }

  @Test
  void givenAModelWithATemplate_whenExported_thenEachTrainerGetsItsFolder() throws IOException {
    Path out = folder.resolve("out");

    DatasetExport.LeftOut leftOut =
        forTrainers(Optional.of("{{ messages }}")).write(dataset(List.of()), out);

    assertThat(leftOut.omissions()).isEmpty();
    assertThat(names(out.resolve("trl")))
        .containsExactly("chat_template.jinja", "train.jsonl", "trl.yaml");
    assertThat(out.resolve("trl/train.jsonl")).hasSameTextualContentAs(out.resolve("train.jsonl"));
    assertThat(out.resolve("trl/chat_template.jinja")).hasContent("{{ messages }}");
    assertThat(names(out.resolve("axolotl"))).containsExactly("axolotl.yaml", "train.jsonl");
    assertThat(out.resolve("axolotl/train.jsonl"))
        .hasContent(
            """
            {"input_ids":[1,2,98],"attention_mask":[1,1,1],"labels":[-100,-100,98]}
            {"input_ids":[1,2,97],"attention_mask":[1,1,1],"labels":[-100,-100,97]}
            """);
    assertThat(names(out.resolve("llama-factory")))
        .containsExactly("dataset_info.json", "llama-factory.yaml", "train.jsonl");
    assertThat(out.resolve("llama-factory/train.jsonl"))
        .hasContent(
            """
            {"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"b"}]}
            {"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"a"}]}
            """);
  }

  @Test
  void givenNoTemplateAndAnUnlearnableExample_whenExported_thenTrlGetsTokensOfTheOthers()
      throws IOException {
    Path out = folder.resolve("out");
    FrozenDataset whole = dataset(List.of());
    DatasetRecord unlearnable =
        DatasetRecord.newBuilder(whole.selected().get(1)).setCandidateId("unlearnable").build();

    DatasetExport.LeftOut leftOut =
        forTrainers(Optional.empty())
            .write(with(whole, List.of(whole.selected().get(0), unlearnable)), out);

    assertThat(leftOut.omissions())
        .containsExactly(new Omission("trl, axolotl, llama-factory", "unlearnable", "too long"));
    assertThat(names(out.resolve("trl"))).containsExactly("train.jsonl", "trl.yaml");
    assertThat(out.resolve("trl/train.jsonl"))
        .hasContent("{\"input_ids\":[1,2,98],\"assistant_masks\":[0,0,1]}");
    assertThat(
            JSON.readTree(out.resolve("manifest.json").toFile())
                .path("left_out_of_trainer_folders")
                .get(0)
                .path("id")
                .asText())
        .isEqualTo("unlearnable");
    assertThat(out.resolve("train.jsonl")).content().hasLineCount(2);
    assertThatThrownBy(
            () ->
                forTrainers(Optional.empty())
                    .write(with(whole, List.of(unlearnable)), folder.resolve("none")))
        .hasMessageContaining("nothing can be learnt from any example: too long");
    assertThat(names(folder)).as("no temporary folder is left").containsExactly("out");
  }

  /** Tokens 1 and 2, and one for the first letter of the id, which is learnt. */
  private static DatasetExport forTrainers(Optional<String> template) {
    TrainingText text =
        new TrainingText() {
          @Override
          public TrainedExample of(ExportedExample example) {
            return example.id().equals("unlearnable")
                ? new TrainedExample.Unlearnable("too long")
                : new TrainedExample.Learnable(
                    new long[] {1, 2, example.id().charAt(0)},
                    new boolean[] {false, false, true},
                    List.of("ask", example.id()));
          }

          @Override
          public Optional<String> template(List<ExportedExample> examples) {
            return template;
          }
        };
    return new DatasetExport(
        List.of(ExampleFormat.JSONL), Optional.of(new TrainedModel(MODEL, text)), false);
  }

  @Test
  void givenAFolderThatExists_whenExported_thenItFailsAndTheFolderIsUntouched() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));

    assertThatThrownBy(() -> export(false, ExampleFormat.JSONL).write(dataset(List.of()), out))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not exist yet");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void givenNoParentFolder_whenExported_thenItFailsAndLeavesNothing() {
    assertThatThrownBy(
            () ->
                export(false, ExampleFormat.JSONL)
                    .write(dataset(List.of()), folder.resolve("none/out")))
        .isInstanceOf(IOException.class);
    assertThat(folder).isEmptyDirectory();
  }

  private static DatasetExport export(boolean withRetracted, ExampleFormat... formats) {
    return new DatasetExport(List.of(formats), Optional.empty(), withRetracted);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<Message> messages(Group row) {
    Group messages = row.getGroup("messages", 0);
    List<Message> turns = new ArrayList<>();
    for (int i = 0; i < messages.getFieldRepetitionCount("list"); i++) {
      Group turn = messages.getGroup("list", i).getGroup("element", 0);
      boolean isLearnt = turn.getFieldRepetitionCount("weight") == 0;
      turns.add(Messages.of(turn.getString("role", 0), turn.getString("content", 0), isLearnt));
    }
    return turns;
  }

  private static FrozenDataset dataset(List<String> retracted) {
    FineTuneJob job =
        FineTuneJob.newBuilder()
            .setJobId("t-2-abc")
            .setTaskId("t")
            .setRevision(1)
            .setRepresentationId("default")
            .setAlgorithm("round-robin")
            .setBudget(2)
            .setSequence(0)
            .setExamples(2)
            .setPoolSize(20)
            .setSeeds(List.of(5, 6))
            .setControls(List.of(Arm.RANDOM))
            .setDatasetChecksum(ExampleHashes.ofOrder(List.of("b", "a")))
            .setControlChecksum(ExampleHashes.ofOrder(List.of("c", "a")))
            .setQueries(1)
            .setQuerySetHash(ExampleHashes.ofQueries(QUERIES))
            .setHeldOutHash(ExampleHashes.ofQueries(List.of()))
            .setRetracted(retracted)
            .build();
    return FrozenDataset.of(
        job,
        List.of(
            example(DatasetPart.SELECTED, 0, "b"),
            example(DatasetPart.SELECTED, 1, "a"),
            example(DatasetPart.RANDOM, 0, "c"),
            example(DatasetPart.RANDOM, 1, "a"),
            DatasetRecord.newBuilder(example(DatasetPart.QUERIES, 0, "q"))
                .setMessages(QUERIES.get(0).getMessages())
                .build()));
  }

  private static DatasetRecord example(DatasetPart part, int rank, String id) {
    return DatasetRecord.newBuilder()
        .setJobId("t-2-abc")
        .setTaskId("t")
        .setRank(rank)
        .setCandidateId(id)
        .setQuery("q")
        .setScore(0.5f)
        .setMessages(turns("ask", "says " + id))
        .setPart(part)
        .build();
  }

  private static List<Message> turns(String user, String assistant) {
    return List.of(Messages.of("user", user), Messages.of("assistant", assistant));
  }
}
