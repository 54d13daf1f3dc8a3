package dev.warren.client;

import java.util.Collection;

/** Tells all workers that tasks are not wanted any more. */
@FunctionalInterface
interface Revoker {

  /** Tells them in the background: never blocks, and never fails its caller. */
  void revoke(Collection<String> taskIds);
}
