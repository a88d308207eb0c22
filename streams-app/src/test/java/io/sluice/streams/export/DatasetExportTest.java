package io.sluice.streams.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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

    export(false, ExampleFormat.PARQUET, ExampleFormat.JSONL)
        .write(ExportFixture.dataset(List.of()), out);

    assertThat(parquet(out.resolve("queries.parquet")))
        .containsExactly(ExportFixture.QUERIES.get(0).getMessages());
    assertThat(out.resolve("train.jsonl")).exists();
  }

  @Test
  void givenToolsAndMetadata_whenExported_thenBothAreInJsonLinesAndParquetRefusesTools()
      throws IOException {
    Message calls =
        new Message("assistant", "", true, "{\"tool_calls\":[{\"name\":\"f\"}],\"content\":null}");
    FrozenDataset plain = ExportFixture.dataset(List.of());
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

    export(false, ExampleFormat.JSONL)
        .write(ExportFixture.with(plain, calling), folder.resolve("lines"));
    export(false, ExampleFormat.PARQUET)
        .write(ExportFixture.with(plain, described), folder.resolve("table"));

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
                    .write(ExportFixture.with(plain, calling), folder.resolve("refused")))
        .hasMessageContaining("use --format jsonl");
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
      boolean isLearnt = turn.getFieldRepetitionCount("weight") == 0;
      turns.add(Messages.of(turn.getString("role", 0), turn.getString("content", 0), isLearnt));
    }
    return turns;
  }
}
