/** Everything that Sluice needs around it, on one machine: a broker, a schema registry, topics. */
package io.sluice.local.stack;
