"""The running API against its own contract: thousands of drawn calls, a command of its own (`make contract`)."""
