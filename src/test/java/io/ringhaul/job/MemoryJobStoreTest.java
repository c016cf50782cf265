package io.ringhaul.job;

class MemoryJobStoreTest extends JobStoreContract {

  private final Transactions transactions = new MemoryTransactions();

  @Override
  Transactions connect() {
    return transactions;
  }

  @Override
  boolean isDurable() {
    return false;
  }
}
