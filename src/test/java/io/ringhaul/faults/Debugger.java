package io.ringhaul.faults;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodExitEvent;
import com.sun.jdi.event.VMDeathEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodExitRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs another Java process up to a point in its code and suspends all its threads there. */
final class Debugger implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(30);

  private final ListeningConnector connector;
  private final Map<String, Connector.Argument> arguments;
  private final String address;
  private @Nullable VirtualMachine process;

  /** Listens for the process on a free port. */
  Debugger() throws IOException {
    connector =
        Bootstrap.virtualMachineManager().listeningConnectors().stream()
            .filter(each -> each.name().equals("com.sun.jdi.SocketListen"))
            .findFirst()
            .orElseThrow();
    arguments = connector.defaultArguments();
    argument("localAddress").setValue("127.0.0.1");
    argument("timeout").setValue(String.valueOf(START.toMillis()));
    try {
      address = connector.startListening(arguments);
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the JVM option that makes a process wait for this debugger before it starts. */
  String jvmOption() {
    return "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=" + address;
  }

  /**
   * Lets the process run to the point.
   *
   * @param hit stop at this hit of the point, starting with 1
   * @return true if the process stands at the point; false if it ended before
   */
  boolean runTo(KillPoint point, int hit, Duration patience)
      throws IOException, InterruptedException {
    VirtualMachine machine;
    try {
      machine = connector.accept(arguments);
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException(e);
    }
    process = machine;
    ClassPrepareRequest loaded = machine.eventRequestManager().createClassPrepareRequest();
    loaded.addClassFilter(point.className());
    loaded.enable();
    try {
      return run(machine, point, hit, System.nanoTime() + patience.toNanos());
    } catch (VMDisconnectedException e) {
      return false;
    }
  }

  private static boolean run(VirtualMachine machine, KillPoint point, int hit, long deadline)
      throws InterruptedException {
    while (true) {
      EventSet events =
          machine.eventQueue().remove(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      if (events == null) {
        throw new AssertionError("The process reaches neither " + point + " nor to its end");
      }
      for (Event event : events) {
        if (event instanceof ClassPrepareEvent prepared) {
          breakAt(machine, prepared.referenceType(), point, hit);
        } else if (event instanceof BreakpointEvent entry) {
          if (point.position() == KillPoint.Position.ENTRY) {
            return true;
          }
          breakAtExit(machine, entry.thread(), entry.location().declaringType());
        } else if (event instanceof MethodExitEvent exit) {
          if (exit.method().name().equals(point.method())) {
            return true;
          }
        } else if (event instanceof VMDeathEvent || event instanceof VMDisconnectEvent) {
          return false;
        }
      }
      events.resume();
    }
  }

  private static void breakAt(
      VirtualMachine machine, ReferenceType type, KillPoint point, int hit) {
    // Of several methods of the name, the shorter ones call the longest.
    Method method =
        type.methodsByName(point.method()).stream()
            .filter(each -> !each.isBridge() && !each.isAbstract())
            .filter(each -> each.declaringType().equals(type))
            .max(Comparator.comparingInt(each -> each.argumentTypeNames().size()))
            .orElseThrow(() -> new AssertionError(point + " is no method"));
    BreakpointRequest request =
        machine.eventRequestManager().createBreakpointRequest(method.location());
    // The process counts the hits itself, so earlier hits cost little.
    request.addCountFilter(hit);
    request.setSuspendPolicy(EventRequest.SUSPEND_ALL);
    request.enable();
  }

  /**
   * Breaks where the method returns. An exit by an exception does not count as reaching the point.
   */
  private static void breakAtExit(
      VirtualMachine machine, ThreadReference thread, ReferenceType type) {
    MethodExitRequest request = machine.eventRequestManager().createMethodExitRequest();
    request.addThreadFilter(thread);
    request.addClassFilter(type);
    request.setSuspendPolicy(EventRequest.SUSPEND_ALL);
    request.enable();
  }

  private Connector.Argument argument(String name) {
    Connector.Argument argument = arguments.get(name);
    if (argument == null) {
      throw new IllegalStateException("The connector has no argument " + name);
    }
    return argument;
  }

  /** Disconnects; a process that was not killed continues. */
  @Override
  public void close() throws IOException {
    try {
      if (process != null) {
        process.dispose();
      }
    } catch (VMDisconnectedException e) {
      // The process has ended.
    }
    try {
      connector.stopListening(arguments);
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException(e);
    }
  }
}
