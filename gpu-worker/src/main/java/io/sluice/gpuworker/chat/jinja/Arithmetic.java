package io.sluice.gpuworker.chat.jinja;

import io.sluice.gpuworker.chat.jinja.Value.Sequence;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The operators {@code + - * / // % **} as in Python. */
final class Arithmetic {
  /** Larger integers are refused: nothing in a conversation needs them. */
  private static final int MOST_BITS = 8192;

  private Arithmetic() {}

  static Value apply(String operator, Value left, Value right, Work work) {
    if (left instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Value.Undefined undefined && !(left instanceof Value.Str)) {
      throw undefined.failure();
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      boolean real = left instanceof Value.Real || right instanceof Value.Real;
      return real || operator.equals("/")
          ? real(operator, left, right)
          : integer(operator, left, right);
    }
    return switch (operator) {
      case "+" -> add(left, right, work);
      case "*" -> repeat(left, right, work);
      case "%" -> {
        if (left instanceof Value.Str) {
          throw RenderException.failed("formatting a text with % is not supported");
        }
        throw unsupported(operator, left, right);
      }
      default -> throw unsupported(operator, left, right);
    };
  }

  static Value negate(Value value) {
    if (value instanceof Value.Real real) {
      return new Value.Real(-real.value());
    }
    return new Value.Int(Numbers.integer(value).orElseThrow(() -> badOperand("-", value)).negate());
  }

  static Value plus(Value value) {
    if (value instanceof Value.Real) {
      return value;
    }
    return new Value.Int(Numbers.integer(value).orElseThrow(() -> badOperand("+", value)));
  }

  private static RenderException badOperand(String operator, Value value) {
    return value instanceof Value.Undefined undefined
        ? undefined.failure()
        : RenderException.failed(
            "bad operand type for unary " + operator + ": '" + value.type() + "'");
  }

  private static RenderException unsupported(String operator, Value left, Value right) {
    return RenderException.failed(
        "unsupported operand type(s) for "
            + operator
            + ": '"
            + left.type()
            + "' and '"
            + right.type()
            + "'");
  }

  private static Value add(Value left, Value right, Work work) {
    if (left instanceof Value.Str a && right instanceof Value.Str b) {
      work.builds((long) a.text().length() + b.text().length());
      if (a.safe() == b.safe()) {
        return a.with(a.text() + b.text());
      }
      String first = a.safe() ? a.text() : PythonText.escaped(a.text(), work);
      String second = b.safe() ? b.text() : PythonText.escaped(b.text(), work);
      return new Value.Str(first + second, true);
    }
    if (left instanceof Sequence a
        && right instanceof Sequence b
        && a.kind() == b.kind()
        && a.kind() != Sequence.Kind.RANGE) {
      work.steps((long) a.items().size() + b.items().size());
      List<Value> items = new ArrayList<>(a.items());
      items.addAll(b.items());
      return new Sequence(a.kind(), items);
    }
    if (right instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    if (left instanceof Value.Str) {
      throw RenderException.failed(
          "can only concatenate str (not \"" + right.type() + "\") to str");
    }
    throw unsupported("+", left, right);
  }

  private static Value repeat(Value left, Value right, Work work) {
    if (right instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    boolean countFirst = Numbers.integer(left).isPresent();
    Value repeated = countFirst ? right : left;
    Value times = countFirst ? left : right;
    if (Numbers.integer(times).isEmpty()) {
      throw unsupported("*", left, right);
    }
    int count = Math.max(0, Numbers.index(times, "a count"));
    if (repeated instanceof Value.Str text) {
      work.builds((long) text.text().length() * count);
      return text.with(text.text().repeat(count));
    }
    if (repeated instanceof Sequence sequence && sequence.kind() != Sequence.Kind.RANGE) {
      work.steps((long) sequence.items().size() * count);
      List<Value> items = new ArrayList<>();
      Collections.nCopies(count, sequence.items()).forEach(items::addAll);
      return new Sequence(sequence.kind(), items);
    }
    throw unsupported("*", left, right);
  }

  private static Value integer(String operator, Value left, Value right) {
    BigInteger a = Numbers.integer(left).orElseThrow();
    BigInteger b = Numbers.integer(right).orElseThrow();
    if (b.signum() == 0 && (operator.equals("//") || operator.equals("%"))) {
      throw RenderException.failed("integer division or modulo by zero");
    }
    BigInteger result =
        switch (operator) {
          case "+" -> a.add(b);
          case "-" -> a.subtract(b);
          case "*" -> a.multiply(b);
          case "//" -> floorDivide(a, b);
          case "%" -> a.subtract(floorDivide(a, b).multiply(b));
          default -> power(a, b);
        };
    if (result.bitLength() > MOST_BITS) {
      throw RenderException.failed("an integer has more than " + MOST_BITS + " bits");
    }
    return new Value.Int(result);
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    BigInteger[] quotient = a.divideAndRemainder(b);
    boolean down = quotient[1].signum() != 0 && quotient[1].signum() != b.signum();
    return down ? quotient[0].subtract(BigInteger.ONE) : quotient[0];
  }

  private static BigInteger power(BigInteger a, BigInteger b) {
    if (b.signum() < 0 || b.bitLength() > 13 || (long) a.bitLength() * b.intValue() > MOST_BITS) {
      throw RenderException.failed(
          "a power with a negative exponent, or of more than "
              + MOST_BITS
              + " bits, is not supported");
    }
    return a.pow(b.intValue());
  }

  private static Value real(String operator, Value left, Value right) {
    double a = Numbers.real(left);
    double b = Numbers.real(right);
    boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
    if (b == 0 && divides) {
      throw RenderException.failed("division by zero");
    }
    return new Value.Real(
        switch (operator) {
          case "+" -> a + b;
          case "-" -> a - b;
          case "*" -> a * b;
          case "/" -> divide(left, right, a, b);
          case "//" -> floorDivide(a, b);
          case "%" -> modulo(a, b);
          default -> throw RenderException.failed("a power of floats is not supported");
        });
  }

  /** Python divides integers exactly and rounds once, whatever their size. */
  private static double divide(Value left, Value right, double a, double b) {
    boolean exact = Math.abs(a) <= 1L << 53 && Math.abs(b) <= 1L << 53;
    if (!exact && !(left instanceof Value.Real) && !(right instanceof Value.Real)) {
      throw RenderException.failed("dividing integers above 2**53 is not supported");
    }
    return a / b;
  }

  private static double floorDivide(double a, double b) {
    double remainder = a % b;
    double quotient = (a - remainder) / b;
    if (remainder != 0 && (b < 0) != (remainder < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double modulo(double a, double b) {
    double remainder = a % b;
    if (remainder == 0) {
      return Math.copySign(0, b);
    }
    return (remainder < 0) == (b < 0) ? remainder : remainder + b;
  }
}
