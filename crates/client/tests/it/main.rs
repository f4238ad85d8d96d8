//! The client as its users meet it: the real program, run against a server in the contract's shape that remembers
//! what it was told. Tests wait for events, never for time, except where a bound on time is what they are about.

mod alerts;
mod away;
mod boards;
mod bulk;
mod calls;
mod flushing;
mod importing;
mod limits;
mod locks;
mod outcomes;
mod products;
mod program;
mod quiet;
mod registering;
mod retries;
mod server;
mod signals;
mod streams;
mod tables;
mod timers;
