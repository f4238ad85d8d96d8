//! Mails through real sockets: conversations as they are held, what comes of them, and clients that mean no good. Nothing here
//! sleeps: each test waits for what must happen, and fails where it does not within a generous time.

mod away;
mod bounds;
mod conversations;
mod drain;
mod tls;
mod world;
