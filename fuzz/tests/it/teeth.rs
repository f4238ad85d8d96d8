//! What judges answers and schedules says no to what is wrong: a fuzzer that cannot fail finds nothing.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use domain::schedule::{BadExpression, Zone};
use domain::{Duration, Instant};
use fuzz::{Answer, Contract, Expression, judge};

const DOCUMENT: &str = r#"{"paths":{"/things/{id}":{"get":{"responses":{"200":{},"404":{}}}}}}"#;
const REFUSAL: &str = r#"{"statusCode":404,"timestamp":"t","path":"/things/1","method":"GET","error":"Not Found","message":"m","requestId":"r"}"#;

fn answer(status: StatusCode, body: &str) -> Answer {
    let headers = [("x-request-id", "r"), ("content-type", "application/json")];
    Answer {
        is_own: false,
        method: Method::GET,
        path: "/things/1".to_owned(),
        status,
        headers: headers
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .into_iter()
            .collect::<HeaderMap>(),
        body: body.as_bytes().to_vec(),
    }
}

/// What the judge says against an answer.
fn objection(answer: &Answer) -> Option<String> {
    let judged = catch_unwind(AssertUnwindSafe(|| answer.holds(&Contract::read(DOCUMENT))));
    judged.err().map(|why| why.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[track_caller]
fn objects(answer: &Answer, to: &str) {
    let said = objection(answer).expect("an objection");
    assert!(said.contains(to), "'{said}' does not speak of '{to}'");
}

#[test]
fn answers_of_the_document_hold() {
    assert_eq!(objection(&answer(StatusCode::OK, "{}")), None);
    assert_eq!(objection(&answer(StatusCode::NOT_FOUND, REFUSAL)), None);
}

#[test]
fn a_failure_of_ours_is_objected_to() {
    objects(&answer(StatusCode::INTERNAL_SERVER_ERROR, REFUSAL), "fails");
}

#[test]
fn a_status_that_the_document_does_not_know_is_objected_to() {
    objects(&answer(StatusCode::CONFLICT, REFUSAL), "outside the document");
}

#[test]
fn a_refusal_of_another_shape_is_objected_to() {
    objects(&answer(StatusCode::NOT_FOUND, &REFUSAL.replace("\"m\"", "\"\"")), "message is missing");
    objects(&answer(StatusCode::NOT_FOUND, &REFUSAL.replace("404", "400")), "400");
    objects(&answer(StatusCode::NOT_FOUND, "gone"), "gone");
}

#[test]
fn an_answer_that_is_no_json_by_its_own_word_is_objected_to() {
    objects(&answer(StatusCode::OK, "{"), "no JSON");
    let mut page = answer(StatusCode::NOT_FOUND, REFUSAL);
    page.headers.insert("content-type", HeaderValue::from_static("text/html"));
    objects(&page, "not as JSON");
}

#[test]
fn an_answer_without_a_request_id_is_objected_to() {
    let mut bare = answer(StatusCode::OK, "{}");
    bare.headers.remove("x-request-id");
    objects(&bare, "without a request id");
}

#[test]
fn a_list_of_methods_with_a_hole_is_objected_to() {
    let mut holed = Answer { method: Method::OPTIONS, ..answer(StatusCode::NO_CONTENT, "") };
    holed.headers.insert("allow", HeaderValue::from_static(",OPTIONS"));
    objects(&holed, "allows");
    holed.headers.insert("allow", HeaderValue::from_static("GET,OPTIONS"));
    assert_eq!(objection(&holed), None);
}

thread_local! {
    /// How far from what it is asked after a faulty schedule recurs, in milliseconds.
    static STEP: Cell<i64> = const { Cell::new(0) };
}

/// A schedule that recurs at a fixed distance from wherever one asks: as no schedule may.
#[derive(Debug, PartialEq)]
struct Faulty;

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

impl Expression for Faulty {
    fn read(text: &str) -> Result<Self, BadExpression> {
        match text {
            "faulty" => Ok(Self),
            _ => Err(BadExpression { at: 99, reason: "no".to_owned() }),
        }
    }

    fn next(&self, after: Instant, _zone: &Zone) -> Option<Instant> {
        Some(Instant::from_millis(after.as_millis() + STEP.get()))
    }

    fn gap(&self, slot: Instant, zone: &Zone) -> Option<Duration> {
        self.next(slot, zone).map(|next| next.since(slot))
    }
}

#[test]
fn a_schedule_that_goes_back_drifts_or_points_beside_its_text_is_objected_to() {
    for (input, step, objection) in [
        ("faulty", 0, "comes"),
        ("faulty", -1000, "comes"),
        ("faulty", 1500, "within a second"),
        ("faulty", 60_000, "lies between"),
        ("other", 60_000, "points beside"),
    ] {
        STEP.set(step);
        let judged = catch_unwind(|| judge::<Faulty>(input.as_bytes()));
        let why = judged.expect_err("an objection");
        let why = why.downcast_ref::<String>().expect("a text");
        assert!(why.contains(objection), "{input} by {step}: {why}");
    }
}

#[test]
fn an_answer_beside_the_document_is_in_words_of_its_own_only_where_it_says_so() {
    let mut refused = answer(StatusCode::NOT_FOUND, "\"not found\"");
    refused.path = "/ping/nobody".to_owned();
    objects(&refused, "not found");
    refused.is_own = true;
    assert_eq!(objection(&refused), None);
    refused.path = "/things/1".to_owned();
    objects(&refused, "not found");
}
