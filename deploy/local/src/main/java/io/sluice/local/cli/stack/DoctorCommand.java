package io.sluice.local.cli.stack;

import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerSettings;
import io.sluice.local.cli.offline.WeightOptions;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.TextFormOptions;
import io.sluice.local.doctor.BrokersCheck;
import io.sluice.local.doctor.Check;
import io.sluice.local.doctor.ClocksCheck;
import io.sluice.local.doctor.DevicesCheck;
import io.sluice.local.doctor.Examination;
import io.sluice.local.doctor.Finding;
import io.sluice.local.doctor.GroupsCheck;
import io.sluice.local.doctor.ModelCheck;
import io.sluice.local.doctor.PermissionsCheck;
import io.sluice.local.doctor.RegistryCheck;
import io.sluice.local.doctor.TopicsCheck;
import io.sluice.local.security.Role;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryAdmin;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code doctor}: examines a deployment. */
@Command(
    description = {
      "Examine a deployment, without changing anything: the brokers and their version, the topics"
          + " and their replicas, the schema registry, the clocks, the consumer groups and how far"
          + " they are behind, with --role the permissions of the user, and with --model the model"
          + " of a worker.",
      "Each line says what was found, and what to do if something is wrong. Exit code 0: no fault"
          + " was found. 1: there is at least one fault; warnings, and what is unknown, do not"
          + " count."
    })
public final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Also examine this model, as a worker with the settings of --config and --set would load"
              + " it on this machine: devices, self-tests, and the memory that texts need.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--checkpoint",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Folders of the model's warm-up checkpoints, in the order of training. Without them, the"
              + " model is examined for hidden states or, if it has a modules.json, for sentence"
              + " embeddings.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--role",
      paramLabel = "NAME",
      converter = RoleName.class,
      completionCandidates = RoleNames.class,
      description = {
        "Also examine whether the user of --config has every permission of this role; may be"
            + " repeated. Roles: ${COMPLETION-CANDIDATES}. What else the user may not describe is"
            + " then unknown instead of a fault.",
        "Without this option, permissions are not examined."
      })
  private List<Role> roles = List.of();

  @Mixin private TextFormOptions text;
  @Mixin private WeightOptions weights;

  /** Created by picocli, which then sets the fields. */
  public DoctorCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (model.isEmpty() && !checkpoints.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--checkpoint needs --model");
    }
    boolean healthy =
        model.isPresent() && roles.isEmpty() && !connection.isGiven()
            ? examine(List.of(new NoKafka()), this::print)
            : ofDeployment(connection.access());
    if (model.isPresent()) {
      WorkerConfig worker = worker(model.get());
      healthy &=
          examine(
              List.of(
                  new DevicesCheck(),
                  new ModelCheck(worker.representationSettings(), worker.computeSettings())),
              this::print);
    }
    return healthy ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private boolean ofDeployment(KafkaAccess kafka) throws IOException, InterruptedException {
    boolean healthy;
    try (RegistryAdmin registry = kafka.registryAdmin()) {
      healthy =
          examine(
              List.of(new RegistryCheck(registry, kafka.schemaRegistryUrl(), kafka.topics())),
              this::print);
    }
    return healthy & ofKafka(kafka);
  }

  private boolean ofKafka(KafkaAccess kafka) throws IOException, InterruptedException {
    Check answers = new AnsweringBroker(kafka);
    if (!examine(List.of(answers), this::printUnlessOk)) {
      return false;
    }
    Role.Names names =
        connection.configuration(Map.of(), settings -> Role.Names.of(kafka.topics(), settings));
    try (Admin admin = kafka.admin()) {
      List<Check> checks = new ArrayList<>();
      checks.add(new BrokersCheck(admin));
      checks.add(new TopicsCheck(admin, kafka.topics(), kafka.recordLimit()));
      checks.add(new ClocksCheck(admin, kafka.topics(), Clock.systemUTC()));
      checks.add(new GroupsCheck(admin, kafka.topics(), Clock.systemUTC()));
      checks.add(new PermissionsCheck(admin, roles, names));
      return examine(checks, this::print);
    }
  }

  /** The user of a service needs no permission to describe the deployment. */
  private boolean examine(List<Check> checks, BiConsumer<String, Finding> report)
      throws InterruptedException {
    return new Examination(
            checks, roles.isEmpty() ? Finding.Severity.FAULT : Finding.Severity.UNKNOWN)
        .run(report);
  }

  /** The configuration of a worker with this model, from the options and the file of --config. */
  private WorkerConfig worker(Path folder) throws IOException {
    Map<String, String> own = new HashMap<>();
    own.put(WorkerSettings.MODEL_DIR.key(), folder.toString());
    if (!checkpoints.isEmpty()) {
      own.put(
          WorkerSettings.CHECKPOINT_DIRS.key(),
          checkpoints.stream().map(Path::toString).collect(Collectors.joining(",")));
    }
    own.putAll(text.given());
    own.putAll(weights.given());
    return connection.configurationWithoutKafka(
        own,
        settings -> {
          Map<String, String> all = new HashMap<>(settings);
          boolean gradients = all.containsKey(WorkerSettings.CHECKPOINT_DIRS.key());
          all.putIfAbsent(WorkerSettings.KIND.key(), kind(folder, gradients).label());
          return new WorkerConfig(all);
        });
  }

  /** A folder of sentence-transformers lists its modules. */
  private static RepresentationKind kind(Path folder, boolean gradients) {
    if (gradients) {
      return RepresentationKind.GRADIENT;
    }
    return Files.exists(folder.resolve("modules.json"))
        ? RepresentationKind.EMBEDDING
        : RepresentationKind.HIDDEN_STATE;
  }

  private void printUnlessOk(String subject, Finding finding) {
    if (finding.severity() != Finding.Severity.OK) {
      print(subject, finding);
    }
  }

  private void print(String subject, Finding finding) {
    PrintWriter out = spec.commandLine().getOut();
    String label =
        switch (finding.severity()) {
          case OK -> "ok";
          case UNKNOWN -> "unknown";
          case WARNING -> "WARNING";
          case FAULT -> "FAULT";
        };
    out.printf("%-8s %-9s %s%n", label, subject, finding.text());
    if (!finding.remedy().isEmpty()) {
      String purpose =
          finding.severity() == Finding.Severity.UNKNOWN ? "To find out" : "To repair it";
      out.printf("%-8s %-9s %s: %s%n", "", "", purpose, finding.remedy());
    }
    out.flush();
  }

  /** Takes the place of all checks that need a Kafka. */
  private record NoKafka() implements Check {
    @Override
    public String subject() {
      return "brokers";
    }

    @Override
    public List<Finding> run() {
      return List.of(
          new Finding(
              Finding.Severity.UNKNOWN,
              "no Kafka was given and no local stack runs, so that only the model is examined",
              "give --bootstrap-servers and --schema-registry, or --config"));
    }
  }

  /** Whether a broker answers at all: without one, no other check of Kafka makes sense. */
  private record AnsweringBroker(KafkaAccess kafka) implements Check {
    @Override
    public String subject() {
      return "brokers";
    }

    @Override
    public List<Finding> run() throws InterruptedException {
      kafka.requireBroker();
      return List.of(new Finding(Finding.Severity.OK, "a broker answers", ""));
    }
  }

  /** Parses roles by their labels. */
  static final class RoleName implements ITypeConverter<Role> {
    @Override
    public Role convert(String label) {
      try {
        return Role.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The labels of the roles, for help texts and completion. */
  static final class RoleNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Role.labels().iterator();
    }
  }
}
