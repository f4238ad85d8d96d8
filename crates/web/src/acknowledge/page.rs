//! What the page says in each case. Everything that comes from others is escaped.

use app::Linked;
use app::ack::BadToken;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Cause, Instant};

use crate::chassis::OwnShape;
use crate::html::escaped;

const PAGE: &str = include_str!("page.html");
const FORM: &str = include_str!("form.html");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// The page in one case.
#[derive(Debug)]
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    /// Escaped already, as are the facts.
    text: String,
    facts: String,
    asks: bool,
}

impl Page {
    fn new(status: StatusCode, title: &'static str, text: impl Into<String>) -> Self {
        Self { status, title, text: text.into(), facts: String::new(), asks: false }
    }

    fn about(title: &'static str, text: impl Into<String>, linked: &Linked) -> Self {
        Self { facts: facts(linked), ..Self::new(StatusCode::OK, title, text) }
    }

    /// How the incident stands, and the button where there is something to say.
    pub(super) fn asking(linked: &Linked) -> Self {
        if linked.incident.over.is_some() || linked.is_heeded {
            return Self::answering(linked, false);
        }
        let text =
            "Press the button to say that you look after it: nobody else is called for what is wrong now.";
        Self { asks: true, ..Self::about("Something is wrong", text, linked) }
    }

    /// What came of pressing the button.
    pub(super) fn answering(linked: &Linked, changed: bool) -> Self {
        if linked.incident.over.is_some() {
            return Self::about("It is over", "There is nothing to look after any more.", linked);
        }
        let by = linked.incident.acknowledged.as_ref().map_or("someone", |it| it.by.as_str());
        let by = escaped(by);
        if changed {
            let text =
                format!("Noted as {by}. Repeats, reminders and escalation stop; a new cause calls again.");
            return Self::about("You look after it", text, linked);
        }
        if linked.is_heeded {
            return Self::about("Someone looks after it already", format!("It was {by}."), linked);
        }
        Self {
            asks: true,
            ..Self::about("It has changed meanwhile", "Look again, and press the button.", linked)
        }
    }

    pub(super) fn useless(bad: BadToken) -> Self {
        match bad {
            BadToken::Expired => Self::new(
                StatusCode::GONE,
                "This address has expired",
                "An address serves for seven days. Acknowledge by the API, or by a newer message.",
            ),
            BadToken::Forged => Self::new(
                StatusCode::NOT_FOUND,
                "This address leads nowhere",
                "It was not made by this installation, or was changed on its way: take it from the message again.",
            ),
        }
    }

    pub(super) fn forgotten() -> Self {
        let text = "It ended so long ago that nothing is known of it any more.";
        Self::new(StatusCode::GONE, "This incident is forgotten", text)
    }

    pub(super) fn misnamed(chars_max: usize) -> Self {
        let text =
            format!("Nothing was noted: a name has at most {chars_max} characters. Go back and try again.");
        Self::new(StatusCode::BAD_REQUEST, "That name cannot be taken", text)
    }

    pub(super) fn failed(status: StatusCode) -> Self {
        Self::new(status, "That did not work", "Nothing may have been noted: try again in a moment.")
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let form = if self.asks { FORM } else { "" };
        // What was filled in is not looked at again, whatever it holds.
        let mut html = String::with_capacity(PAGE.len() + self.text.len() + self.facts.len() + form.len());
        let mut rest = PAGE;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").unwrap_or((after, ""));
            html.push_str(before);
            html.push_str(match name {
                "title" => self.title,
                "text" => &self.text,
                "facts" => &self.facts,
                "form" => form,
                _ => "",
            });
            rest = after;
        }
        html.push_str(rest);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, POLICY),
        ];
        let mut response = (self.status, headers, html).into_response();
        response.extensions_mut().insert(OwnShape);
        response
    }
}

fn facts(linked: &Linked) -> String {
    let incident = &linked.incident;
    let causes: Vec<&str> = incident.causes.iter().map(Cause::as_str).collect();
    let mut rows = vec![
        ("Scheduler", incident.key.id.to_string()),
        ("Service", incident.service_name.clone()),
        ("Job", incident.job_name.clone()),
        ("Wrong", causes.join(", ")),
        ("Since", moment(incident.opened_at)),
    ];
    rows.extend(incident.acknowledged.as_ref().map(|it| ("Looked after since", moment(it.at))));
    rows.extend(incident.over.map(|over| ("Ended", format!("{} ({})", moment(over.at), over.why.as_str()))));
    rows.push(("Incident", incident.id.to_string()));
    let rows = rows.iter().map(|(label, value)| format!("<dt>{label}</dt><dd>{}</dd>\n", escaped(value)));
    format!("<dl>\n{}</dl>\n", rows.collect::<String>())
}

fn moment(at: Instant) -> String {
    at.to_timestamp().strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
