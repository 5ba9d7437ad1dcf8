package cnkit.resilience;

/**
 * What one call owes its budget: begun once, each retry charged when it is scheduled and settled when it ends or is
 * taken back, and everything given back at the end, whatever happened. For one thread; see {@link Shared}.
 */
class BudgetUse {
  private final RetryBudget budget;
  private boolean begun;
  private boolean scheduled;
  private boolean ended;
  private int sent;

  private BudgetUse(RetryBudget budget) {
    this.budget = budget;
  }

  static BudgetUse of(RetryBudget budget, boolean shared) {
    return shared ? new Shared(budget) : new BudgetUse(budget);
  }

  /** For a call whose first attempt was told to the budget without this object. */
  void begun() {
    begun = true;
  }

  boolean schedule() {
    if (ended || !budget.tryWithdraw()) {
      return false;
    }
    scheduled = true;
    return true;
  }

  /** An attempt is about to be sent; false if the call has ended meanwhile. */
  boolean sent() {
    if (!begun && !ended) {
      begun = true;
      budget.onFirstAttempt();
    }
    if (scheduled) {
      scheduled = false;
      sent++;
    }
    return !ended;
  }

  void settled() {
    if (sent > 0) {
      sent--;
      budget.retryEnded();
    }
  }

  void takeBack() {
    if (scheduled) {
      scheduled = false;
      budget.refund();
    }
  }

  void end() {
    if (ended) {
      return;
    }
    ended = true;
    takeBack();
    while (sent > 0) {
      settled();
    }
    if (begun) {
      budget.ended();
    }
  }

  /** For the threads of an asynchronous call; its monitor guards these few numbers only. */
  private static final class Shared extends BudgetUse {
    Shared(RetryBudget budget) {
      super(budget);
    }

    @Override
    synchronized boolean schedule() {
      return super.schedule();
    }

    @Override
    synchronized boolean sent() {
      return super.sent();
    }

    @Override
    synchronized void settled() {
      super.settled();
    }

    @Override
    synchronized void takeBack() {
      super.takeBack();
    }

    @Override
    synchronized void end() {
      super.end();
    }
  }
}
