/**
 * Commands that run one of Sluice's services until it is stopped: {@code worker}, {@code streams}
 * and {@code trainer}. Their log goes to the console. They do not know the local stack.
 */
package io.sluice.local.cli.service;
