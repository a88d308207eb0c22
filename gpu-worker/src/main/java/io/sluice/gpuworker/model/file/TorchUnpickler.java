package io.sluice.gpuworker.model.file;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickle inside a PyTorch file: plain values and tensors, nothing else.
 *
 * <p>A pickle is a program. Only instructions that make plain values are carried out, and only the
 * few names that tensors are made of may be called: whatever else a pickle asks for is refused at
 * the moment that it is named, before it is called.
 */
final class TorchUnpickler extends Unpickler {
  /** What {@code torch.save} writes, but for the instructions that look up a name. */
  private static final Set<Short> PLAIN =
      Set.of(
          Opcodes.PROTO,
          Opcodes.FRAME,
          Opcodes.STOP,
          Opcodes.MARK,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.BINFLOAT,
          Opcodes.BINUNICODE,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.EMPTY_DICT,
          Opcodes.SETITEM,
          Opcodes.SETITEMS,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.MEMOIZE,
          Opcodes.BINPERSID,
          Opcodes.REDUCE);

  private static final Map<String, IObjectConstructor> NAMES =
      Map.of(
          "collections.OrderedDict", TorchUnpickler::emptyDictionary,
          "torch._utils._rebuild_tensor_v2", TorchUnpickler::tensor,
          "torch.FloatStorage", new StorageType(ElementType.F32),
          "torch.BFloat16Storage", new StorageType(ElementType.BF16),
          "torch.HalfStorage", new StorageType(ElementType.F16));

  private final Path file;

  private TorchUnpickler(Path file) {
    this.file = file;
  }

  /** A kind of storage; a pickle names it as an argument and never calls it. */
  private record StorageType(ElementType type) implements IObjectConstructor {
    @Override
    public Object construct(Object[] arguments) {
      throw new PickleException("a storage type is called");
    }
  }

  private record Storage(String key, ElementType type) {}

  /**
   * Reads a pickle.
   *
   * @param file for messages
   * @return maps, lists, arrays for tuples, texts, numbers, {@link TorchTensor}
   * @throws UnusableModelException when it holds anything else or is damaged
   */
  static Object read(Path file, byte[] pickle) throws IOException {
    try {
      return new TorchUnpickler(file).load(new ByteArrayInputStream(pickle));
    } catch (UnusableModelException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new UnusableModelException(file + " is damaged: get it again", e);
    }
  }

  @Override
  protected Object dispatch(short instruction) throws IOException {
    if (instruction == Opcodes.GLOBAL) {
      String module = PickleUtils.readline(input);
      stack.add(named(module + "." + PickleUtils.readline(input)));
      return NO_RETURN_VALUE;
    }
    if (instruction == Opcodes.STACK_GLOBAL) {
      Object name = stack.pop();
      stack.add(named(stack.pop() + "." + name));
      return NO_RETURN_VALUE;
    }
    if (!PLAIN.contains(instruction)) {
      throw refused("the instruction 0x" + Integer.toHexString(instruction));
    }
    if (instruction == Opcodes.BINUNICODE) {
      requireText();
    }
    return super.dispatch(instruction);
  }

  /** Memory is taken for as long a text as the pickle says: more than it has is refused before. */
  private void requireText() throws IOException {
    input.mark(Integer.BYTES);
    int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, Integer.BYTES));
    if (length < 0 || length > input.available()) {
      throw new PickleException("a text longer than the pickle");
    }
    input.reset();
  }

  private IObjectConstructor named(String name) throws UnusableModelException {
    if (!NAMES.containsKey(name)) {
      throw refused(name);
    }
    return NAMES.get(name);
  }

  private UnusableModelException refused(String what) {
    return new UnusableModelException(
        file
            + " asks for "
            + what
            + ", which the state of an optimizer does not need. Nothing of it was run. Use the file"
            + " that the Hugging Face Trainer wrote");
  }

  /** A storage is named by {@code ("storage", type, key, device, values)}. */
  @Override
  protected Object persistentLoad(Object id) {
    Object[] parts = (Object[]) id;
    if (!"storage".equals(parts[0])) {
      throw new PickleException("an unknown kind of persistent id");
    }
    return new Storage((String) parts[2], ((StorageType) parts[1]).type());
  }

  private static Object emptyDictionary(Object[] arguments) {
    if (arguments.length > 0) {
      throw new PickleException("a dictionary with arguments");
    }
    return new HashMap<>();
  }

  /** Arguments: storage, offset, shape, strides, and what does not matter here. */
  private static Object tensor(Object[] arguments) {
    Storage storage = (Storage) arguments[0];
    return new TorchTensor(
        storage.key(),
        storage.type(),
        ((Number) arguments[1]).longValue(),
        longs((Object[]) arguments[2]),
        longs((Object[]) arguments[3]));
  }

  private static long[] longs(Object[] numbers) {
    return Arrays.stream(numbers).mapToLong(number -> ((Number) number).longValue()).toArray();
  }
}
