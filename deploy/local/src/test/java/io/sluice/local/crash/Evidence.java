package io.sluice.local.crash;

import io.sluice.local.endtoend.ApiClient;
import java.util.List;

/**
 * Inputs and outputs of a deployment that has become quiet, from which guarantees are checked.
 *
 * @param inputs the records that the streams-app read
 * @param outputs the records that it published
 * @param apis a client of the HTTP API of each instance
 * @param connection how to reach the topics
 */
record Evidence(Inputs inputs, Outputs outputs, List<ApiClient> apis, Connection connection) {}
