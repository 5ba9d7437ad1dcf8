package cnkit.resilience;

import cnkit.core.Time;

/** A window too large or too timed for one word: mutable, safe for many threads, dies with its epoch. */
interface Window {
  /** Records a result that was neither failed nor slow; reads the clock only if it matters when that was. */
  void recordGood(Time time);

  /** Records one result; after a bad one the caller asks for the {@link #tally}. */
  void record(boolean failed, boolean slow, long nowNanos);

  /** What the window holds now; a bad result that the calling thread recorded just before is in it. */
  Tally tally(long nowNanos);

  /** Whether a whole window of results has been seen since it began. */
  boolean isFull(long nowNanos);

  /** What a window holds. */
  record Tally(int calls, int failures, int slow) {}
}
