package io.sluice.gpuworker.chat.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A statement of a template, or template text. */
sealed interface Statement {
  /** How a statement ends. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  /** The line on which the statement begins, from 1. */
  int line();

  /** Runs the statement; called through {@link #runAll}. */
  Flow run(Frame frame, Output out);

  /**
   * Runs statements in order, up to the first that leaves or continues a loop.
   *
   * @throws RenderException with the line of the innermost statement
   */
  static Flow runAll(List<Statement> statements, Frame frame, Output out) {
    for (Statement statement : statements) {
      frame.work().enter();
      try {
        Flow flow = statement.run(frame, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      } catch (RenderException e) {
        throw e.at(statement.line());
      } finally {
        frame.work().leave();
      }
    }
    return Flow.NEXT;
  }

  /** The output of statements that have a scope of their own. */
  static String captured(List<Statement> body, Frame inner) {
    Output own = Output.inner(inner.work());
    runAll(body, inner, own);
    return own.text();
  }

  /** Template text. */
  record Text(int line, String text) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      out.write(text);
      return Flow.NEXT;
    }
  }

  /** {@code {{ value }}}. */
  record Print(int line, Expression value) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      out.write(PythonText.of(value.in(frame), frame.work()));
      return Flow.NEXT;
    }
  }

  /** {@code {% if %}}: {@code otherwise} is another If for {@code elif}. */
  record If(int line, Expression condition, List<Statement> then, List<Statement> otherwise)
      implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      return runAll(condition.in(frame).isTrue() ? then : otherwise, frame, out);
    }
  }

  /**
   * {@code {% for target in items if condition %}}.
   *
   * @param guard what has to be true for an iteration to do anything, see {@link Guard}
   */
  record For(
      int line,
      Target target,
      Expression items,
      Optional<Expression> condition,
      Optional<Expression> guard,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      Value over = items.in(frame);
      return condition.isEmpty()
              && over instanceof Value.Sequence sequence
              && sequence.items() instanceof MessageView messages
          ? runFor(messages, frame, out)
          : runFor(Iteration.items(over, frame.work()), frame, out);
    }

    /** Goes through messages, without those whose iterations another rendering has recorded. */
    private Flow runFor(MessageView messages, Frame frame, Output out) {
      Trace trace = frame.work().trace();
      Trace.Passage passage = trace.enter(this, messages, frame, out);
      try {
        Loop loop = Loop.over(messages, passage.first());
        boolean none = passage.first() == 0;
        for (Optional<Value> item = loop.next(); item.isPresent(); item = loop.next()) {
          none = false;
          frame.work().step();
          if (iteration(item.get(), loop, frame, out) == Flow.BREAK || isOver(frame)) {
            return Flow.NEXT;
          }
          trace.iterated(passage, out);
        }
        return none ? runAll(otherwise, frame.inner(), out) : Flow.NEXT;
      } finally {
        trace.leave(passage);
      }
    }

    /** Whether the remaining iterations would do nothing. */
    private boolean isOver(Frame frame) {
      return guard.isPresent() && !guard.get().in(frame).isTrue();
    }

    private Flow iteration(Value item, Loop loop, Frame frame, Output out) {
      Frame inner = frame.inner();
      target.assign(item, inner);
      inner.scope().set("loop", loop);
      return runAll(body, inner, out);
    }

    private Flow runFor(List<Value> all, Frame frame, Output out) {
      Loop loop =
          condition.isPresent()
              ? new Loop(
                  all.stream().filter(item -> isVisited(item, condition.get(), frame)).iterator(),
                  OptionalInt.empty())
              : new Loop(all.iterator(), OptionalInt.of(all.size()));
      boolean none = true;
      for (Optional<Value> item = loop.next(); item.isPresent(); item = loop.next()) {
        none = false;
        if (iteration(item.get(), loop, frame, out) == Flow.BREAK) {
          return Flow.NEXT;
        }
      }
      return none ? runAll(otherwise, frame.inner(), out) : Flow.NEXT;
    }

    private boolean isVisited(Value item, Expression test, Frame frame) {
      Frame inner = frame.inner();
      target.assign(item, inner);
      return test.in(inner).isTrue();
    }
  }

  /** {@code {% break %}} and {@code {% continue %}}. */
  record Jump(int line, Flow flow) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      return flow;
    }
  }

  /** {@code {% set target = value %}}. */
  record Set(int line, Target target, Expression value) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      target.assign(value.in(frame), frame);
      return Flow.NEXT;
    }
  }

  /**
   * {@code {% set target | filter %}...{% endset %}}.
   *
   * @param value what is assigned, computed from the variable {@link #BODY}
   */
  record SetBlock(int line, Target target, Expression value, List<Statement> body)
      implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      target.assign(filtered(value, body, frame), frame);
      return Flow.NEXT;
    }
  }

  /** {@code {% filter name %}...{% endfilter %}}; the value as in {@link SetBlock}. */
  record FilterBlock(int line, Expression value, List<Statement> body) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      out.write(PythonText.of(filtered(value, body, frame), frame.work()));
      return Flow.NEXT;
    }
  }

  /** The variable that holds the output of a block while filters are applied to it. */
  String BODY = "{body}";

  private static Value filtered(Expression value, List<Statement> body, Frame frame) {
    Frame inner = frame.inner();
    String text = captured(body, inner);
    Frame result = frame.inner();
    result.scope().set(BODY, Value.of(text));
    return value.in(result);
  }

  /** {@code {% with name = value %}}: the values are evaluated outside. */
  record With(int line, List<Target> targets, List<Expression> values, List<Statement> body)
      implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      Frame inner = frame.inner();
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(values.get(i).in(frame), inner);
      }
      return runAll(body, inner, out);
    }
  }

  /** {@code {% macro name(parameters) %}}. */
  record DefineMacro(int line, String name, Macro macro) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      frame.scope().set(name, macro.in(frame));
      return Flow.NEXT;
    }
  }

  /** {@code {% call(parameters) function(arguments) %}}: the body is the macro's caller. */
  record CallBlock(int line, Expression.Call call, Macro body) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      Value.Function callee = call.callee(frame);
      Arguments given = call.given().in(frame);
      Map<String, Value> named = new LinkedHashMap<>(given.named());
      named.put(Macro.CALLER, body.in(frame));
      Value result = callee.body().call(new Arguments(given.positional(), named), frame.work());
      out.write(PythonText.of(result, frame.work()));
      return Flow.NEXT;
    }
  }

  /** {@code {% generation %}}: the body is what the model generates. */
  record Generation(int line, List<Statement> body) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      out.writeGenerated(captured(body, frame.inner()));
      return Flow.NEXT;
    }
  }
}
