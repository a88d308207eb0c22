package io.sluice.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.sluice.local", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.local.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.local.cli..", "picocli..");

  @ArchTest
  static final ArchRule packagesOfTheCommandLineDependOneWay =
      slices().matching("io.sluice.local.cli.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule whatCommandsShareKnowsNoCommand =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.local.cli.options..", "io.sluice.local.cli.process..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.local.cli.stack..",
              "io.sluice.local.cli.service..",
              "io.sluice.local.cli.pool..",
              "io.sluice.local.cli.job..",
              "io.sluice.local.cli.deadletter..",
              "io.sluice.local.cli.offline..",
              "io.sluice.local.cli.bench..");

  @ArchTest
  static final ArchRule offlineCommandsKnowNoKafka =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.local.cli.offline..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "io.sluice.streams.client..");

  @ArchTest
  static final ArchRule studiesKnowNoKafka =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.local.study..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "io.sluice.streams.client..");

  @ArchTest
  static final ArchRule whatAStudyComputesKnowsNeitherFilesNorModels =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.local.study")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.nio.file..",
              "io.sluice.gpuworker..",
              "io.sluice.local.files..",
              "io.sluice.local.study.run..");

  @ArchTest
  static final ArchRule serdesAndTheRegistrysClientAreKnownInSchemasOnly =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.confluent..");
}
