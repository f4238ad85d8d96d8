//! Memory stores, clocks, seeded ids and the conformance suites every store runs.
