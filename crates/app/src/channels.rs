//! Channels: those of the configuration file and those that people made, as one directory; and the use cases of those
//! who look after them. What a kind of channel needs and how it delivers is not known here: see
//! [`crate::ports::ChannelKinds`].

mod directory;
mod manage;
mod off;
mod trial;

pub use directory::{ConfiguredChannel, Directory};
pub use manage::{ChannelSent, ChannelView, Source};
pub use trial::Trial;
