package io.sluice.local.cluster;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Cuts a process off from the network, with rules of iptables: what it sends is dropped, and so is
 * what is sent to the ports on which it listens. Only root may set them.
 *
 * @param group the process's group, by which its packets are known; no other process may have it
 * @param ports on which it listens
 */
record Firewall(int group, Collection<Integer> ports) {
  /** Whether this machine has the programs, and lets us use them. */
  static boolean isPossible() {
    return Shell.succeeds("iptables", "--list-rules")
        && Shell.succeeds("setpriv", "--regid=1", "--clear-groups", "true");
  }

  /** The program that starts another one, with the group. */
  List<String> starter() {
    return List.of("setpriv", "--regid=" + group, "--clear-groups");
  }

  /** Cuts the process off. */
  void close() throws IOException {
    change("--insert");
  }

  /** Lets packets through again. */
  void open() throws IOException {
    change("--delete");
  }

  private void change(String command) throws IOException {
    String list = ports.stream().map(Object::toString).collect(Collectors.joining(","));
    run(command, "OUTPUT", "-m", "owner", "--gid-owner", Integer.toString(group));
    run(command, "INPUT", "-p", "tcp", "-m", "multiport", "--dports", list);
  }

  private static void run(String command, String... rule) throws IOException {
    Stream<String> drop = Stream.of("--jump", "DROP");
    Shell.run(
        Stream.of(Stream.of("iptables", "--wait", command), Stream.of(rule), drop)
            .flatMap(part -> part)
            .toList());
  }
}
