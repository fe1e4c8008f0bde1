package dev.netproof.run;

/** Hears how a run comes along. */
public interface Progress {
    /** Hears nothing. */
    Progress NONE = new Progress() {
        @Override
        public void step(String what) {}

        @Override
        public void decided(int decided, int total) {}
    };

    /** A new step begins. */
    void step(String what);

    /** Checks decided so far. Called often. */
    void decided(int decided, int total);
}
