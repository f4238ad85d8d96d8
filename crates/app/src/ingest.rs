//! What jobs say that bear no key of the API: pings, and the messages of other products' clients. Each dialect reads its
//! own wire; what it reads comes here, and takes the same write path as any report.
//!
//! A [`Place`] is where such a message is heard: a ping address, another product's token, a slug under a project's
//! ping key. What was sent in vain is counted for the project's people to see.

mod hear;
mod ping_keys;
mod places;
mod problems;

pub use hear::{Heard, Message};
pub use places::{Address, Found, Place};
pub use problems::Vain;

pub(crate) use ping_keys::PingKeys;
pub(crate) use places::Places;
pub(crate) use problems::{KEPT as PROBLEMS_KEPT, Problems};
