//! What jobs sent in vain: counted where it stands, bounded for each project.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use app::ports::{IngestProblem, PROBLEMS_MAX};
use domain::{Instant, ProjectId};

use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::Table;

/// Over how many partitions projects are spread.
const SPREAD: u8 = 8;

fn partition(store: &Store, project: &ProjectId) -> String {
    format!("PB#{}", store.shard(project.as_str()) % SPREAD)
}

fn place(store: &Store, problem: &IngestProblem) -> Key {
    let IngestProblem { project, dialect, problem: kind, subject, .. } = problem;
    Key::new(partition(store, project), format!("{project}#{dialect}#{kind}#{subject}"))
}

fn read(item: &Item) -> Faulty<IngestProblem> {
    let sort = item.text("sk")?;
    let mut parts = sort.splitn(4, '#').map(str::to_owned);
    let mut part = || parts.next().ok_or_else(|| item.unreadable("sk", "it names no problem"));
    Ok(IngestProblem {
        project: ProjectId::trusted(part()?),
        dialect: part()?,
        problem: part()?,
        subject: part()?,
        count: item.number("times")?,
        first_at: item.instant("seen_first")?,
        last_at: item.instant("seen_last")?,
        sample: item.text("said")?.to_owned(),
    })
}

/// Adds to what is known. An answer that is lost may let one be counted twice: it is a count for people.
pub(crate) async fn count(store: &Store, problems: &[IngestProblem]) -> Faulty<()> {
    const EXPRESSION: &str = "set seen_first = if_not_exists(seen_first, :first), seen_last = :last, said = :said add times :times";
    for problem in problems {
        let write = Write::update(Table::Registry, place(store, problem), EXPRESSION)
            .binding("first", problem.first_at)
            .binding("last", problem.last_at)
            .binding("said", problem.sample.as_str())
            .binding("times", problem.count);
        store.gateway.write(write).await?;
    }
    let projects: BTreeSet<&ProjectId> = problems.iter().map(|problem| &problem.project).collect();
    for project in projects {
        let crowd = all(store, project).await?.split_off_beyond(PROBLEMS_MAX);
        drop_all(store, &crowd).await?;
    }
    Ok(())
}

/// Those beyond the first so many.
trait SplitOffBeyond {
    fn split_off_beyond(self, most: usize) -> Self;
}

impl SplitOffBeyond for Vec<IngestProblem> {
    fn split_off_beyond(mut self, most: usize) -> Self {
        self.split_off(self.len().min(most))
    }
}

/// The latest first.
async fn all(store: &Store, project: &ProjectId) -> Faulty<Vec<IngestProblem>> {
    let query = Query::of(Table::Registry, partition(store, project)).beginning(format!("{project}#"));
    let items = store.gateway.gather(query).await?;
    let mut found = items.iter().map(read).collect::<Faulty<Vec<_>>>()?;
    found.sort_by_key(|problem| Reverse(problem.last_at));
    Ok(found)
}

pub(crate) async fn list(store: &Store, project: &ProjectId) -> Faulty<Vec<IngestProblem>> {
    let mut found = all(store, project).await?;
    found.truncate(PROBLEMS_MAX);
    Ok(found)
}

async fn drop_all(store: &Store, problems: &[IngestProblem]) -> Faulty<()> {
    let writes = problems.iter().map(|problem| Write::delete(Table::Registry, place(store, problem)));
    store.gateway.batch(writes.collect()).await
}

pub(crate) async fn forget(store: &Store, before: Instant) -> Faulty<usize> {
    let mut gone = 0;
    for part in 0..SPREAD {
        let items = store.gateway.gather(Query::of(Table::Registry, format!("PB#{part}"))).await?;
        let mut old = items.iter().map(read).collect::<Faulty<Vec<_>>>()?;
        old.retain(|problem| problem.last_at < before);
        drop_all(store, &old).await?;
        gone += old.len();
    }
    Ok(gone)
}
