package io.sluice.gpuworker.model.file;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickle in a PyTorch file. Only plain values and tensors are allowed.
 *
 * <p>A pickle is a program that can call arbitrary functions. This reader executes only the
 * instructions that create plain values, and looks up only the few names that tensors need.
 * Everything else is rejected when it is named, before it could be called.
 */
final class TorchUnpickler extends Unpickler {
  /** The instructions that {@code torch.save} writes, without those that look up a name. */
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
          "torch.FloatStorage", new StorageType("float32", Optional.of(ElementType.F32)),
          "torch.BFloat16Storage", new StorageType("bfloat16", Optional.of(ElementType.BF16)),
          "torch.HalfStorage", new StorageType("float16", Optional.of(ElementType.F16)),
          "torch.ByteStorage", new StorageType("uint8", Optional.empty()),
          "torch.LongStorage", new StorageType("int64", Optional.empty()),
          "torch.DoubleStorage", new StorageType("float64", Optional.empty()),
          "torch.BoolStorage", new StorageType("bool", Optional.empty()));

  private final Path file;

  private TorchUnpickler(Path file) {
    this.file = file;
  }

  /** The type of a storage. A valid pickle passes it as an argument and never calls it. */
  private record StorageType(String name, Optional<ElementType> type)
      implements IObjectConstructor {
    @Override
    public Object construct(Object[] arguments) {
      throw new PickleException("a storage type is called, which torch.save never writes");
    }
  }

  private record Storage(String key, StorageType type) {}

  /**
   * Reads a pickle.
   *
   * @param file named in error messages
   * @return a map, list, array (for a tuple), string, number, boolean, null or {@link TorchTensor};
   *     maps, lists and arrays hold the same types
   * @throws UnusableModelException when the pickle contains anything else or is damaged
   */
  static Object read(Path file, byte[] pickle) throws IOException {
    try {
      return new TorchUnpickler(file).load(new ByteArrayInputStream(pickle));
    } catch (UnusableModelException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new UnusableModelException(file + " is damaged: copy or save it again", e);
    }
  }

  @Override
  protected Object dispatch(short instruction) throws IOException {
    if (instruction == Opcodes.GLOBAL) {
      String module = PickleUtils.readline(input);
      stack.add(lookUp(module + "." + PickleUtils.readline(input)));
      return NO_RETURN_VALUE;
    }
    if (instruction == Opcodes.STACK_GLOBAL) {
      Object name = stack.pop();
      stack.add(lookUp(stack.pop() + "." + name));
      return NO_RETURN_VALUE;
    }
    if (!PLAIN.contains(instruction)) {
      throw rejected("the instruction 0x" + Integer.toHexString(instruction));
    }
    if (instruction == Opcodes.BINUNICODE) {
      requireCompleteString();
    }
    return super.dispatch(instruction);
  }

  /**
   * Checks the length of a string before it is read. The library allocates as much memory as the
   * length demands, even if the pickle is shorter.
   */
  private void requireCompleteString() throws IOException {
    input.mark(Integer.BYTES);
    int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, Integer.BYTES));
    if (length < 0 || length > input.available()) {
      throw new PickleException("a string is longer than the pickle");
    }
    input.reset();
  }

  private IObjectConstructor lookUp(String name) throws UnusableModelException {
    if (!NAMES.containsKey(name)) {
      throw rejected(name);
    }
    return NAMES.get(name);
  }

  private UnusableModelException rejected(String what) {
    return new UnusableModelException(
        file
            + " contains "
            + what
            + ", which is not part of the state of AdamW, and was not executed: use the file that the"
            + " Hugging Face Trainer wrote with optim adamw_torch or adamw_torch_fused");
  }

  /** Resolves the tuple {@code ("storage", type, key, device, values)} that names a storage. */
  @Override
  protected Object persistentLoad(Object id) {
    Object[] parts = (Object[]) id;
    if (!"storage".equals(parts[0])) {
      throw new PickleException("an unknown kind of persistent id");
    }
    return new Storage((String) parts[2], (StorageType) parts[1]);
  }

  private static Object emptyDictionary(Object[] arguments) {
    if (arguments.length > 0) {
      throw new PickleException("an OrderedDict has arguments");
    }
    return new HashMap<>();
  }

  /** The arguments are storage, offset, shape and strides, followed by others that are not used. */
  private static Object tensor(Object[] arguments) {
    Storage storage = (Storage) arguments[0];
    return new TorchTensor(
        storage.key(),
        storage.type().name(),
        storage.type().type(),
        ((Number) arguments[1]).longValue(),
        longs((Object[]) arguments[2]),
        longs((Object[]) arguments[3]));
  }

  private static long[] longs(Object[] numbers) {
    return Arrays.stream(numbers).mapToLong(number -> ((Number) number).longValue()).toArray();
  }
}
