//! What every store must do, and what only a store on tables must.

mod costs;
mod disturbance;
mod faults;
mod standin;
mod tables;

async fn fresh() -> standin::StandIn {
    standin::StandIn::new().await
}

testkit::conformance_suite!(dynamodb, fresh);
