/** A cluster in memory, with programmable enforcement, for every test that needs a whole cluster. */
package dev.netproof.inmemory;
