/** Tests of the page in a real browser, against services in this process and a real broker. */
package io.sluice.local.page;
