package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.validation.ForeignText;
import io.sluice.streams.export.DatasetExport;
import io.sluice.streams.export.ExampleFormat;
import io.sluice.streams.export.SubsetExport;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Handles the requests whose answers people save as files. Thread-safe. */
final class Downloads {
  private static final Map<String, SubsetFormat> AS_ANSWERED =
      Map.of("json", SubsetFormat.JSON, "jsonl", SubsetFormat.JSON_LINES);
  private static final Map<String, ExampleFormat> AS_EXAMPLES =
      Map.of("messages", ExampleFormat.JSONL, "parquet", ExampleFormat.PARQUET);
  private static final Map<String, List<ExampleFormat>> OF_DATASETS =
      Map.of(
          "jsonl", List.of(ExampleFormat.JSONL),
          "parquet", List.of(ExampleFormat.PARQUET),
          "both", List.of(ExampleFormat.JSONL, ExampleFormat.PARQUET));

  private final SubsetReads subsets;
  private final Instances instances;
  private final JobReads jobs;

  Downloads(SubsetReads subsets, Instances instances, JobReads jobs) {
    this.subsets = subsets;
    this.instances = instances;
    this.jobs = jobs;
  }

  /** Handles {@code GET /api/tasks/{id}/download}. */
  void subset(Context request) {
    Parameters.only(request, "budget", "format");
    String id = Parameters.taskId(request);
    Optional<Integer> budget = Parameters.budget(request);
    String format = Parameters.single(request, "format").orElse("jsonl");
    if (!AS_ANSWERED.containsKey(format) && !AS_EXAMPLES.containsKey(format)) {
      throw unknown(format, "jsonl, json, messages or parquet");
    }
    instances.ofTask(
        request,
        id,
        "/download" + Parameters.encoded(request),
        partition -> {
          HeldPage held = subsets.whole(partition, id, budget);
          String name =
              "%s-%d-budget-%d".formatted(id, held.task().served().getRevision(), held.budget());
          if (AS_ANSWERED.containsKey(format)) {
            attach(request, name + "." + format);
            AS_ANSWERED.get(format).respond(request, SubsetReads.subset(held));
          } else {
            respond(request, held, AS_EXAMPLES.get(format), name);
          }
        });
  }

  private static void respond(Context request, HeldPage held, ExampleFormat format, String name)
      throws IOException {
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = folder.path().resolve("subset");
      SubsetExport.write(held.selected(), format, file);
      attach(request, name + "." + format.extension());
      request.contentType(
          format == ExampleFormat.JSONL
              ? "application/x-ndjson"
              : "application/vnd.apache.parquet");
      try (InputStream in = Files.newInputStream(file);
          OutputStream out = request.outputStream()) {
        in.transferTo(out);
      }
    }
  }

  /**
   * Handles {@code GET /api/jobs/{id}/download}: the folder that {@link DatasetExport} writes, as a
   * ZIP file.
   */
  void dataset(Context request) {
    Parameters.only(request, "format");
    String format = Parameters.single(request, "format").orElse("jsonl");
    if (!OF_DATASETS.containsKey(format)) {
      throw unknown(format, "jsonl, parquet or both");
    }
    FrozenDataset dataset = jobs.dataset(JobReads.jobId(request));
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path written = folder.path().resolve("dataset");
      try {
        new DatasetExport(OF_DATASETS.get(format), Optional.empty(), false).write(dataset, written);
      } catch (IOException e) {
        throw new ApiException(HttpStatus.CONFLICT, e.getMessage());
      }
      attach(request, dataset.job().getJobId() + ".zip");
      request.contentType("application/zip");
      zip(written, request.outputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void zip(Path folder, OutputStream out) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder)) {
      files = found.filter(Files::isRegularFile).sorted().toList();
    }
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
  }

  /** Names the file; ids may contain what has a meaning in a header, or in a path. */
  private static void attach(Context request, String name) {
    request.header(
        "Content-Disposition",
        "attachment; filename=\"" + name.replaceAll("[^A-Za-z0-9._-]", "_") + "\"");
  }

  private static ApiException unknown(String format, String known) {
    return ApiException.badRequest("format=" + ForeignText.name(format) + ": use " + known);
  }
}
