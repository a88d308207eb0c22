package io.sluice.streams;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(
    packages = "io.sluice.streams",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule selectionKnowsOnlyTheJdk =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.selection..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.sluice.streams.selection..", "java..");

  @ArchTest
  static final ArchRule rulesKnowOnlyTheSchemas =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.rules..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.sluice.streams.rules..", "io.sluice.schemas..", "java..");

  @ArchTest
  static final ArchRule triggersKnowOnlyTheJdk =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.trigger..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.sluice.streams.trigger..", "java..");

  @ArchTest
  static final ArchRule similarityKnowsNoKafka =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.similarity..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule wholePoolAlgorithmsKnowNoKafka =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.transport..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule streamsAppAndGpuWorkerMeetInSchemasOnly =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.sluice.gpuworker..");

  @ArchTest
  static final ArchRule theTopologyKnowsNoHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.streams.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.streams.api..", "io.javalin..", "org.eclipse.jetty..", "java.net.http..");

  @ArchTest
  static final ArchRule thePagesFilesKnowNothingOfSluice =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.api.page..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages(
              "io.sluice.streams.api.page..", "io.sluice.schemas.hash..", "java..");

  @ArchTest
  static final ArchRule eventsKnowNothingOfSluice =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.api.live..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.sluice.streams.api.live..", "jakarta.servlet..", "java..");

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.local..", "picocli..", "me.tongfei.progressbar..");

  @ArchTest
  static final ArchRule theFirstStageKnowsNeitherTheSecondNorWhatIsAboveThem =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.nominate..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.streams.select..",
              "io.sluice.streams.topology..",
              "io.sluice.streams.api..");

  @ArchTest
  static final ArchRule theSecondStageKnowsNeitherTheFirstNorWhatIsAboveThem =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.select..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.streams.nominate..",
              "io.sluice.streams.topology..",
              "io.sluice.streams.api..");

  @ArchTest
  static final ArchRule whatTheStagesShareKnowsNeitherOfThem =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.streams.revision..",
              "io.sluice.streams.deadletter..",
              "io.sluice.streams.exactlyonce..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.streams.nominate..",
              "io.sluice.streams.select..",
              "io.sluice.streams.topology..",
              "io.sluice.streams.api..");

  @ArchTest
  static final ArchRule whatChecksTheSubsetSharesNoCodeWithTheStageThatSelectsIt =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.streams.audit..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.streams.select..", "io.sluice.streams.topology..", "org.apache.kafka..");

  @ArchTest
  static final ArchRule serdesAndTheRegistrysClientAreKnownInSchemasOnly =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.confluent..");
}
