package io.sluice.local.crash;

import io.sluice.local.endtoend.ApiClient;
import java.util.List;

/**
 * All that is known of a deployment that is quiet.
 *
 * @param inputs what the streams-app had to work on
 * @param outputs what it published
 * @param apis the HTTP API of each instance
 */
record Evidence(Inputs inputs, Outputs outputs, List<ApiClient> apis) {}
