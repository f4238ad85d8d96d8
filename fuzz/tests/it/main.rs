//! The corpus as tests, and proof that what judges it can say no.

mod corpus;
mod teeth;
