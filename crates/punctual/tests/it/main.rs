//! The end-to-end proof: the real program, real processes, real files and sockets; a server in Slack's shape is told.
//!
//! Read `main_job.rs` first: it is what the product is for. `quickstart.rs`, `clients.rs` and `importing.rs` run what the documents
//! say; the rest holds the command line, the settings and the socket to their promises.

mod acknowledging;
mod alert_pages;
mod apart;
mod applying;
mod bad_input;
mod boards;
mod client_pings;
mod clients;
mod crashes;
mod dialects;
mod exec_page;
mod faults;
mod harness;
mod help;
mod importing;
mod instances;
mod keys;
mod mail_pings;
mod main_job;
mod on_tables;
mod pages;
mod pings;
mod promptness;
mod quickstart;
mod schedules;
mod secrets;
mod sentry_page;
mod settings;
mod shutdown;
mod starts;
mod stores;
mod taking_over;
mod tls;
mod traces;
mod watched;
