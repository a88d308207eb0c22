package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Several projections of one input. */
sealed interface Projections {
  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears();

  /** Returns a copy whose weights are replaced by those of the map. */
  Projections with(WeightMap weights);

  /**
   * Computes all projections.
   *
   * @param x shape [batch, positions, in]
   * @param first selects the positions at which the first projection is wanted
   * @return one array per projection, shape [batch, positions, out]
   */
  List<NDArray> apply(NDArray x, UnaryOperator<NDArray> first, Lora lora);

  /** A linear layer for each projection. */
  record Separate(List<Linear> layers) implements Projections {
    /** Takes an unmodifiable copy of the list. */
    public Separate {
      layers = List.copyOf(layers);
    }

    @Override
    public Stream<Linear> linears() {
      return layers.stream();
    }

    @Override
    public Projections with(WeightMap weights) {
      return new Separate(layers.stream().map(layer -> layer.with(weights)).toList());
    }

    @Override
    public List<NDArray> apply(NDArray x, UnaryOperator<NDArray> first, Lora lora) {
      List<NDArray> parts = new ArrayList<>();
      for (Linear layer : layers) {
        parts.add(layer.apply(parts.isEmpty() ? first.apply(x) : x, lora));
      }
      return parts;
    }
  }

  /**
   * One linear layer, whose output holds all projections side by side.
   *
   * @param widths the number of values of each projection
   */
  record Packed(Linear layer, List<Long> widths) implements Projections {
    /** Takes an unmodifiable copy of the list. */
    public Packed {
      widths = List.copyOf(widths);
    }

    @Override
    public Stream<Linear> linears() {
      return Stream.of(layer);
    }

    @Override
    public Projections with(WeightMap weights) {
      return new Packed(layer.with(weights), widths);
    }

    @Override
    public List<NDArray> apply(NDArray x, UnaryOperator<NDArray> first, Lora lora) {
      NDArray joined = layer.apply(x, lora);
      long[] cuts = new long[widths.size() - 1];
      long end = 0;
      for (int i = 0; i < cuts.length; i++) {
        end += widths.get(i);
        cuts[i] = end;
      }
      List<NDArray> parts = new ArrayList<>(joined.split(cuts, 2));
      parts.set(0, first.apply(parts.get(0)));
      return parts;
    }
  }
}
