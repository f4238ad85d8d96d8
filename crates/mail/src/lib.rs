//! Mails as pings: a small receiver of SMTP that takes what is addressed to a scheduler, and relays nothing.
//!
//! Reading order: [`Command`] (what a client says), [`Intake`] and [`Letter`] (bytes as lines and as a mail), `dialogue`
//! (the order in which things may be said), `office` (whom a mail is for and what it means), `session` (one connection),
//! [`serve`](fn@serve) (all of them). Everything but the last three is pure. Not here: sending mails, which is of `notify`; queues: a
//! mail is taken when its report is durable, and the sender keeps it until then.
#![warn(missing_docs)]

mod address;
mod command;
mod content;
mod dialogue;
mod intake;
mod letter;
mod office;
mod path;
mod reply;
mod report;
mod seats;
mod serve;
mod session;
mod settings;

pub use address::{Recipient, Unfit};
pub use command::{Command, Fault};
pub use content::Content;
pub use intake::{Flaw, Intake};
pub use letter::{KEPT_MAX, Letter, SIZE_MAX};
pub use serve::{Site, serve};
pub use settings::{Admission, Bounds, Certificates, MailDomain, Settings};
