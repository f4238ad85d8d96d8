//! What holds whatever happens: random commands, random events, random orders, and a naive model beside.

mod commands;
mod events;
mod naive;
mod orders;
mod steps;
mod watch;
