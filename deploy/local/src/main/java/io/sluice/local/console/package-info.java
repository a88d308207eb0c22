/**
 * Output for people at a terminal, shared by the commands and the quickstart: tables, progress bars
 * and text that is harmless there. It knows nothing of the rest of Sluice.
 */
package io.sluice.local.console;
