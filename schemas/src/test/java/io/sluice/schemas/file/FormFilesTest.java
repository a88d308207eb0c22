package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.message.MessageJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as Hugging Face's library writes them give what it reads back; see forms/README.txt. */
class FormFilesTest {
  private static final Path FORMS = Path.of("src/test/resources/forms");

  @TempDir private Path folder;

  static Stream<Map.Entry<String, JsonNode>> files() throws IOException {
    return new ObjectMapper()
        .readTree(FORMS.resolve("expected.json").toFile()).properties().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void givenAFileOfAForm_whenRead_thenItsCandidatesAreThoseOfTheReference(
      Map.Entry<String, JsonNode> expected) throws IOException {
    List<CandidateLine> lines = read(FORMS.resolve(expected.getKey()));
    assertThat(lines).hasSize(expected.getValue().size());
    for (int i = 0; i < lines.size(); i++) {
      JsonNode of = expected.getValue().get(i);
      CandidateLine line = lines.get(i);
      if (of.has("refused")) {
        assertThat(line)
            .isInstanceOfSatisfying(
                CandidateLine.Invalid.class,
                bad -> assertThat(bad.reason()).contains(of.get("refused").asText()));
      } else {
        assertThat(line).isInstanceOf(CandidateLine.Valid.class);
        assertThat(json(((CandidateLine.Valid) line).candidate())).isEqualTo(of);
      }
    }
  }

  @Test
  void givenParquet_whenRead_thenIdsAreRowNumbersAndOtherColumnsAreMetadata() throws IOException {
    List<CandidateLine> lines = read(FORMS.resolve("row-groups-zstd.parquet"));
    assertThat(lines)
        .extracting(line -> ((CandidateLine.Valid) line).candidate().getId())
        .startsWith("1", "2")
        .endsWith("25");
    Candidate chat =
        ((CandidateLine.Valid) read(FORMS.resolve("wildchat.parquet")).get(0)).candidate();
    assertThat(chat.getMetadata())
        .containsOnly(
            Map.entry("conversation_hash", "h"),
            Map.entry("turn", "1"),
            Map.entry("timestamp", "2024-05-01T12:00:00.250"),
            Map.entry("toxic", "false"),
            Map.entry("header.user-agent", "x"),
            Map.entry(
                "openai_moderation", "[{\"flagged\":false,\"categories\":{\"hate\":false}}]"));
  }

  @Test
  void givenParquetAsAStream_whenRead_thenItIsTheSame() throws IOException {
    byte[] bytes = Files.readAllBytes(FORMS.resolve("sharegpt.parquet"));
    List<CandidateLine> lines = new ArrayList<>();
    try (CandidateFile file =
        CandidateFile.of(
            new ByteArrayInputStream(bytes), "the body", 1 << 20, FormOptions.DEFAULT)) {
      file.forEachRemaining(lines::add);
    }
    assertThat(lines).isEqualTo(read(FORMS.resolve("sharegpt.parquet")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"messages.parquet", "row-groups-gzip.parquet"})
  void givenDamagedParquet_whenRead_thenTheFileIsNamedOrItsRowsAreRead(String name)
      throws IOException {
    byte[] whole = Files.readAllBytes(FORMS.resolve(name));
    Path file = folder.resolve("damaged.parquet");
    for (int length : new int[] {4, 7, whole.length / 2, whole.length - 3}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(IOException.class)
          .hasMessage(
              file
                  + " is a Parquet file that is cut off or damaged: its end is missing. Copy or"
                  + " download it again, or write it again");
    }
    byte[] tooLong = whole.clone();
    Arrays.fill(tooLong, whole.length - 8, whole.length - 4, (byte) 0xcc);
    Files.write(file, tooLong);
    assertThatThrownBy(() -> read(file))
        .hasMessage(
            file
                + " is a Parquet file that is damaged: the description of its columns, at its end,"
                + " cannot be read. Copy or download it again, or write it again");
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = whole.clone();
      bytes[4 + random.nextInt(bytes.length - 12)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      try {
        assertThat(read(file)).isNotNull();
      } catch (IOException | java.io.UncheckedIOException e) {
        assertThat(e).hasMessageContaining("damaged.parquet");
      }
    }
  }

  @Test
  void givenZstd_whenRead_thenAllFramesAreReadAndACutOneIsAnError() throws IOException {
    byte[] plain = Files.readAllBytes(FORMS.resolve("sharegpt.jsonl"));
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(Zstd.compress(plain));
    two.write(Zstd.compress(plain));
    Path file = Files.write(folder.resolve("two.jsonl"), two.toByteArray());
    assertThat(read(file)).hasSize(4).hasOnlyElementsOfType(CandidateLine.Valid.class);
    Files.write(file, Arrays.copyOf(two.toByteArray(), two.size() - 5));
    assertThatThrownBy(() -> read(file))
        .hasMessageContaining("two.jsonl cannot be read to its end");
    byte[] damaged = two.toByteArray();
    damaged[damaged.length - 20] ^= 1;
    Files.write(file, damaged);
    assertThatThrownBy(() -> read(file))
        .hasMessageContaining("zstd frame 2 is damaged (")
        .hasMessageNotContaining("No error");
    two.write("rubbish".getBytes(StandardCharsets.UTF_8));
    Files.write(file, two.toByteArray());
    assertThatThrownBy(() -> read(file))
        .hasMessageContaining("two.jsonl cannot be read to its end: what follows zstd frame 2");
  }

  private static List<CandidateLine> read(Path file) throws IOException {
    List<CandidateLine> lines = new ArrayList<>();
    try (CandidateFile candidates = CandidateFile.open(file)) {
      candidates.forEachRemaining(lines::add);
    }
    return lines;
  }

  private static JsonNode json(Candidate candidate) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      json.writeFieldName("messages");
      MessageJson.write(candidate.getMessages(), json);
      MessageJson.writeToolsAndMetadata(candidate.getTools(), Map.of(), json);
      json.writeEndObject();
    }
    return ExactJson.read(out.toString());
  }
}
