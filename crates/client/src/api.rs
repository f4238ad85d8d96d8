//! Calls to the server, in the shape of the HTTP contract.
//!
//! One request, one answer: nothing here retries, but for calls of a [`Api::patient`] one that come too fast. Whether trying again can help is part of the error
//! ([`CallError::is_transient`]), and who tries again (the spool, the flusher, a person) decides when. Every call has
//! a time limit and every answer a size limit; redirects are not followed, because they would carry the key along.

mod error;

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LINK, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::{Map, Value};

use crate::clock;
use crate::key::Key;
use crate::server::Server;

pub(crate) use error::{CallError, plain};

/// The body of a report as the contract has it, without `sent_at`: that is stamped at each sending.
pub(crate) type Report = Map<String, Value>;

/// How long a call may take, and how much it may answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub connect: Duration,
    pub whole: Duration,
    pub answer_bytes: usize,
}

impl Limits {
    /// For a job that reports: it has better things to do than to wait.
    pub(crate) const REPORT: Self =
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(10), answer_bytes: 1024 * 1024 };
    /// For a person or a program that asks.
    pub(crate) const QUESTION: Self = Self {
        connect: Duration::from_secs(5),
        whole: Duration::from_mins(1),
        answer_bytes: 64 * 1024 * 1024,
    };
}

/// How often a patient call stands back in a row, and how long at most.
const STANDING_BACK_MAX: usize = 10;
const STANDING_BACK_LONGEST: Duration = Duration::from_secs(30);
/// Where the server does not say how long.
const STANDING_BACK: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Api {
    http: Client,
    server: Server,
    key: Option<Key>,
    limits: Limits,
    is_patient: bool,
}

/// What the server said when it said yes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub body: Vec<u8>,
    pub status: u16,
    /// The query of the page after this one, if there is one.
    pub next: Option<String>,
}

impl Api {
    #[expect(
        clippy::disallowed_methods,
        reason = "notify's client is for addresses others chose; this one's is the user's"
    )]
    pub(crate) fn new(server: Server, key: Option<Key>, limits: Limits) -> Result<Self, CallError> {
        let mut builder = Client::builder()
            .user_agent(concat!("punctual/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.whole)
            .pool_max_idle_per_host(1)
            .http1_only();
        if !server.is_encrypted() {
            // Reading the host's certificates costs milliseconds and fails where there are none.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|problem| CallError::Setup(error::root_cause(&problem)))?;
        Ok(Self { http, server, key, limits, is_patient: false })
    }

    /// One that makes many calls, and stands back where the server says that they come too fast: it has not heeded
    /// these, so they are made again.
    pub(crate) fn patient(self) -> Self {
        Self { is_patient: true, ..self }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// Sends a report, stamped with the instant of sending, so that the server can tell how long ago it happened.
    pub(crate) async fn report(&self, scheduler_id: &str, report: &Report) -> Result<Answer, CallError> {
        let mut body = report.clone();
        body.insert("sent_at".to_owned(), clock::text(clock::now()).into());
        let answer = self.send(Method::PUT, &["schedulers", scheduler_id, "status"], Some(&body)).await?;
        of_a_scheduler(answer)
    }

    pub(crate) async fn heartbeat(
        &self,
        scheduler_id: &str,
        run_id: Option<&str>,
    ) -> Result<Answer, CallError> {
        let body: Report = run_id.map(|run_id| ("run_id".to_owned(), run_id.into())).into_iter().collect();
        self.send(Method::POST, &["schedulers", scheduler_id, "heartbeat"], Some(&body)).await
    }

    pub(crate) async fn register(&self, registration: &Report) -> Result<Answer, CallError> {
        let answer = self.send(Method::POST, &["schedulers", "register"], Some(registration)).await?;
        of_a_scheduler(answer)
    }

    /// What a registration would come to.
    pub(crate) async fn foresee_registration(&self, registration: &Report) -> Result<Answer, CallError> {
        let mut url = self.server.endpoint(&["schedulers", "register"])?;
        url.set_query(Some("dry_run=true"));
        self.perform(Method::POST, url, Some(registration)).await
    }

    /// Makes something of what people set up.
    pub(crate) async fn post(&self, segments: &[&str], body: &Report) -> Result<Answer, CallError> {
        self.send(Method::POST, segments, Some(body)).await
    }

    /// Puts something in its place that needs no words.
    pub(crate) async fn put(&self, segments: &[&str]) -> Result<Answer, CallError> {
        self.send(Method::PUT, segments, None).await
    }

    /// Puts something in the place of another; `query` is encoded already.
    pub(crate) async fn put_body(
        &self,
        segments: &[&str],
        query: Option<&str>,
        body: &Report,
    ) -> Result<Answer, CallError> {
        let mut url = self.server.endpoint(segments)?;
        url.set_query(query);
        self.perform(Method::PUT, url, Some(body)).await
    }

    /// Takes something away.
    pub(crate) async fn delete(&self, segments: &[&str]) -> Result<Answer, CallError> {
        self.send(Method::DELETE, segments, None).await
    }

    /// Asks for a page; `query` is encoded already.
    pub(crate) async fn get(&self, segments: &[&str], query: Option<&str>) -> Result<Answer, CallError> {
        let mut url = self.server.endpoint(segments)?;
        url.set_query(query.filter(|query| !query.is_empty()));
        self.perform(Method::GET, url, None).await
    }

    /// Asks another product for a page, by its own path; `query` is encoded already.
    pub(crate) async fn get_at(&self, path: &str, query: Option<&str>) -> Result<Answer, CallError> {
        let mut url = self.server.at(path);
        url.set_query(query.filter(|query| !query.is_empty()));
        self.perform(Method::GET, url, None).await
    }

    async fn send(
        &self,
        method: Method,
        segments: &[&str],
        body: Option<&Report>,
    ) -> Result<Answer, CallError> {
        self.perform(method, self.server.endpoint(segments)?, body).await
    }

    async fn perform(&self, method: Method, url: Url, body: Option<&Report>) -> Result<Answer, CallError> {
        for _ in 0..STANDING_BACK_MAX {
            let answer = self.perform_once(method.clone(), url.clone(), body).await;
            match answer.as_ref().err().and_then(|problem| self.pause_after(problem)) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return answer,
            }
        }
        self.perform_once(method, url, body).await
    }

    /// How long to stand back before a call is made again, where it is.
    fn pause_after(&self, problem: &CallError) -> Option<Duration> {
        let came_too_fast = self.is_patient && problem.status() == Some(429);
        let pause = came_too_fast.then(|| problem.retry_after().unwrap_or(STANDING_BACK));
        pause.filter(|pause| *pause <= STANDING_BACK_LONGEST)
    }

    async fn perform_once(
        &self,
        method: Method,
        url: Url,
        body: Option<&Report>,
    ) -> Result<Answer, CallError> {
        let mut request = self.http.request(method, url.clone());
        if let Some((header, value)) = self.key.as_ref().map(Key::header) {
            request =
                if header == AUTHORIZATION { bearer(request, &value) } else { request.header(header, value) };
        }
        if let Some(body) = body {
            let text = Value::Object(body.clone()).to_string();
            request = request.header(CONTENT_TYPE, "application/json").body(text);
        }
        let response = request.send().await.map_err(|problem| self.failure(&problem))?;
        self.read(response, &url).await
    }

    async fn read(&self, mut response: Response, url: &Url) -> Result<Answer, CallError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|problem| self.failure(&problem))? {
            if body.len() + chunk.len() > self.limits.answer_bytes {
                return Err(CallError::TooLong { bytes_max: self.limits.answer_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(Answer { body, status: status.as_u16(), next: next_query(&headers, url) });
        }
        let refusal = error::Refusal::read(status.as_u16(), &body, wait(status, &headers));
        Err(CallError::Refused(Box::new(refusal.about(self.server.resource(url)))))
    }

    fn failure(&self, problem: &reqwest::Error) -> CallError {
        let (address, cause) = (self.server.identity(), error::root_cause(problem));
        if problem.is_builder() {
            return CallError::Setup(cause);
        }
        if problem.is_timeout() {
            return CallError::TimedOut { address };
        }
        CallError::Unreachable { address, cause }
    }
}

/// What answers for a scheduler without naming one is something else: a portal, say, that one must log in to.
fn of_a_scheduler(answer: Answer) -> Result<Answer, CallError> {
    let shown: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if shown.is_none_or(|shown| shown["scheduler_id"].is_null()) {
        return Err(CallError::Malformed("it names no scheduler; is this address Punctual's?".to_owned()));
    }
    Ok(answer)
}

/// A key that is to go into `Authorization` goes there as a bearer token.
fn bearer(request: reqwest::RequestBuilder, value: &reqwest::header::HeaderValue) -> reqwest::RequestBuilder {
    match value.to_str() {
        Ok(key) if !key.contains(' ') => request.bearer_auth(key),
        _ => request.header(AUTHORIZATION, value.clone()),
    }
}

/// The query of `Link: <…>; rel="next"`. Only the query is taken: behind a proxy the rest may name a host that is
/// not ours to send a key to.
fn next_query(headers: &HeaderMap, url: &Url) -> Option<String> {
    let links = headers.get(LINK)?.to_str().ok()?;
    let link = links.split(',').find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"))?;
    let target = link.split_once('<')?.1.split_once('>')?.0;
    url.join(target).ok()?.query().map(str::to_owned)
}

/// How long the server asks us to wait, where it does; dates are not read.
fn wait(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if !matches!(status.as_u16(), 429 | 503) {
        return None;
    }
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(u64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(link: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(LINK, link.parse().unwrap())]);
        next_query(&headers, &Url::parse("http://host/api/v1/schedulers?limit=1").unwrap())
    }

    #[test]
    fn the_next_page_is_the_query_of_the_link_wherever_it_points() {
        assert_eq!(next(r#"</api/v1/schedulers?cursor=b>; rel="next""#).as_deref(), Some("cursor=b"));
        assert_eq!(next(r#"<http://inside:9/x?cursor=b%2C>; rel="next""#).as_deref(), Some("cursor=b%2C"));
        assert_eq!(next(r#"</a>; rel="prev", <?cursor=c>; rel=next"#).as_deref(), Some("cursor=c"));
        assert_eq!(next(r#"</a>; rel="prev""#), None);
    }
}
