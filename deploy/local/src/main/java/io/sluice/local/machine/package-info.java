/**
 * What the operating system says about this machine and its processes. The package knows nothing
 * else of Sluice.
 */
package io.sluice.local.machine;
