package io.sluice.streams.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.message.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetExportTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  @Test
  void givenADataset_whenExported_thenEachPartIsAFileInSelectionOrder() throws IOException {
    Path out = folder.resolve("out");

    DatasetExport.LeftOut leftOut =
        export(false, ExampleFormat.JSONL).write(ExportFixture.dataset(List.of()), out);

    assertThat(leftOut).isEqualTo(new DatasetExport.LeftOut(List.of(), List.of()));
    assertThat(ExportFixture.names(folder))
        .as("no temporary folder is left")
        .containsExactly("out");
    assertThat(ExportFixture.names(out))
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
  void givenFurtherArms_whenExported_thenEachIsAFile() throws IOException {
    Path out = folder.resolve("out");

    export(false, ExampleFormat.JSONL).write(ExportFixture.withArm("rds"), out);

    assertThat(ExportFixture.names(out)).contains("arm-rds.jsonl");
    assertThat(out.resolve("arm-rds.jsonl")).content().hasLineCount(1).contains("says d");
  }

  @Test
  void givenADataset_whenExported_thenTheManifestHoldsTheWholeJobAndHashesOfTheFiles()
      throws IOException {
    Path out = folder.resolve("out");
    FrozenDataset dataset = ExportFixture.dataset(List.of());

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
    FrozenDataset dataset = ExportFixture.dataset(List.of("a"));

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
    FrozenDataset whole = ExportFixture.dataset(List.of("a"));
    FrozenDataset incomplete =
        new FrozenDataset(
            FineTuneJob.newBuilder(whole.job()).setRetractedIncomplete(true).build(),
            whole.selected(),
            whole.random(),
            whole.queries(),
            whole.heldOut(),
            whole.arms());

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

    export(false, ExampleFormat.PARQUET, ExampleFormat.JSONL)
        .write(ExportFixture.dataset(List.of()), out);

    assertThat(parquet(out.resolve("queries.parquet")))
        .containsExactly(ExportFixture.QUERIES.get(0).getMessages());
    assertThat(out.resolve("train.jsonl")).exists();
  }

  @Test
  void givenPlainExamples_whenExportedAsParquet_thenTurnsHaveOneColumnForEachField()
      throws IOException {
    Path out = folder.resolve("out");

    export(false, ExampleFormat.PARQUET).write(ExportFixture.dataset(List.of()), out);

    MessageType schema = schema(out.resolve("train.parquet"));
    assertThat(schema.getPaths())
        .containsExactly(
            new String[] {"messages", "list", "element", "role"},
            new String[] {"messages", "list", "element", "content"},
            new String[] {"messages", "list", "element", "weight"});
  }

  @Test
  void givenToolsCallsThoughtsMasksAndMetadata_whenExported_thenBothFormatsGiveTheSameCandidates()
      throws IOException {
    FrozenDataset plain = ExportFixture.dataset(List.of());
    DatasetRecord calling =
        DatasetRecord.newBuilder(plain.selected().get(0))
            .setMessages(
                List.of(
                    Messages.of("system", ""),
                    new Message(
                        "assistant",
                        "",
                        false,
                        "{\"tool_calls\":[{\"name\":\"f\",\"arguments\":{\"z\":1.0,\"a\":[null,{\"ä 😀\":2.50}]}},"
                            + "{\"name\":\"g\",\"arguments\":\"{ \\\"b\\\": 1}\"}],\"content\":null}"),
                    new Message(
                        "tool", "{\"n\": null}", true, "{\"tool_call_id\":\"1\",\"name\":\"f\"}"),
                    new Message("assistant", "so", true, "{\"reasoning_content\":\"hm\\n\"}")))
            .setTools("[{\"x\":1.0,\"default\":null,\"list\":[]},{\"y\":12345678901234567890}]")
            .setMetadata(Map.of("b", "1", "a.c", "null and \"void\""))
            .build();
    FrozenDataset dataset = ExportFixture.with(plain, List.of(calling, plain.selected().get(1)));
    Path out = folder.resolve("out");

    export(false, ExampleFormat.JSONL, ExampleFormat.PARQUET).write(dataset, out);

    List<Candidate> candidates = candidates(out.resolve("train.parquet"));
    assertThat(candidates).isEqualTo(candidates(out.resolve("train.jsonl")));
    assertThat(candidates.get(0).getMessages()).isEqualTo(calling.getMessages());
    assertThat(candidates.get(0).getTools()).isEqualTo(calling.getTools());
    assertThat(candidates.get(0).getMetadata()).isEqualTo(calling.getMetadata());
    assertThat(candidates.get(1).getMessages()).isEqualTo(dataset.selected().get(1).getMessages());
    assertThat(candidates.get(1).getTools()).isEmpty();
    assertThat(candidates.get(1).getMetadata()).isEmpty();
  }

  @Test
  void givenFurtherFields_whenExportedAsParquet_thenTurnsToolsAndMetadataAreOfTheTypeJson()
      throws IOException {
    FrozenDataset plain = ExportFixture.dataset(List.of());
    DatasetRecord named =
        DatasetRecord.newBuilder(plain.selected().get(0))
            .setMessages(List.of(new Message("assistant", "so", true, "{\"name\":\"ann\"}")))
            .setTools("[{\"x\":1.0}]")
            .setMetadata(Map.of("b", "1"))
            .build();

    export(false, ExampleFormat.PARQUET)
        .write(ExportFixture.with(plain, List.of(named)), folder.resolve("out"));

    MessageType schema = schema(folder.resolve("out/train.parquet"));
    assertThat(schema.getColumns())
        .extracting(
            column -> String.join(".", column.getPath()),
            column -> column.getPrimitiveType().getLogicalTypeAnnotation())
        .containsExactly(
            tuple("messages.list.element", LogicalTypeAnnotation.jsonType()),
            tuple("tools.list.element", LogicalTypeAnnotation.jsonType()),
            tuple("metadata", LogicalTypeAnnotation.jsonType()));
    assertThat(schema(folder.resolve("out/random.parquet")))
        .as("files that are loaded together have the same columns")
        .isEqualTo(schema);
  }

  @Test
  void givenHalfASurrogatePair_whenExportedAsParquet_thenTheExampleIsNamed() {
    FrozenDataset plain = ExportFixture.dataset(List.of());
    DatasetRecord broken =
        DatasetRecord.newBuilder(plain.selected().get(0))
            .setMessages(List.of(Messages.of("assistant", "x\ud83d")))
            .build();

    assertThatThrownBy(
            () ->
                export(false, ExampleFormat.PARQUET)
                    .write(ExportFixture.with(plain, List.of(broken)), folder.resolve("out")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("example b contains half a surrogate pair");
  }

  private static List<Candidate> candidates(Path file) throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    try (CandidateFile lines = CandidateFile.open(file)) {
      lines.forEachRemaining(
          line ->
              line.match(
                  valid -> candidates.add(valid.candidate()), invalid -> fail(invalid.reason())));
    }
    return candidates;
  }

  private static MessageType schema(Path file) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      return reader.getFooter().getFileMetaData().getSchema();
    }
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
    FrozenDataset whole = ExportFixture.dataset(List.of());
    DatasetRecord masked =
        DatasetRecord.newBuilder(whole.selected().get(1))
            .setMessages(
                List.of(
                    Messages.of("assistant", "wrong", false), Messages.of("assistant", "right")))
            .build();

    export(false, ExampleFormat.JSONL, ExampleFormat.PARQUET)
        .write(ExportFixture.with(whole, List.of(whole.selected().get(0), masked)), out);

    assertThat(out.resolve("train.jsonl"))
        .hasContent(
            """
            {"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"says b","weight":1}]}
            {"messages":[{"role":"assistant","content":"wrong","weight":0},{"role":"assistant","content":"right","weight":1}]}
            """);
    List<List<Message>> rows = parquet(out.resolve("train.parquet"));
    assertThat(rows.get(1)).isEqualTo(masked.getMessages());
    assertThat(candidates(out.resolve("train.parquet")))
        .isEqualTo(candidates(out.resolve("train.jsonl")));
  }

  @Test
  void givenAFolderThatExists_whenExported_thenItFailsAndTheFolderIsUntouched() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));

    assertThatThrownBy(
            () -> export(false, ExampleFormat.JSONL).write(ExportFixture.dataset(List.of()), out))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not exist yet");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void givenNoParentFolder_whenExported_thenItFailsAndLeavesNothing() {
    assertThatThrownBy(
            () ->
                export(false, ExampleFormat.JSONL)
                    .write(ExportFixture.dataset(List.of()), folder.resolve("none/out")))
        .isInstanceOf(IOException.class);
    assertThat(folder).isEmptyDirectory();
  }

  private static DatasetExport export(boolean withRetracted, ExampleFormat... formats) {
    return new DatasetExport(List.of(formats), Optional.empty(), withRetracted);
  }

  private static List<Message> messages(Group row) {
    Group messages = row.getGroup("messages", 0);
    List<Message> turns = new ArrayList<>();
    for (int i = 0; i < messages.getFieldRepetitionCount("list"); i++) {
      Group turn = messages.getGroup("list", i).getGroup("element", 0);
      boolean isLearnt =
          turn.getFieldRepetitionCount("weight") == 0 || turn.getInteger("weight", 0) == 1;
      turns.add(Messages.of(turn.getString("role", 0), turn.getString("content", 0), isLearnt));
    }
    return turns;
  }
}
