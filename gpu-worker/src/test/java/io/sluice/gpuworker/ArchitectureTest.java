package io.sluice.gpuworker;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The allowed dependencies between the packages of the gpu-worker; deploy/docs/architecture.md
 * lists these rules by name.
 */
@AnalyzeClasses(
    packages = "io.sluice.gpuworker",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule theEngineKnowsNoKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.gpuworker.device..",
              "io.sluice.gpuworker.model..",
              "io.sluice.gpuworker.gradient..",
              "io.sluice.gpuworker.embedding..",
              "io.sluice.gpuworker.representation..",
              "io.sluice.gpuworker.finetune..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..", "io.confluent..", "io.sluice.gpuworker.worker..");

  @ArchTest
  static final ArchRule devicesKnowNoModel =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.device..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.gpuworker.model..",
              "io.sluice.gpuworker.gradient..",
              "io.sluice.gpuworker.representation..",
              "io.sluice.gpuworker.finetune..");

  @ArchTest
  static final ArchRule streamsAppAndGpuWorkerMeetInSchemasOnly =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.sluice.streams..");

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.local..", "picocli..", "me.tongfei.progressbar..");

  @ArchTest
  static final ArchRule filesKnowNoEngine =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.model.file")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "io.sluice.gpuworker.model",
              "io.sluice.gpuworker.model.fields..",
              "io.sluice.gpuworker.model.config..",
              "io.sluice.gpuworker.model.decoder..",
              "io.sluice.gpuworker.model.lora..");

  @ArchTest
  static final ArchRule fieldListsKnowNoEngine =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.model.fields")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "io.sluice.gpuworker.model",
              "io.sluice.gpuworker.model.config..",
              "io.sluice.gpuworker.model.decoder..",
              "io.sluice.gpuworker.model.lora..");

  /** A copy to the host waits for the device, so that only the last step of a pass makes one. */
  @ArchTest
  static final ArchRule onlyTheLastStepOfAPassCopiesToTheHost =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.gpuworker.model.decoder",
              "io.sluice.gpuworker.model.lora",
              "io.sluice.gpuworker.gradient",
              "io.sluice.gpuworker.representation")
          .and()
          .doNotHaveFullyQualifiedName("io.sluice.gpuworker.model.decoder.ProductSpeed")
          .and()
          .doNotHaveFullyQualifiedName("io.sluice.gpuworker.gradient.GradientEngine")
          .and()
          .haveNameNotMatching(
              "io\\.sluice\\.gpuworker\\.representation\\."
                  + "(HiddenStateVectors|ReductionInJava|ReductionOnDevice)")
          .should()
          .callMethodWhere(
              target(owner(assignableTo(NDArray.class)))
                  .and(
                      target(
                          nameMatching(
                              "to\\w*Array|toByteBuffer|contentEquals|allClose"
                                  + "|get(Boolean|Byte|Double|Float|Int|Long|Uint8)"))));

  @ArchTest
  static final ArchRule configsKnowNoEngine =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.model.config")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "io.sluice.gpuworker.model",
              "io.sluice.gpuworker.model.decoder..",
              "io.sluice.gpuworker.model.lora..");

  @ArchTest
  static final ArchRule memoryEstimatesKnowNoEngine =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.representation.memory")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "io.sluice.gpuworker.model",
              "io.sluice.gpuworker.model.decoder..",
              "io.sluice.gpuworker.model.lora..",
              "io.sluice.gpuworker.representation");

  @ArchTest
  static final ArchRule decodersDoNotKnowHowAdaptersAreStored =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.model.decoder")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.gpuworker.model", "io.sluice.gpuworker.model.lora..");

  @ArchTest
  static final ArchRule embeddingsKnowNoDecoders =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.embedding..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl.pytorch..",
              "io.sluice.gpuworker.model.config..",
              "io.sluice.gpuworker.model.decoder..",
              "io.sluice.gpuworker.model.lora..",
              "io.sluice.gpuworker.representation..");

  @ArchTest
  static final ArchRule embeddingsRunNoCodeOfOthers =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.langchain4j..", "ai.onnxruntime..");

  @ArchTest
  static final ArchRule chatTemplatesKnowNoEngineAndNoService =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.chat..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "org.apache.kafka..",
              "java.lang.reflect..",
              "java.net..",
              "io.sluice.gpuworker.model",
              "io.sluice.gpuworker.gradient..",
              "io.sluice.gpuworker.representation..",
              "io.sluice.gpuworker.worker..",
              "io.sluice.gpuworker.trainer..");

  @ArchTest
  static final ArchRule renderingReadsNoFiles =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.chat.jinja..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.io..", "java.nio..", "io.sluice.gpuworker.chat");

  @ArchTest
  static final ArchRule launchersKnowNeitherJobsNorKafka =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.launch..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "io.confluent..",
              "io.sluice.gpuworker.job..",
              "io.sluice.gpuworker.trainer..",
              "io.sluice.gpuworker.worker..");

  @ArchTest
  static final ArchRule theWorkOnAJobKnowsNoKafka =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.job..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "io.confluent..",
              "io.sluice.gpuworker.trainer..",
              "io.sluice.gpuworker.worker..");

  @ArchTest
  static final ArchRule fineTuningKnowsNoJobs =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.finetune..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.gpuworker.launch..",
              "io.sluice.gpuworker.job..",
              "io.sluice.gpuworker.trainer..");

  @ArchTest
  static final ArchRule whatTheServicesShareKnowsNoneOfThem =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.service..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.gpuworker.worker..",
              "io.sluice.gpuworker.trainer..",
              "io.sluice.gpuworker.job..",
              "io.sluice.gpuworker.launch..");

  @ArchTest
  static final ArchRule theTrainerDoesNotKnowTheWorker =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.trainer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.gpuworker.worker..");

  @ArchTest
  static final ArchRule theWorkerDoesNotKnowTheTrainer =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.gpuworker.worker..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.gpuworker.trainer..",
              "io.sluice.gpuworker.job..",
              "io.sluice.gpuworker.launch..");

  @ArchTest
  static final ArchRule serdesAndTheRegistrysClientAreKnownInSchemasOnly =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.confluent..");
}
