//! Other products' ways of reporting: each dialect is read into what the use cases take.

pub mod sentry;
