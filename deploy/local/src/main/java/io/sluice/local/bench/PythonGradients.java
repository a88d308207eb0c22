package io.sluice.local.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.local.bundled.WrittenModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The gradients of examples in Python, with PyTorch, transformers and PEFT, one example at a time:
 * what the bench of representations compares with. The computation runs in a process of its own,
 * which waits between the rounds and ends with this one. Used by one thread.
 */
public final class PythonGradients implements AutoCloseable {
  private static final String SCRIPT = "represent.py";
  private static final String READY = "ready";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final double NANOS_PER_SECOND = 1e9;

  private final Process process;
  private final BufferedReader answers;
  private final Path vectors;
  private final Path errors;

  private PythonGradients(Process process, Path vectors, Path errors) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.vectors = vectors;
    this.errors = errors;
  }

  /**
   * Looks for the packages that are needed.
   *
   * @param python the program of the interpreter
   * @param folder for files
   * @return the versions of the packages, for people
   * @throws IOException when the program cannot be started, or a package is missing; the message
   *     says what to do
   */
  public static String packages(String python, Path folder) throws IOException {
    Path errors = folder.resolve("packages.log");
    Process process = start(List.of(python, script(folder).toString()), errors);
    String found;
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      found = Objects.requireNonNullElse(out.readLine(), "");
    }
    if (await(process) != 0) {
      throw new IOException(
          python
              + ": "
              + lastLine(errors)
              + ": install torch, transformers and peft there, or name another interpreter with"
              + " --python");
    }
    return found;
  }

  /**
   * Starts the process, waits until it has loaded the model, and has it compute the first example.
   *
   * @param python the program of the interpreter
   * @param examples at least one
   * @param threads the number of PyTorch's threads
   * @param folder for files
   * @throws IOException when the process ends early; the message has the last line of its errors
   */
  public static PythonGradients start(
      String python, WrittenModel model, List<Encoded.Example> examples, int threads, Path folder)
      throws IOException {
    Path vectors = folder.resolve("vectors.bin");
    List<String> command =
        new ArrayList<>(
            List.of(
                python,
                script(folder).toString(),
                model.base().toString(),
                write(examples, folder.resolve("examples.jsonl")).toString(),
                Integer.toString(threads),
                vectors.toString()));
    model.checkpoints().forEach(checkpoint -> command.add(checkpoint.toString()));
    Path errors = folder.resolve("python.log");
    PythonGradients gradients = new PythonGradients(start(command, errors), vectors, errors);
    try {
      gradients.requireReady();
      return gradients;
    } catch (IOException e) {
      gradients.close();
      throw e;
    }
  }

  private static Process start(List<String> command, Path errors) throws IOException {
    try {
      return new ProcessBuilder(command).redirectError(errors.toFile()).start();
    } catch (IOException e) {
      throw new IOException(
          command.get(0) + " cannot be started: name a Python interpreter with --python", e);
    }
  }

  private static Path script(Path folder) throws IOException {
    Path script = folder.resolve(SCRIPT);
    try (InputStream in = PythonGradients.class.getResourceAsStream(SCRIPT)) {
      Files.write(script, Objects.requireNonNull(in, SCRIPT).readAllBytes());
    }
    return script;
  }

  private static Path write(List<Encoded.Example> examples, Path file) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> lines = new ArrayList<>();
    for (Encoded.Example example : examples) {
      lines.add(json.writeValueAsString(Map.of("ids", example.ids(), "labels", example.labels())));
    }
    return Files.write(file, lines);
  }

  private void requireReady() throws IOException {
    String line = answer();
    if (!line.equals(READY)) {
      throw new IOException("Python answered '" + line + "' instead of " + READY);
    }
  }

  /**
   * Computes the vectors of some examples at all checkpoints.
   *
   * @param begin the index of the first example
   * @param end the index after the last one
   * @return the time that it took
   * @throws IOException when the process has ended; the message has the last line of its errors
   */
  public Duration compute(int begin, int end) throws IOException {
    try {
      process.outputWriter(StandardCharsets.UTF_8).append(begin + " " + end + "\n").flush();
    } catch (IOException e) {
      throw new IOException("Python ended: " + lastLine(errors), e);
    }
    return Duration.ofNanos((long) (Double.parseDouble(answer()) * NANOS_PER_SECOND));
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("Python ended: " + lastLine(errors));
    }
    return line;
  }

  /**
   * The vectors of the first example, before projection.
   *
   * @return shape [checkpoints, values of a gradient]
   */
  public float[][] first(int checkpoints) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(vectors)).order(ByteOrder.LITTLE_ENDIAN);
    float[][] rows = new float[checkpoints][bytes.remaining() / Float.BYTES / checkpoints];
    for (float[] row : rows) {
      bytes.asFloatBuffer().get(row);
      bytes.position(bytes.position() + row.length * Float.BYTES);
    }
    return rows;
  }

  private static String lastLine(Path errors) throws IOException {
    List<String> lines = Files.readAllLines(errors);
    return lines.isEmpty() ? "it wrote no reason" : lines.get(lines.size() - 1);
  }

  private static int await(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Python looked for its packages", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
