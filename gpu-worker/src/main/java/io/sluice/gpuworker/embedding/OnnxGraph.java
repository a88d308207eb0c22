package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.model.file.UnusableModelException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an ONNX file takes and returns, and the files that it names. Read without the engine, so
 * that a file that cannot be used is refused with its reason before it is loaded.
 *
 * @param inputs what has to be given to the graph
 * @param outputs what it returns
 * @param files the names of files with weights, relative to the folder of the ONNX file
 */
record OnnxGraph(List<Value> inputs, List<Value> outputs, Set<String> files) {
  private static final int MAX_DEPTH = 32;

  /**
   * An input or output.
   *
   * @param type its type, a number of the ONNX format; 0 when unknown
   * @param shape the size of each axis; 0 for one that is not fixed
   */
  record Value(String name, long type, List<Long> shape) {
    static final long FLOAT = 1;
    static final long INT32 = 6;
    static final long INT64 = 7;

    Value {
      shape = List.copyOf(shape);
    }
  }

  OnnxGraph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    files = Set.copyOf(files);
  }

  /**
   * Reads a file.
   *
   * @param name of the file, for messages
   * @param content of the file; its position and limit are not changed
   * @throws UnusableModelException when the file is damaged
   */
  static OnnxGraph parse(String name, ByteBuffer content) throws UnusableModelException {
    try {
      Parser parser = new Parser();
      parser.model(new Protobuf(content));
      if (parser.outputs.isEmpty()) {
        throw new IllegalArgumentException("no outputs");
      }
      List<Value> inputs =
          parser.inputs.stream().filter(v -> !parser.constants.contains(v.name())).toList();
      return new OnnxGraph(inputs, parser.outputs, parser.files);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new UnusableModelException(
          name + " is not an ONNX file, or is damaged: export the model again", e);
    }
  }

  /** The numbers are those of the fields in the definition of the ONNX format. */
  private static final class Parser {
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final Set<String> constants = new TreeSet<>();
    private final Set<String> files = new TreeSet<>();

    void model(Protobuf model) {
      for (int field = model.next(); field > 0; field = model.next()) {
        switch (field) {
          case 7 -> graph(model.message(), 0);
          case 25 -> function(model.message());
          default -> model.skip();
        }
      }
    }

    private void function(Protobuf function) {
      for (int field = function.next(); field > 0; field = function.next()) {
        if (field == 7) {
          node(function.message(), 1);
        } else {
          function.skip();
        }
      }
    }

    /** Inputs and outputs of graphs within graphs are of no interest. */
    private void graph(Protobuf graph, int depth) {
      if (depth > MAX_DEPTH) {
        throw new IllegalArgumentException("graphs in graphs, too deep");
      }
      for (int field = graph.next(); field > 0; field = graph.next()) {
        if (field == 1) {
          node(graph.message(), depth);
        } else if (field == 5) {
          constants.add(tensor(graph.message()));
        } else if (field == 15) {
          sparseTensor(graph.message());
        } else if (field == 11 && depth == 0) {
          inputs.add(value(graph.message()));
        } else if (field == 12 && depth == 0) {
          outputs.add(value(graph.message()));
        } else {
          graph.skip();
        }
      }
    }

    private void node(Protobuf node, int depth) {
      for (int field = node.next(); field > 0; field = node.next()) {
        if (field == 5) {
          attribute(node.message(), depth);
        } else {
          node.skip();
        }
      }
    }

    private void attribute(Protobuf attribute, int depth) {
      for (int field = attribute.next(); field > 0; field = attribute.next()) {
        switch (field) {
          case 5, 10 -> tensor(attribute.message());
          case 6, 11 -> graph(attribute.message(), depth + 1);
          case 22, 23 -> sparseTensor(attribute.message());
          default -> attribute.skip();
        }
      }
    }

    private void sparseTensor(Protobuf sparse) {
      for (int field = sparse.next(); field > 0; field = sparse.next()) {
        if (field == 1 || field == 2) {
          tensor(sparse.message());
        } else {
          sparse.skip();
        }
      }
    }

    /** Returns the name of the tensor. */
    private String tensor(Protobuf tensor) {
      String name = "";
      for (int field = tensor.next(); field > 0; field = tensor.next()) {
        switch (field) {
          case 8 -> name = tensor.text();
          case 13 -> externalData(tensor.message());
          default -> tensor.skip();
        }
      }
      return name;
    }

    private void externalData(Protobuf entry) {
      String key = "";
      String text = "";
      for (int field = entry.next(); field > 0; field = entry.next()) {
        switch (field) {
          case 1 -> key = entry.text();
          case 2 -> text = entry.text();
          default -> entry.skip();
        }
      }
      if (key.equals("location")) {
        files.add(text);
      }
    }

    private static Value value(Protobuf value) {
      String name = "";
      long type = 0;
      List<Long> shape = new ArrayList<>();
      for (int field = value.next(); field > 0; field = value.next()) {
        if (field == 1) {
          name = value.text();
        } else if (field == 2) {
          type = tensorType(value.message(), shape);
        } else {
          value.skip();
        }
      }
      return new Value(name, type, shape);
    }

    /** Returns the type of the elements and adds the sizes of the axes to the shape. */
    private static long tensorType(Protobuf type, List<Long> shape) {
      long element = 0;
      for (int field = type.next(); field > 0; field = type.next()) {
        if (field != 1) {
          type.skip();
          continue;
        }
        Protobuf tensor = type.message();
        for (int part = tensor.next(); part > 0; part = tensor.next()) {
          switch (part) {
            case 1 -> element = tensor.number();
            case 2 -> axes(tensor.message(), shape);
            default -> tensor.skip();
          }
        }
      }
      return element;
    }

    private static void axes(Protobuf shape, List<Long> sizes) {
      for (int field = shape.next(); field > 0; field = shape.next()) {
        if (field != 1) {
          shape.skip();
          continue;
        }
        long size = 0;
        Protobuf axis = shape.message();
        for (int part = axis.next(); part > 0; part = axis.next()) {
          if (part == 1) {
            size = axis.number();
          } else {
            axis.skip();
          }
        }
        sizes.add(size);
      }
    }
  }
}
