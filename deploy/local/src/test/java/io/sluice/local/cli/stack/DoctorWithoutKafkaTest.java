package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.connection.LocalStackFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor --model} where no Kafka is given and none runs. */
class DoctorWithoutKafkaTest {
  @TempDir private Path folder;

  @BeforeEach
  void skipBesideALocalStack() {
    assumeFalse(
        Files.exists(LocalStackFile.ofDefaultDirectory().path()),
        "skipped: a local stack runs on this machine");
  }

  @Test
  void givenAModelWithCheckpoints_whenExamined_thenItsMemoryIsSaidAndKafkaIsUnknown()
      throws IOException {
    WrittenModel model = BundledModel.write(folder.resolve("model"));

    CommandRun run =
        CommandRun.of(
            "doctor",
            "--model=" + model.base(),
            "--checkpoint=" + model.checkpoints().get(0),
            "--checkpoint=" + model.checkpoints().get(1));

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains(
            "unknown  brokers   no Kafka was given",
            "To find out: give --bootstrap-servers and --schema-registry, or --config",
            "ok       model     " + model.base() + " passes its self-tests on ")
        .containsPattern("computes on ")
        .containsPattern("ok       model     a text of 2,048 tokens needs about \\d+\\.\\d GiB \\(")
        .containsPattern(
            "may be used; (texts|longer ones than about [\\d,]+ tokens) are computed with");
  }

  @Test
  void givenSettingsOfAWorker_whenExamined_thenTheyHoldUnlessAnOptionSaysOtherwise()
      throws IOException {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    String[] settings = {
      "--model=" + model.base(),
      "--set=checkpoint.dirs=" + model.checkpoints().get(0),
      "--set=max.length=300",
      "--set=recompute=true",
      "--set=dtype=float16"
    };

    CommandRun narrow = doctor(settings);
    assertThat(narrow.exitCode()).as(narrow.out() + narrow.err()).isZero();
    assertThat(narrow.out())
        .contains("a text of 300 tokens needs about", "; texts are computed with recomputation");

    CommandRun wide = doctor(with(settings, "--set=dtype=float32"));
    assertThat(fingerprint(wide)).isNotEqualTo(fingerprint(narrow));

    CommandRun unknown = doctor(with(settings, "--set=recompute=maybe"));
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("recompute");
  }

  private static String[] with(String[] settings, String another) {
    List<String> all = new ArrayList<>(List.of(settings));
    String key = another.substring(0, another.lastIndexOf('='));
    all.removeIf(each -> each.startsWith(key));
    all.add(another);
    return all.toArray(String[]::new);
  }

  private static CommandRun doctor(String... options) {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(options));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static String fingerprint(CommandRun run) {
    return run.out().replaceAll("(?s).*fingerprint (\\w+).*", "$1");
  }

  @Test
  void givenAModelThatCannotBeLoaded_whenExamined_thenThatIsAFault() {
    CommandRun run = CommandRun.of("doctor", "--model=" + folder);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("unknown  brokers", "FAULT    model", "model.safetensors");
  }

  @Test
  void givenNoModelOrARole_whenExamined_thenAKafkaIsNeeded() {
    for (CommandRun run :
        new CommandRun[] {
          CommandRun.of("doctor"), CommandRun.of("doctor", "--model=" + folder, "--role=worker")
        }) {
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains("no Kafka given and no local stack runs");
      assertThat(run.out()).isEmpty();
    }
  }
}
