package dev.netproof.matrix;

/** A diagnostic before it has a place. Made by {@link Problems} only, where all wording lives. */
record Problem(Diagnostic.Severity severity, String code, String problem, String fix) {}
