//! What every store must do, also where the service behind it is disturbed, and what only a store on tables must.

mod costs;
mod deployment;
mod disturbance;
mod faults;
mod simulated;
mod standin;
mod tables;

use testkit::conformance_suite;

async fn fresh() -> standin::StandIn {
    standin::StandIn::new().await
}

conformance_suite!(dynamodb, fresh);

/// Every seventh call fails in a way that passes: what is answered must not show it.
async fn disturbed() -> standin::Troubled {
    standin::Troubled::new().await
}

conformance_suite!(dynamodb_disturbed, disturbed);
