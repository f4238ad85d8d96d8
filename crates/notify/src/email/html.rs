//! The HTML body: the same content as the text, laid out. Styles stand inline, because most readers drop all others;
//! nothing is loaded from anywhere.

use std::fmt::Write as _;

use crate::escape::html;
use crate::render::{Telling, Tone};

const FONT: &str = "font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";

/// The page.
pub(super) fn page(told: &Telling, incident: Option<&str>) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body style=\"margin:0;padding:16px;background:#f5f6f8;color:#1c2024;{FONT};font-size:14px;line-height:1.5\">\n\
         <div style=\"max-width:640px;margin:0 auto;padding:16px 20px;background:#ffffff;border:1px solid #dfe3e8;\
         border-left:4px solid {};border-radius:4px\">\n",
        html(&told.headline()),
        colour(told.tone)
    );
    headline(&mut page, told);
    error(&mut page, told);
    facts(&mut page, told);
    buttons(&mut page, told);
    if let Some(incident) = incident {
        put(
            &mut page,
            &format!(
                "<p style=\"margin:16px 0 0;color:#697179;font-size:12px\">Incident {}</p>\n",
                html(incident)
            ),
        );
    }
    put(&mut page, "</div>\n</body></html>\n");
    page
}

fn put(page: &mut String, text: &str) {
    page.push_str(text);
}

fn headline(page: &mut String, told: &Telling) {
    let (subject, says) = (html(&told.subject), html(&told.predicate()));
    let mark = told.tone.mark();
    put(
        page,
        &format!(
            "<h1 style=\"margin:0 0 12px;font-size:18px\">{mark} {subject} <span style=\"font-weight:normal\">{says}</span></h1>\n"
        ),
    );
}

fn error(page: &mut String, told: &Telling) {
    let Some(error) = &told.error else { return };
    let style = "margin:0 0 12px;padding:10px;background:#f5f6f8;border-radius:4px;white-space:pre-wrap;word-break:break-word;font-size:13px";
    put(page, &format!("<pre style=\"{style}\">{}</pre>\n", html(error)));
}

fn facts(page: &mut String, told: &Telling) {
    if told.facts.is_empty() {
        return;
    }
    put(page, "<table style=\"border-collapse:collapse;font-size:14px\">\n");
    for fact in &told.facts {
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "<tr><th style=\"padding:2px 16px 2px 0;text-align:left;vertical-align:top;color:#697179;font-weight:normal\">{}</th>\
             <td style=\"padding:2px 0;word-break:break-word\">{}</td></tr>",
            html(fact.label),
            html(&fact.value.to_string())
        );
    }
    put(page, "</table>\n");
}

fn buttons(page: &mut String, told: &Telling) {
    let links = [(told.acknowledge.as_deref(), "Acknowledge"), (told.url.as_deref(), "Open in Punctual")];
    let style = "display:inline-block;margin:16px 8px 0 0;padding:6px 14px;border:1px solid #1c2024;border-radius:4px;color:#1c2024;text-decoration:none";
    for (url, label) in links {
        if let Some(url) = url {
            put(page, &format!("<a style=\"{style}\" href=\"{}\">{label}</a>\n", html(url)));
        }
    }
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "#d13438",
        Tone::Doubtful => "#e08600",
        Tone::Good => "#1a7f37",
        Tone::Neutral => "#8a9099",
    }
}
