package io.sluice.local.cli.options;

import io.sluice.gpuworker.representation.RepresentationKind;
import java.util.Iterator;

/** The labels of the kinds of representation, for help texts and completion. */
public final class KindNames implements Iterable<String> {
  /** Created by picocli. */
  public KindNames() {}

  @Override
  public Iterator<String> iterator() {
    return RepresentationKind.labels().iterator();
  }
}
