//! What every store must do, and what only a store on tables must.

mod standin;
mod tables;
