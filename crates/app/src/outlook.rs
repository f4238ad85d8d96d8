//! What a change would come to: asked before it is made, so that a plan and its result agree.

/// A thing as it would be, and whether that is other than it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook<T> {
    /// The thing as it would be.
    pub then: T,
    /// Whether it would be other than before.
    pub changed: bool,
}

impl<T> Outlook<T> {
    /// The same of a part of it, or of more.
    pub fn map<U>(self, see: impl FnOnce(T) -> U) -> Outlook<U> {
        Outlook { then: see(self.then), changed: self.changed }
    }
}
