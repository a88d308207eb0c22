/**
 * Files of commands: locks that end with the process, and files that are written whole or not at
 * all. It knows nothing of the rest of Sluice.
 */
package io.sluice.local.files;
