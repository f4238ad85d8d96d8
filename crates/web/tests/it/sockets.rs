//! Real sockets: bounds on connections, TLS that follows its files, and an end that lets requests finish. Nothing here
//! sleeps: each test waits for what must happen, and fails where it does not within a generous time.

mod bounds;
mod client;
mod drain;
mod tls;
