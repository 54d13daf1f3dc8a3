package dev.warren.it.kit;

/** A worker that is started again whenever it has ended, as a supervisor does. */
public final class SupervisedWorker implements AutoCloseable {

  private final WorkerProcess.Spec spec;
  private WorkerProcess worker; // guarded by this
  private boolean closed; // likewise

  private SupervisedWorker(WorkerProcess.Spec spec) {
    this.spec = spec;
    this.worker = spec.startReady();
    worker.whenEnded(this::startAgain);
  }

  /** Starts the worker, and waits until it takes tasks. */
  public static SupervisedWorker of(WorkerProcess.Spec spec) {
    return new SupervisedWorker(spec);
  }

  private synchronized void startAgain() {
    if (!closed) {
      worker = spec.start();
      worker.whenEnded(this::startAgain);
    }
  }

  /** The process of the moment; it may have ended, or not be ready yet. */
  public synchronized WorkerProcess current() {
    return worker;
  }

  @Override
  public synchronized void close() {
    closed = true;
    worker.close();
  }
}
