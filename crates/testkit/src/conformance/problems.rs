//! What jobs sent in vain: added up, the latest first, and in measure.

use app::ports::{IngestProblem, PROBLEMS_MAX};
use domain::ProjectId;

use super::begin;
use crate::fixtures::after;
use crate::{Backend, Scribe};

fn problem(project: &str, subject: &str, second: i64) -> IngestProblem {
    IngestProblem {
        project: ProjectId::trusted(project),
        dialect: "ping".to_owned(),
        problem: "unknown_address".to_owned(),
        subject: subject.to_owned(),
        count: 1,
        first_at: after(second),
        last_at: after(second),
        sample: format!("at {second}"),
    }
}

async fn count(scribe: &Scribe, problems: Vec<IngestProblem>) {
    scribe.stores.observation.count_problems(problems).await.expect("the problems are counted");
}

async fn problems(scribe: &Scribe, project: &str) -> Vec<IngestProblem> {
    let project = ProjectId::trusted(project);
    scribe.stores.observation.problems(&project).await.expect("problems are read")
}

/// How often in all, since when, until when, and what the last one said; what differs in anything is another one.
pub async fn what_came_in_vain_again_is_added_up(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = problem("default", "backup", 10);
    count(&scribe, vec![first.clone()]).await;
    assert_eq!(problems(&scribe, "default").await, [first]);
    let again = IngestProblem { count: 3, last_at: after(40), ..problem("default", "backup", 20) };
    let sentry = IngestProblem { dialect: "sentry".to_owned(), ..problem("default", "backup", 30) };
    let worse = IngestProblem { problem: "ambiguous_slug".to_owned(), ..problem("default", "backup", 15) };
    let cased = problem("default", "Backup", 5);
    count(&scribe, vec![again, sentry.clone(), worse.clone(), cased.clone()]).await;
    let added = IngestProblem {
        count: 4,
        first_at: after(10),
        last_at: after(40),
        sample: "at 20".to_owned(),
        ..problem("default", "backup", 20)
    };
    assert_eq!(problems(&scribe, "default").await, [added, sentry, worse, cased]);
}

/// Those of one project, whoever caused them.
pub async fn what_came_in_vain_is_listed_latest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert_eq!(problems(&scribe, "default").await, []);
    let ours: Vec<_> = [20, 40, 10].map(|second| problem("default", &format!("job-{second}"), second)).into();
    let odd = problem("default", "ночь \u{fffd} '%'", 30);
    count(&scribe, [ours.clone(), vec![problem("theirs", "theirs", 99), odd.clone()]].concat()).await;
    count(&scribe, Vec::new()).await;
    let expected = [ours[1].clone(), odd, ours[0].clone(), ours[2].clone()];
    assert_eq!(problems(&scribe, "default").await, expected);
    assert_eq!(problems(&scribe, "theirs").await, [problem("theirs", "theirs", 99)]);
    assert_eq!(problems(&scribe, "nobody").await, []);
}

/// Of one project: another's crowd costs nobody else anything.
pub async fn of_a_crowd_of_problems_the_latest_are_kept(data: &dyn Backend) {
    let scribe = begin(data).await;
    count(&scribe, vec![problem("theirs", "old", -5)]).await;
    let most = i64::try_from(PROBLEMS_MAX).expect("small");
    let crowd: Vec<_> =
        (0..most + 3).map(|second| problem("default", &format!("job-{second}"), second)).collect();
    let (first, second) = crowd.split_at(crowd.len() / 2);
    count(&scribe, first.to_vec()).await;
    count(&scribe, second.to_vec()).await;
    let kept = problems(&scribe, "default").await;
    let (newest, oldest) = (&kept[0].subject, &kept[PROBLEMS_MAX - 1].subject);
    assert_eq!(
        (kept.len(), newest.as_str(), oldest.as_str()),
        (PROBLEMS_MAX, format!("job-{}", most + 2).as_str(), "job-3")
    );
    assert_eq!(problems(&scribe, "theirs").await.len(), 1);
}

/// By when it was last seen, in every project.
pub async fn what_came_in_vain_is_forgotten_once_it_is_old(data: &dyn Backend) {
    let scribe = begin(data).await;
    let seen_again = IngestProblem { first_at: after(1), ..problem("default", "seen again", 30) };
    let all = vec![problem("default", "old", 10), problem("theirs", "old", 19), seen_again.clone()];
    count(&scribe, [all, vec![problem("default", "edge", 20)]].concat()).await;
    let forget = async |second| scribe.stores.observation.forget_problems(after(second)).await;
    assert_eq!(forget(20).await, Ok(2));
    assert_eq!(problems(&scribe, "default").await, [seen_again, problem("default", "edge", 20)]);
    assert_eq!(problems(&scribe, "theirs").await, []);
    assert_eq!(forget(20).await, Ok(0));
}
