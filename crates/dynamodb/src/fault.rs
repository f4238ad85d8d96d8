//! What goes wrong inside, on its way into the words of the ports.

use std::fmt::Display;

use app::ports::StoreError;

/// What goes wrong while the store is asked something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// What the write rested on has changed; nothing was written.
    Conflict,
    /// No answer came: the write may or may not have happened.
    Lost,
    /// The service is away or refuses; nothing was written. Says what to do.
    Away(String),
    /// A value that cannot be what it should.
    Corrupt {
        /// Table, attribute and item.
        place: String,
        /// What is wrong with it.
        cause: String,
    },
}

pub(crate) type Faulty<T> = Result<T, Fault>;

impl Fault {
    /// A value that cannot be what it should.
    pub(crate) fn corrupt(place: impl Display, cause: impl Display) -> Self {
        Self::Corrupt { place: place.to_string(), cause: cause.to_string() }
    }

    /// A cursor that this store never gave, or gave for another query.
    pub(crate) fn cursor(text: &str) -> Self {
        Self::corrupt("cursor", format_args!("{text:?} was not given for this query"))
    }

    /// In the words of the ports.
    pub(crate) fn told(self, doing: &'static str) -> StoreError {
        match self {
            Self::Conflict => StoreError::Conflict,
            Self::Lost => StoreError::Ambiguous { doing },
            Self::Away(cause) => StoreError::Unavailable { doing, cause },
            Self::Corrupt { place, cause } => StoreError::Corrupt { place, cause },
        }
    }
}

/// Turns what goes wrong inside into the words of the ports.
pub(crate) trait Told<T> {
    /// `doing` says what was being done, as `writing a commit`.
    fn told(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Told<T> for Faulty<T> {
    fn told(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|fault| fault.told(doing))
    }
}
