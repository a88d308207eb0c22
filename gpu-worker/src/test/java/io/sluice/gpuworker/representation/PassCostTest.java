package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.GradientEngine;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a pass from tokens to signs asks of a GPU, counted on the CPU: operations that would be
 * launches, by PyTorch's own profiler, and arrays that would be copied to the device.
 *
 * <p>What is copied back is the subject of {@code ArchitectureTest}: only the last step may do it.
 */
class PassCostTest {
  /** Operations that only describe an array anew, or reserve memory for one. */
  private static final Set<String> NO_LAUNCH =
      Set.of(
          "aten::_reshape_alias",
          "aten::_unsafe_view",
          "aten::alias",
          "aten::as_strided",
          "aten::chunk",
          "aten::detach",
          "aten::empty",
          "aten::empty_like",
          "aten::empty_strided",
          "aten::expand",
          "aten::expand_as",
          "aten::flatten",
          "aten::narrow",
          "aten::new_empty",
          "aten::permute",
          "aten::reshape",
          "aten::resize_",
          "aten::resolve_conj",
          "aten::resolve_neg",
          "aten::select",
          "aten::slice",
          "aten::split",
          "aten::split_with_sizes",
          "aten::squeeze",
          "aten::t",
          "aten::to",
          "aten::transpose",
          "aten::unfold",
          "aten::unsqueeze",
          "aten::view");

  /** Operations whose result the host must know before it can go on. */
  private static final Set<String> WAITS =
      Set.of(
          "aten::_local_scalar_dense",
          "aten::equal",
          "aten::is_nonzero",
          "aten::item",
          "aten::masked_select",
          "aten::nonzero");

  /** Of a Llama with two layers at two checkpoints. */
  private static final int LAUNCHES = 390;

  /** Token ids, positions that are asked for, and labels with the shares of their tokens. */
  private static final int COPIES_TO_THE_DEVICE = 4;

  private static final int CHECKPOINTS = 2;
  private static final int LENGTH = 40;
  private static final int TRIES = 5;

  @TempDir private Path folder;

  private Torch torch;
  private Decoder decoder;
  private GradientEngine engine;
  private GradientReduction reduction;

  @BeforeEach
  void load() throws IOException {
    Path golden = GoldenData.small().resolve("tiny-llama");
    torch = Torch.open();
    decoder =
        Decoder.load(
            torch.manager(),
            DecoderConfig.read(golden.resolve("base")),
            DecoderWeights.open(torch.manager(), golden.resolve("base")),
            LENGTH);
    List<LoraCheckpoint> checkpoints =
        List.of(
            LoraCheckpoint.open(golden.resolve("run/checkpoint-5")),
            LoraCheckpoint.open(golden.resolve("run/checkpoint-20")));
    LoraStack adapters = LoraStack.load(torch.manager(), decoder, checkpoints);
    engine = new GradientEngine(torch.manager(), decoder, adapters, pass -> false);
    List<AdamMoments> moments = new ArrayList<>();
    for (LoraCheckpoint checkpoint : checkpoints) {
      moments.add(AdamMoments.read(checkpoint, adapters.layout()));
    }
    reduction =
        new ReductionOnDevice(
            torch.manager(),
            moments,
            new CountSketch(512, 1),
            CHECKPOINTS,
            adapters.layout().size(),
            FeatureEncoding.SIGN,
            new StageTimes());
    pass(1);
  }

  @AfterEach
  void close() {
    torch.close();
  }

  @Test
  void givenMoreExamplesInAPass_whenLaunchesAreCounted_thenThereAreNotMore() throws IOException {
    List<String> two = launches(2);
    List<String> eight = launches(8);

    assertThat(eight).hasSameSizeAs(two);
    assertThat(eight.size()).isLessThanOrEqualTo(LAUNCHES);
    assertThat(launches(1).size()).isLessThanOrEqualTo(eight.size());
    assertThat(eight).doesNotContainAnyElementsOf(WAITS);
  }

  @Test
  void givenAPass_whenCopiesToTheDeviceAreCounted_thenThereIsOneForEachInput() {
    assertThat(copies(8)).isBetween(1, COPIES_TO_THE_DEVICE);
    assertThat(copies(2)).isBetween(1, COPIES_TO_THE_DEVICE);
    assertThat(copies(1)).isBetween(1, COPIES_TO_THE_DEVICE - 1);
  }

  private List<float[][]> pass(int examples) {
    Random random = new Random(examples);
    List<Encoded.Example> pass =
        IntStream.range(0, examples).mapToObj(i -> example(random)).toList();
    return engine.compute(
        pass,
        (scratch, losses, gradients) ->
            reduction.reduce(scratch, gradients, examples, ExampleRole.CANDIDATE));
  }

  private Encoded.Example example(Random random) {
    int length = LENGTH - random.nextInt(LENGTH / 3);
    long[] ids = random.longs(length, 0, decoder.vocabulary()).toArray();
    long[] labels = ids.clone();
    Arrays.fill(labels, 0, 1 + random.nextInt(length - 1), Encoded.UNLEARNT);
    return new Encoded.Example(ids, labels);
  }

  /** The names of the operations that a pass launches, without those that consist of others. */
  private List<String> launches(int examples) throws IOException {
    Path trace = folder.resolve("trace-" + examples + ".json");
    JniUtils.startProfile(false, false, false);
    List<float[][]> rows;
    try {
      rows = pass(examples);
    } finally {
      JniUtils.stopProfile(trace.toString());
    }
    assertThat(rows).hasSize(examples);
    List<JsonNode> events = new ArrayList<>();
    for (JsonNode event : new ObjectMapper().readTree(trace.toFile())) {
      String name = event.path("name").asText();
      if (name.startsWith("aten::") && !NO_LAUNCH.contains(name)) {
        events.add(event);
      }
    }
    events.sort(Comparator.comparingDouble(event -> event.path("ts").asDouble()));
    List<String> launches = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      JsonNode event = events.get(i);
      double end = event.path("ts").asDouble() + event.path("dur").asDouble();
      if (i + 1 == events.size() || events.get(i + 1).path("ts").asDouble() >= end) {
        launches.add(event.path("name").asText());
      }
    }
    return launches;
  }

  /**
   * The number of arrays that a pass creates from Java's memory. DJL reserves a buffer outside the
   * heap for each; a garbage collection would free some of them, so the count is repeated then.
   */
  private int copies(int examples) {
    int fewest = Integer.MAX_VALUE;
    for (int counted = 0, tries = 0; counted < TRIES; tries++) {
      assertThat(tries).as("tries, most of them with a garbage collection").isLessThan(1000);
      long collections = collections();
      long before = buffers();
      pass(examples);
      long after = buffers();
      if (collections() == collections && after > before) {
        fewest = Math.min(fewest, Math.toIntExact(after - before));
        counted++;
      }
    }
    return fewest;
  }

  private static long buffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
