package io.sluice.gpuworker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(
    packages = "io.sluice.gpuworker",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule theEngineKnowsNoKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.gpuworker.model..",
              "io.sluice.gpuworker.gradient..",
              "io.sluice.gpuworker.representation..",
              "io.sluice.gpuworker.finetune..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..", "io.confluent..", "io.sluice.gpuworker.worker..");

  @ArchTest
  static final ArchRule streamsAppAndGpuWorkerMeetInSchemasOnly =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.sluice.streams..");

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.local..", "picocli..", "me.tongfei.progressbar..");
}
