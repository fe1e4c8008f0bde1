package dev.netproof.matrix;

/**
 * One document of a file.
 *
 * @param number 1 for the first of the file
 */
record YamlDocument(int number, YamlNode root, Diagnostics findings) {}
