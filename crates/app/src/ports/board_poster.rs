//! What shows boards: a receiver that can change a message it has shown.

use async_trait::async_trait;
use domain::board::BoardPage;

use super::DeliveryError;

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The message shows the page.
    Done,
    /// There is no such message any more: someone deleted it.
    Gone,
    /// The message is there, and the receiver lets nobody change it any more.
    Fixed,
}

/// A receiver that can change a message it has shown. Each method tries once and ends within 30 s.
#[async_trait]
pub trait BoardPoster: Send + Sync {
    /// Posts a page; answers which message it is, in at most 200 characters.
    async fn post(&self, page: &BoardPage) -> Result<String, DeliveryError>;

    /// Makes a message show a page.
    async fn edit(&self, message: &str, page: &BoardPage) -> Result<Edited, DeliveryError>;

    /// Looks for the message of this board and window, of which nobody noted whether it was posted. `None` where there
    /// is none, and where the receiver cannot or may not be asked: then a second message may appear.
    async fn find(&self, page: &BoardPage) -> Result<Option<String>, DeliveryError>;
}
