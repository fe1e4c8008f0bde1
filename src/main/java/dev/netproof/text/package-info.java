/** Text for people: made harmless, measured, quoted. Everything that is printed goes through here, and only Java stands below it. */
@org.jspecify.annotations.NullMarked
package dev.netproof.text;
