package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.decoder.Pack;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Examples that go through a model in one pass.
 *
 * @param pack the tokens of all examples, one example after the other
 * @param learnt the number of learnt tokens of each example
 */
record PackedExamples(Pack pack, List<Integer> learnt) {
  /**
   * Distributes examples over packs, in order.
   *
   * @param tokens the largest number of tokens of a pack; an example with more tokens gets a pack
   *     for itself
   */
  static List<PackedExamples> of(List<Encoded.Example> examples, int tokens) {
    List<PackedExamples> packs = new ArrayList<>();
    List<Encoded.Example> open = new ArrayList<>();
    int used = 0;
    for (Encoded.Example example : examples) {
      if (!open.isEmpty() && used + example.ids().length > tokens) {
        packs.add(of(open));
        open.clear();
        used = 0;
      }
      open.add(example);
      used += example.ids().length;
    }
    if (!open.isEmpty()) {
      packs.add(of(open));
    }
    return packs;
  }

  private static PackedExamples of(List<Encoded.Example> examples) {
    LongStream.Builder ids = LongStream.builder();
    LongStream.Builder asked = LongStream.builder();
    int[] lengths = new int[examples.size()];
    List<Integer> learnt = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < lengths.length; i++) {
      long[] positions = examples.get(i).asked();
      LongStream.of(examples.get(i).ids()).forEach(ids);
      LongStream.of(positions).map(new Shift(begin)::of).forEach(asked);
      lengths[i] = examples.get(i).ids().length;
      learnt.add(positions.length);
      begin += lengths[i];
    }
    return new PackedExamples(
        new Pack(ids.build().toArray(), lengths, asked.build().toArray()), learnt);
  }

  private record Shift(long by) {
    long of(long position) {
      return position + by;
    }
  }
}
