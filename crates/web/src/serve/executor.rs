//! Streams of HTTP/2 are tasks of the crew, too.

use std::future::Future;

use app::roles::Crew;

#[derive(Clone, Debug)]
pub(super) struct OfCrew(pub(super) Crew);

impl<F> hyper::rt::Executor<F> for OfCrew
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(async move {
            task.await;
        });
    }
}
