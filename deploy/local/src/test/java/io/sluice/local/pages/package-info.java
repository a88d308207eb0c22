/**
 * Tests of the pages in {@code deploy/docs}, of the README and of {@code .github}: that each lies
 * where people look for it, that its links arrive, and that what it names in the code exists.
 */
package io.sluice.local.pages;
