//! Where a scheduler is heard without a key: a token leads to one scheduler of all projects, a slug to those of its own.

use app::ports::StoreError;
use domain::{Command, ConfigChange, Patch, PingId, ProjectId, SchedulerKey};

use super::begin;
use super::commits::all_of;
use super::deletion::delete;
use crate::fixtures::{after, configure, key, key_in, registration, start};
use crate::{Backend, Scribe};

fn ping_id(bits: u128) -> PingId {
    PingId::mint(bits)
}

fn heard_at(bits: u128, aliases: &[&str]) -> ConfigChange {
    let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    ConfigChange { ping_id: Some(ping_id(bits)), aliases: Patch::Set(aliases), ..registration() }
}

fn slugged(slug: &str) -> Command {
    configure(ConfigChange { slug: Patch::Set(slug.to_owned()), ..registration() })
}

async fn owner(scribe: &Scribe, token: &str) -> Option<SchedulerKey> {
    scribe.stores.queries.addressed(token).await.expect("an address is looked up")
}

async fn of_slug(scribe: &Scribe, project: &str, slug: &str) -> Vec<SchedulerKey> {
    let project = ProjectId::trusted(project);
    scribe.stores.queries.slugged(&project, slug).await.expect("a slug is looked up")
}

/// By its ping address and by each token of another product, whatever its project; by nothing that only resembles one.
pub async fn a_token_leads_to_the_scheduler_that_has_it(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (ours, theirs) = (key("nightly"), key_in("theirs", "nightly"));
    scribe.write(&ours, configure(heard_at(1, &["tok_en.1", "TOKEN-2"])), start()).await;
    let minted =
        scribe.register(&theirs, start()).await.config.ping_id.clone().expect("every scheduler has one");
    for token in [ping_id(1).as_str(), "tok_en.1", "TOKEN-2"] {
        assert_eq!(owner(&scribe, token).await.as_ref(), Some(&ours), "{token}");
    }
    assert_eq!(owner(&scribe, minted.as_str()).await, Some(theirs));
    for token in ["", "token-2", "tok_en", "tok_en.%", ping_id(2).as_str(), "nightly"] {
        assert_eq!(owner(&scribe, token).await, None, "{token}");
    }
}

/// Of whatever project it is, and whether it is taken at the birth or later.
pub async fn a_token_of_another_scheduler_conflicts_and_writes_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (theirs, ours) = (key_in("theirs", "nightly"), key("nightly"));
    scribe.write(&theirs, configure(heard_at(1, &["token-1"])), start()).await;
    let unborn = all_of(&scribe, &ours).await;
    for change in [heard_at(1, &[]), heard_at(2, &["token-1"]), heard_at(2, &[ping_id(1).as_str()])] {
        let commit = scribe.decide(&ours, configure(change), after(1)).await;
        assert_eq!(scribe.commit(commit).await, Err(StoreError::Conflict));
        assert_eq!(all_of(&scribe, &ours).await, unborn);
    }
    scribe.write(&ours, configure(heard_at(2, &["token-2"])), after(2)).await;
    let before = all_of(&scribe, &ours).await;
    let commit = scribe.decide(&ours, configure(heard_at(3, &["token-2", "token-1"])), after(3)).await;
    assert_eq!(scribe.commit(commit).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &ours).await, before);
    let heard = [ping_id(2).to_string(), "token-2".to_owned(), ping_id(3).to_string(), "token-1".to_owned()];
    let mut owners = Vec::new();
    for token in &heard {
        owners.push(owner(&scribe, token).await);
    }
    assert_eq!(owners, [Some(ours.clone()), Some(ours), None, Some(theirs)]);
}

/// What it gave up leads nowhere, and is free for another; what it kept leads to it as before.
pub async fn a_token_that_was_given_up_is_free(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (ours, theirs) = (key("nightly"), key_in("theirs", "nightly"));
    scribe.write(&ours, configure(heard_at(1, &["token-1", "token-2"])), start()).await;
    scribe.write(&ours, configure(heard_at(3, &["token-2", "token-3"])), after(1)).await;
    for gone in [ping_id(1).as_str(), "token-1"] {
        assert_eq!(owner(&scribe, gone).await, None, "{gone}");
    }
    for kept in [ping_id(3).as_str(), "token-2", "token-3"] {
        assert_eq!(owner(&scribe, kept).await.as_ref(), Some(&ours), "{kept}");
    }
    scribe.write(&theirs, configure(heard_at(1, &["token-1"])), after(2)).await;
    for taken in [ping_id(1).as_str(), "token-1"] {
        assert_eq!(owner(&scribe, taken).await.as_ref(), Some(&theirs), "{taken}");
    }
}

/// A token of another product may look like the ping address, and be the very same.
pub async fn a_token_may_be_named_twice(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    let twice = ping_id(1).to_string();
    scribe.write(&nightly, configure(heard_at(1, &[&twice, "token-1", "token-1"])), start()).await;
    assert_eq!(owner(&scribe, &twice).await.as_ref(), Some(&nightly));
    scribe.write(&nightly, configure(heard_at(2, &[&twice])), after(1)).await;
    for token in [twice.as_str(), ping_id(2).as_str()] {
        assert_eq!(owner(&scribe, token).await.as_ref(), Some(&nightly), "{token}");
    }
    assert_eq!(owner(&scribe, "token-1").await, None);
}

/// A change of anything else leaves every token where it is.
pub async fn tokens_outlast_other_changes(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.write(&nightly, configure(heard_at(1, &["token-1"])), start()).await;
    let change =
        ConfigChange { description: Patch::Set("of the night".to_owned()), ..ConfigChange::default() };
    scribe.write(&nightly, configure(change), after(1)).await;
    scribe.write(&nightly, Command::Pause { until: None }, after(2)).await;
    for token in [ping_id(1).as_str(), "token-1"] {
        assert_eq!(owner(&scribe, token).await.as_ref(), Some(&nightly), "{token}");
    }
}

/// Its tokens lead nowhere, and may be those of its next life, or of another.
pub async fn the_tokens_of_a_deleted_scheduler_are_free(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (nightly, other) = (key("nightly"), key("other"));
    scribe.write(&nightly, configure(heard_at(1, &["token-1"])), start()).await;
    delete(&scribe, &nightly, after(1)).await;
    for token in [ping_id(1).as_str(), "token-1"] {
        assert_eq!(owner(&scribe, token).await, None, "{token}");
    }
    scribe.write(&nightly, configure(heard_at(1, &[])), after(2)).await;
    scribe.write(&other, configure(heard_at(2, &["token-1"])), after(2)).await;
    assert_eq!(owner(&scribe, ping_id(1).as_str()).await, Some(nightly));
    assert_eq!(owner(&scribe, "token-1").await, Some(other));
}

/// Two that want one token at once: the other one decides anew, and finds it taken.
pub async fn of_concurrent_commits_on_one_token_exactly_one_is_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    for round in 0..20_u32 {
        let token = format!("token-{round}");
        let keys = ["a", "b"].map(|name| key(&format!("{name}-{round}")));
        let mut commits = Vec::new();
        for (key, bits) in keys.iter().zip([u128::from(round) * 2 + 10, u128::from(round) * 2 + 11]) {
            commits.push(scribe.decide(key, configure(heard_at(bits << 80, &[&token])), start()).await);
        }
        let [second, first] = [commits.pop(), commits.pop()].map(|commit| commit.expect("two were decided"));
        let answers: [_; 2] = tokio::join!(scribe.commit(first), scribe.commit(second)).into();
        let winner = answers.iter().position(Result::is_ok).expect("one is written");
        assert_eq!(answers[1 - winner], Err(StoreError::Conflict), "round {round}");
        assert_eq!(owner(&scribe, &token).await.as_ref(), Some(&keys[winner]), "round {round}");
    }
}

/// Where nobody gave it another: then by that one, and no longer by its id.
pub async fn a_scheduler_is_found_by_its_slug_which_is_its_id_at_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.register(&key_in("theirs", "nightly"), start()).await;
    assert_eq!(of_slug(&scribe, "default", "nightly").await, std::slice::from_ref(&nightly));
    scribe.write(&nightly, slugged("backup"), after(1)).await;
    assert_eq!(of_slug(&scribe, "default", "nightly").await, []);
    assert_eq!(of_slug(&scribe, "default", "backup").await, std::slice::from_ref(&nightly));
    assert_eq!(of_slug(&scribe, "theirs", "backup").await, []);
    for none in ["", "back", "BACKUP", "backup%", "b_ckup"] {
        assert_eq!(of_slug(&scribe, "default", none).await, [], "{none}");
    }
    let by_id = ConfigChange { slug: Patch::Clear, ..ConfigChange::default() };
    scribe.write(&nightly, configure(by_id), after(2)).await;
    assert_eq!(of_slug(&scribe, "default", "nightly").await, std::slice::from_ref(&nightly));
    assert_eq!(of_slug(&scribe, "default", "backup").await, []);
    delete(&scribe, &nightly, after(3)).await;
    assert_eq!(of_slug(&scribe, "default", "nightly").await, []);
}

/// By their ids, the first two of however many; an id is as good as a slug that was given.
pub async fn of_one_slug_the_first_two_are_found(data: &dyn Backend) {
    let scribe = begin(data).await;
    for name in ["d", "b", "a"] {
        scribe.write(&key(name), slugged("c"), start()).await;
    }
    scribe.register(&key("c"), start()).await;
    assert_eq!(of_slug(&scribe, "default", "c").await, [key("a"), key("b")]);
    delete(&scribe, &key("a"), after(1)).await;
    scribe.write(&key("b"), slugged("b"), after(1)).await;
    assert_eq!(of_slug(&scribe, "default", "c").await, [key("c"), key("d")]);
}
