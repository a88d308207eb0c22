package io.sluice.local.export;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Inspection;
import io.sluice.gpuworker.gradient.ReferenceTemplate;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.launch.JobText;
import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.streams.export.ExportedExample;
import io.sluice.streams.export.TrainedExample;
import io.sluice.streams.export.TrainingText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The examples of a job as tokens of a model, in the text form by which they were selected. Needs
 * the model's tokenizer and chat template, not its weights.
 */
public final class ModelText implements TrainingText, AutoCloseable {
  private final Tokens tokens;
  private final ExampleEncoder encoder;
  private final FineTuneJob job;

  private ModelText(Tokens tokens, ExampleEncoder encoder, FineTuneJob job) {
    this.tokens = tokens;
    this.encoder = encoder;
    this.job = job;
  }

  /**
   * Opens the tokenizer of a model.
   *
   * @param model folder of the model
   * @throws IOException when the tokenizer is unusable, or the model's text form is not the job's
   */
  public static ModelText open(Path model, FineTuneJob job) throws IOException {
    TextSettings settings = JobText.of(job);
    Tokens tokens = settings.tokens(model);
    try {
      return new ModelText(tokens, settings.encoder(model, tokens), job);
    } catch (IOException | RuntimeException e) {
      tokens.close();
      throw e;
    }
  }

  /** Whether the model is known to make other tokens of the examples than the selection did. */
  public boolean isOtherTokenizer() {
    return JobText.isOtherTokenizer(job, tokens.hash());
  }

  @Override
  public TrainedExample of(ExportedExample example) {
    Inspection inspection = inspect(encoder, example);
    return inspection instanceof Inspection.Readable readable
        ? new TrainedExample.Learnable(
            readable.example().ids(), learnt(readable), segments(readable))
        : new TrainedExample.Unlearnable(((Encoded.Refused) inspection).reason());
  }

  /**
   * {@inheritDoc} There is one for the published form. A model's own template is never given, even
   * if it has markers: it may ask for today's date, and read fields of tool calls that a table of
   * examples changes.
   */
  @Override
  public Optional<String> template(List<ExportedExample> examples) {
    ExampleEncoder template =
        ReferenceTemplate.encoder(tokens, job.getHyperParameters().getMaxLength());
    return examples.stream().allMatch(example -> isSame(example, template))
        ? Optional.of(ReferenceTemplate.source(tokens))
        : Optional.empty();
  }

  private boolean isSame(ExportedExample example, ExampleEncoder template) {
    if (!example.messages().stream().allMatch(Message::getLearn)) {
      return false;
    }
    return inspect(encoder, example) instanceof Inspection.Readable own
        && inspect(template, example) instanceof Inspection.Readable other
        && Arrays.equals(own.example().ids(), other.example().ids())
        && Arrays.equals(learnt(own), learnt(other));
  }

  private static Inspection inspect(ExampleEncoder encoder, ExportedExample example) {
    return encoder.inspect(new Text.Conversation(example.messages(), example.tools()));
  }

  private static boolean[] learnt(Inspection.Readable readable) {
    boolean[] learnt = new boolean[readable.text().length()];
    for (int i = 0; i < learnt.length; i++) {
      learnt[i] = readable.isLearnt(i);
    }
    return learnt;
  }

  /** See {@link TrainedExample.Learnable#segments}. */
  private List<String> segments(Inspection.Readable readable) {
    TokenizedText text = readable.text();
    boolean[] learnt = learnt(readable);
    List<String> segments = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (int i = 1; i < learnt.length; i++) {
      if (learnt[i] != learnt[i - 1]) {
        ends.add(i);
      }
    }
    if (learnt[learnt.length - 1]) {
      ends.add(learnt.length);
    }
    int begin = 0;
    for (int end : ends) {
      int from = begin == 0 ? 0 : text.begins()[begin];
      int to = end == learnt.length ? text.ends()[end - 1] : text.begins()[end];
      String part = part(text.text(), from, to);
      segments.add(begin == 0 ? beginOf(text) + part : part);
      begin = end;
    }
    return haveTheTokensOf(segments, text, ends) ? segments : List.of();
  }

  /** The text of the tokens before a text that are not written in it. */
  private String beginOf(TokenizedText text) {
    return text.ends()[0] == 0 ? tokens.beginText() : "";
  }

  /** A part of a text between two places that are counted in code points. */
  private static String part(String text, int from, int to) {
    return text.substring(text.offsetByCodePoints(0, from), text.offsetByCodePoints(0, to));
  }

  private boolean haveTheTokensOf(List<String> segments, TokenizedText text, List<Integer> ends) {
    int begin = 0;
    for (int i = 0; i < segments.size(); i++) {
      long[] alone = tokens.tokenizeContinuation(segments.get(i)).ids();
      int end = ends.get(i);
      if (!Arrays.equals(alone, Arrays.copyOfRange(text.ids(), begin, end))) {
        return false;
      }
      begin = end;
    }
    return true;
  }

  @Override
  public void close() {
    tokens.close();
  }
}
