package io.sluice.local.process;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassObjectReference;
import com.sun.jdi.ClassType;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Lets a method of another process fail, as its debugger. The process runs the product as it is:
 * nothing in it has to know about the test.
 */
public final class MethodFailure implements AutoCloseable {
  private static final String PATIENCE_MILLIS = "300000";

  private final ListeningConnector connector;
  private final Map<String, Connector.Argument> arguments;
  private final String address;

  private MethodFailure(ListeningConnector connector, Map<String, Connector.Argument> arguments)
      throws Exception {
    this.connector = connector;
    this.arguments = arguments;
    this.address = connector.startListening(arguments);
  }

  /** Waits for a process that will be started with {@link #options}. */
  public static MethodFailure prepare() throws Exception {
    ListeningConnector sockets =
        Bootstrap.virtualMachineManager().listeningConnectors().stream()
            .filter(each -> each.transport().name().equals("dt_socket"))
            .findFirst()
            .orElseThrow();
    Map<String, Connector.Argument> arguments = sockets.defaultArguments();
    arguments.get("localAddress").setValue("127.0.0.1");
    arguments.get("timeout").setValue(PATIENCE_MILLIS);
    return new MethodFailure(sockets, arguments);
  }

  /** The options with which the JVM of the process is started. */
  public List<String> options() {
    return List.of("-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=" + address);
  }

  /**
   * Lets a call of a method end with an exception; returns when it does. From then on, the process
   * runs without a debugger.
   *
   * @param method the only method of its name in its class
   * @param call which call fails, from 1
   * @param exception the class of the exception, which has a constructor for a message alone
   */
  public void happen(String type, String method, int call, String exception, String message)
      throws Exception {
    VirtualMachine process = connector.accept(arguments);
    try {
      ClassPrepareRequest prepared = process.eventRequestManager().createClassPrepareRequest();
      prepared.addClassFilter(type);
      prepared.enable();
      process.resume();
      while (true) {
        EventSet events = process.eventQueue().remove(Long.parseLong(PATIENCE_MILLIS));
        if (events == null) {
          throw new AssertionError(type + "." + method + " was not called " + call + " times");
        }
        for (Event event : events) {
          if (event instanceof ClassPrepareEvent loaded) {
            stopAt(process, loaded.referenceType(), method, call);
          } else if (event instanceof BreakpointEvent stopped) {
            ThreadReference thread = stopped.thread();
            thread.stop(
                exception(process, thread, stopped.location().declaringType(), exception, message));
            return;
          }
        }
        events.resume();
      }
    } finally {
      process.dispose();
    }
  }

  private static void stopAt(VirtualMachine process, ReferenceType type, String method, int call) {
    BreakpointRequest request =
        process
            .eventRequestManager()
            .createBreakpointRequest(type.methodsByName(method).get(0).location());
    request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
    request.addCountFilter(call);
    request.enable();
  }

  /** Creates the exception on a stopped thread of the process, by the class loader of a class. */
  private static ObjectReference exception(
      VirtualMachine process,
      ThreadReference thread,
      ReferenceType caller,
      String exception,
      String message)
      throws Exception {
    ClassType classes = (ClassType) process.classesByName(Class.class.getName()).get(0);
    ClassObjectReference loaded =
        (ClassObjectReference)
            classes.invokeMethod(
                thread,
                classes
                    .methodsByName(
                        "forName", "(Ljava/lang/String;ZLjava/lang/ClassLoader;)Ljava/lang/Class;")
                    .get(0),
                List.of(process.mirrorOf(exception), process.mirrorOf(true), caller.classLoader()),
                ObjectReference.INVOKE_SINGLE_THREADED);
    ClassType type = (ClassType) loaded.reflectedType();
    return type.newInstance(
        thread,
        type.methodsByName("<init>", "(Ljava/lang/String;)V").get(0),
        List.of(process.mirrorOf(message)),
        ObjectReference.INVOKE_SINGLE_THREADED);
  }

  @Override
  public void close() throws IOException, IllegalConnectorArgumentsException {
    connector.stopListening(arguments);
  }
}
