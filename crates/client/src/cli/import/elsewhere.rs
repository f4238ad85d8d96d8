//! Another product, asked for what it watches: with its own key, within a time and a size, and in no more pages than there
//! may be monitors for.
//!
//! Its key is its user's secret as ours is: it comes from a file or a variable, goes to that product alone, and is not shown.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use serde_json::Value;

use crate::api::{Api, CallError, Limits};
use crate::cli::output::Failure;
use crate::key::{BadKey, Key, SecretText};
use crate::server::Server;

/// Most that is read of one product, and of one file.
pub(super) const BYTES_MAX: usize = 20 * 1024 * 1024;
/// Most pages: no product has fewer than fifty on one.
const PAGES_MAX: usize = 200;
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(10), whole: Duration::from_mins(1), answer_bytes: BYTES_MAX };

/// Where a product is, and how it takes its key.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    /// The variable that holds its key.
    pub(super) variable: &'static str,
    pub(super) door: Door,
}

/// How a key is shown at the door.
#[derive(Clone, Copy, Debug)]
pub(super) enum Door {
    /// In `x-api-key`.
    Header,
    /// As a bearer token.
    Bearer,
    /// As the name of a user without password.
    User,
}

/// Which of the product's servers is asked, with which key.
#[derive(Args, Clone, Debug)]
pub(super) struct FromArgs {
    /// Address of the other product [default: the one it has for everybody]
    #[arg(long, value_name = "URL", help_heading = "Other product")]
    from: Option<String>,
    /// File that holds the other product's key; goes before the other two
    #[arg(long, value_name = "FILE", help_heading = "Other product")]
    from_key_file: Option<PathBuf>,
    /// The other product's key (others can see it in the list of processes: rather use a file or its variable)
    #[arg(long, value_name = "KEY", help_heading = "Other product",
          value_parser = OsStringValueParser::new().map(SecretText::from))]
    from_key: Option<SecretText>,
}

/// A product's server, and our key to it.
#[derive(Debug)]
pub(super) struct Elsewhere {
    api: Api,
    product: &'static Product,
}

/// What it says where the list goes on: the query of the page after this one.
pub(super) type Next = fn(page: &Value, link: Option<String>, read: usize) -> Option<String>;

impl Elsewhere {
    pub(super) fn of(product: &'static Product, args: &FromArgs) -> Result<Self, Failure> {
        let key = key(product, args).map_err(|bad| Failure::Unclear(format!("{}: {bad}", product.name)))?;
        let key = key.ok_or_else(|| {
            let (name, variable) = (product.name, product.variable);
            Failure::Unclear(format!(
                "there is no key to ask {name} with: give it with --from-key-file or {variable}, or a saved list with -f"
            ))
        })?;
        let address = args.from.as_deref().unwrap_or(product.address);
        let server = Server::elsewhere(address).map_err(|bad| Failure::Unclear(format!("--from: {bad}")))?;
        let (server, key) = match product.door {
            Door::User => (server.visited_by(key.reveal()), None),
            Door::Header | Door::Bearer => (server, Some(key)),
        };
        Ok(Self { api: Api::new(server, key, LIMITS)?.patient(), product })
    }

    /// The answer to one question; none where there is no such list.
    pub(super) async fn list(&self, path: &str) -> Result<Option<Value>, Failure> {
        match self.api.get_at(path, None).await {
            Ok(answer) => self.read(&answer.body).map(Some),
            Err(problem) if problem.status() == Some(404) => Ok(None),
            Err(problem) => Err(self.failure(&problem)),
        }
    }

    /// All pages of a list.
    pub(super) async fn pages(&self, path: &str, first: &str, next: Next) -> Result<Vec<Value>, Failure> {
        let (mut pages, mut bytes) = (Vec::new(), 0);
        let mut query = Some(first.to_owned());
        while let Some(asked) = query.take() {
            let answer = self.api.get_at(path, Some(&asked)).await;
            let answer = answer.map_err(|problem| self.failure(&problem))?;
            bytes += answer.body.len();
            if bytes > BYTES_MAX || pages.len() >= PAGES_MAX {
                return Err(self.too_much());
            }
            let page = self.read(&answer.body)?;
            query = next(&page, answer.next, pages.len() + 1).filter(|next| *next != asked);
            pages.push(page);
        }
        Ok(pages)
    }

    /// There is no such list.
    pub(super) fn nothing_there(&self) -> Failure {
        let (name, address) = (self.product.name, self.api.server().identity());
        Failure::Unfit(format!("there is no list of {name} at {address}: check --from"))
    }

    fn read(&self, body: &[u8]) -> Result<Value, Failure> {
        let (name, address) = (self.product.name, self.api.server().identity());
        let unfit = |why| format!("what {address} answers is not JSON: {why}; is it {name}?");
        serde_json::from_slice(body).map_err(|why| Failure::Unfit(unfit(why)))
    }

    fn too_much(&self) -> Failure {
        let name = self.product.name;
        Failure::Unfit(format!("the list of {name} is longer than {PAGES_MAX} pages or {BYTES_MAX} bytes"))
    }

    /// In words about the other product: the hints of our own calls would lead astray.
    fn failure(&self, problem: &CallError) -> Failure {
        let (name, address) = (self.product.name, self.api.server().identity());
        let text = match problem.status() {
            Some(status @ (401 | 403)) => {
                let variable = self.product.variable;
                format!(
                    "{name} at {address} does not take the key ({status}): check --from-key-file or {variable}"
                )
            }
            Some(404) => return self.nothing_there(),
            Some(300..=399) => {
                format!("{address} leads elsewhere: give the address that it leads to with --from")
            }
            Some(429) => format!("{name} at {address} was asked too often; try again later"),
            Some(status) => format!("{name} at {address} answered {status}; try again later"),
            None if matches!(problem, CallError::TooLong { .. }) => return self.too_much(),
            None => format!("{problem}; check --from"),
        };
        Failure::Unfit(text)
    }
}

fn key(product: &Product, args: &FromArgs) -> Result<Option<Key>, BadKey> {
    let header = match product.door {
        Door::Header | Door::User => None,
        Door::Bearer => Some("authorization"),
    };
    if let Some(path) = &args.from_key_file {
        return Key::from_file(path, header);
    }
    let variable = || std::env::var_os(product.variable).map(|text: OsString| SecretText::from(text));
    args.from_key.clone().or_else(variable).map_or(Ok(None), |text| Key::from_text(text, header))
}
