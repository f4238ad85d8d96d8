//! `/api`.

mod docs;
mod openapi;
mod v1;
