package io.sluice.streams.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.dataset.FrozenDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerFoldersTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final BaseModel MODEL = new BaseModel("/models/m", List.of());

  @TempDir Path folder;

  @Test
  void givenAModelWithATemplate_whenExported_thenEachTrainerGetsItsFolder() throws IOException {
    Path out = folder.resolve("out");

    DatasetExport.LeftOut leftOut =
        forTrainers(Optional.of("{{ messages }}")).write(ExportFixture.dataset(List.of()), out);

    assertThat(leftOut.omissions()).isEmpty();
    assertThat(ExportFixture.names(out.resolve("trl")))
        .containsExactly("chat_template.jinja", "train.jsonl", "trl.yaml");
    assertThat(out.resolve("trl/train.jsonl")).hasSameTextualContentAs(out.resolve("train.jsonl"));
    assertThat(out.resolve("trl/chat_template.jinja")).hasContent("{{ messages }}");
    assertThat(ExportFixture.names(out.resolve("axolotl")))
        .containsExactly("axolotl.yaml", "train.jsonl");
    assertThat(out.resolve("axolotl/train.jsonl"))
        .hasContent(
            """
            {"input_ids":[1,2,98],"attention_mask":[1,1,1],"labels":[-100,-100,98]}
            {"input_ids":[1,2,97],"attention_mask":[1,1,1],"labels":[-100,-100,97]}
            """);
    assertThat(ExportFixture.names(out.resolve("llama-factory")))
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
    FrozenDataset whole = ExportFixture.dataset(List.of());
    DatasetRecord unlearnable =
        DatasetRecord.newBuilder(whole.selected().get(1)).setCandidateId("unlearnable").build();

    DatasetExport.LeftOut leftOut =
        forTrainers(Optional.empty())
            .write(ExportFixture.with(whole, List.of(whole.selected().get(0), unlearnable)), out);

    assertThat(leftOut.omissions())
        .containsExactly(new Omission("trl, axolotl, llama-factory", "unlearnable", "too long"));
    assertThat(ExportFixture.names(out.resolve("trl"))).containsExactly("train.jsonl", "trl.yaml");
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
                    .write(ExportFixture.with(whole, List.of(unlearnable)), folder.resolve("none")))
        .hasMessageContaining("nothing can be learnt from any example: too long");
    assertThat(ExportFixture.names(folder))
        .as("no temporary folder is left")
        .containsExactly("out");
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
}
