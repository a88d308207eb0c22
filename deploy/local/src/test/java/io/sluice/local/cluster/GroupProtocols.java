package io.sluice.local.cluster;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Who assigns the work to the members of the services' groups. */
enum GroupProtocols {
  /** One of the members does; all of them say how. */
  CLASSIC(List.of(), List.of("--set=lease.ms=6000")),

  /** The brokers do, and say how. */
  NEW(List.of("--set=group.protocol=consumer"), List.of("--set=group.protocol=consumer"));

  private final List<String> ofWorkers;
  private final List<String> ofTrainers;

  GroupProtocols(List<String> ofWorkers, List<String> ofTrainers) {
    this.ofWorkers = ofWorkers;
    this.ofTrainers = ofTrainers;
  }

  /** Options of a worker. */
  List<String> ofWorkers() {
    return ofWorkers;
  }

  /** Options of a trainer. */
  List<String> ofTrainers() {
    return ofTrainers;
  }

  /** Options of the streams-app with standby replicas. */
  List<String> ofStreams(int standbys) {
    return this == NEW
        ? List.of("--set=group.protocol=streams")
        : List.of("--set=num.standby.replicas=" + standbys);
  }

  /** Tells the brokers what they have to know of the group of the streams-app. */
  void configure(Admin admin, String applicationId, int standbys)
      throws InterruptedException, ExecutionException {
    if (this == NEW) {
      ConfigEntry replicas =
          new ConfigEntry("streams.num.standby.replicas", Integer.toString(standbys));
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.GROUP, applicationId),
                  Set.of(new AlterConfigOp(replicas, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }
}
