//! What every store must do, one behaviour a function. The ports say it in prose; this says it so that it can be run.
//!
//! A store runs all of it with one line, given an async function that answers a [`Backend`] with no data yet:
//!
//! ```ignore
//! async fn fresh() -> MemoryStore { MemoryStore::new() }
//! testkit::conformance_suite!(memory, fresh);
//! ```
//!
//! Each behaviour becomes a test of its own, `memory::commits::a_stale_version_conflicts_and_writes_nothing`. The crate
//! that runs it needs `tokio` with `macros` and `rt-multi-thread`. The one list of behaviours is [`crate::with_behaviours!`]:
//! what is added there is run by every store, and a function that is missing there fails a test of this crate.

pub mod access;
pub mod addresses;
pub mod births;
pub mod boards;
pub mod buckets;
pub mod claims;
pub mod commits;
pub mod definitions;
pub mod deletion;
pub mod deliveries;
pub mod filters;
pub mod history;
pub mod incidents;
pub mod lists;
pub mod liveness;
pub mod members;
pub mod notices;
pub mod observation;
pub mod outputs;
mod paging;
pub mod problems;
pub mod reports;
pub mod retention;
pub mod runs;
pub mod wakes;
mod zoo;

use crate::{Backend, Scribe};

/// Hands the list of all behaviours, by topic, to another macro of this crate, after what that one needs besides.
#[macro_export]
macro_rules! with_behaviours {
    ($then:ident $($context:tt)*) => {
        $crate::$then! {
            [$($context)*]
            births {
                a_fresh_name_is_unborn_in_its_first_life
                what_was_committed_is_loaded_as_it_was_decided
                registering_a_name_that_exists_by_now_conflicts
                odd_names_are_kept_apart_and_given_back
                projects_do_not_see_each_other
                what_was_written_is_there_after_reopening
            }
            commits {
                everything_that_a_commit_says_is_written
                a_stale_version_conflicts_and_writes_nothing
                a_commit_to_another_life_conflicts_and_writes_nothing
                a_commit_is_recognised_by_its_id
                of_concurrent_commits_on_one_version_exactly_one_is_written
                concurrent_commits_on_distinct_schedulers_are_all_written
                a_crowd_of_writers_on_one_scheduler_loses_nothing
                two_openings_are_one_store
                the_log_replays_to_what_is_loaded
            }
            liveness {
                silence_that_a_heartbeat_disproved_conflicts_and_writes_nothing
                silence_that_nothing_disproved_is_written
                a_heartbeat_decided_on_an_older_version_conflicts
                a_heartbeat_of_a_name_without_a_life_conflicts
                a_heartbeat_moves_liveness_and_nothing_else
                concurrent_heartbeats_of_different_runs_are_merged
                the_last_heartbeat_never_moves_back
                a_heartbeat_drops_what_is_said_of_closed_runs
                a_heartbeat_may_come_along_with_a_commit
                a_commit_without_a_heartbeat_leaves_liveness_alone
            }
            reports {
                a_report_id_is_known_once_it_is_written
                a_commit_with_a_known_report_id_conflicts_and_writes_nothing
                report_ids_of_one_scheduler_mean_nothing_to_another
                a_forgotten_report_id_is_unknown
                report_ids_are_forgotten_in_measure
                a_closed_run_is_found_by_its_name
                an_open_run_is_not_found_among_the_closed
                an_abandoned_run_is_found_among_the_closed
            }
            history {
                reports_are_read_newest_first
                what_the_system_concluded_is_read_on_demand
                history_is_filtered_by_status
                history_is_filtered_by_when_it_came_in
                a_payload_stays_with_its_entry
                pages_lose_and_repeat_nothing_while_new_entries_come
                a_filter_holds_from_page_to_page
                page_limits_hold_at_their_edges
                a_name_without_a_life_has_no_history
            }
            runs {
                runs_are_read_newest_number_first
                runs_are_filtered_by_state
                runs_are_filtered_by_when_they_began
                a_run_is_one_row_that_says_what_is_known_by_now
                pages_lose_and_repeat_nothing_while_new_runs_begin
            }
            retention {
                events_are_read_after_a_version_oldest_first
                the_extent_of_a_log_is_known
                pruned_events_are_said_to_be_gone
                pruning_keeps_failures_and_the_newest_of_the_routine
                pruning_spares_open_runs_and_forgets_old_ones
                pruning_is_bounded
                pruning_a_name_without_a_life_does_nothing
                audit_entries_are_forgotten_in_measure
            }
            wakes {
                the_due_ones_come_earliest_first
                no_more_are_due_than_asked_for
                the_next_wake_instant_is_the_earliest_of_all
                a_commit_moves_the_index_only_where_it_says_so
                a_commit_that_counts_on_the_index_conflicts_where_it_was_moved
                what_rests_on_an_era_is_refused_once_others_have_written
                a_wake_instant_is_moved_without_a_commit
                a_wake_instant_that_was_written_meanwhile_stays
                everything_that_runs_can_be_woken
                of_each_shard_its_own_are_due
                the_next_wake_instant_is_that_of_the_shards_asked_for
                what_is_woken_because_it_runs_is_woken_in_its_shard
            }
            deletion {
                a_deleted_scheduler_is_gone_from_everywhere
                a_deleted_name_lives_again_with_an_empty_past
                the_next_life_of_a_pruned_scheduler_has_a_whole_log
                a_deletion_decided_on_an_older_version_conflicts
                what_was_meant_for_an_earlier_life_leaves_the_next_alone
                what_is_on_its_way_outlives_its_scheduler
            }
            lists {
                a_list_is_in_order_of_ids
                a_list_can_be_in_order_of_severity
                pages_lose_and_repeat_nothing_while_schedulers_come_and_go
                a_page_ends_before_it_grows_too_big
                a_list_shows_what_one_alone_shows
                all_names_can_be_walked_past
                a_list_sees_every_write_that_was_answered
            }
            filters {
                a_list_is_filtered_by_health_and_status
                a_list_is_filtered_by_service_and_tag
                a_list_is_filtered_by_prefix
                a_list_is_limited_to_the_services_of_the_asker
                projects_are_listed_apart
                counts_agree_with_lists
                late_is_derived_at_the_instant_asked_for
            }
            notices {
                alerts_of_a_commit_become_notices_in_their_order
                alerts_of_one_commit_are_all_kept
                a_notice_is_put_in_once
                a_word_about_ourselves_is_a_notice_too
                routing_turns_a_notice_into_its_deliveries
                routing_twice_is_routing_once
                routing_a_notice_that_is_not_there_makes_nothing
                it_is_known_who_was_told_of_an_incident
                who_was_told_outlives_the_deliveries
                a_notice_says_what_was_so_when_it_was_decided
            }
            buckets {
                a_bucket_holds_what_was_put_into_it
                a_bucket_is_emptied_into_deliveries
                a_group_is_open_until_its_last_incident_is_over
                who_was_ever_told_singly_is_told_singly
                a_notice_can_be_put_off_and_released
                a_later_notice_takes_the_place_of_earlier_ones
                only_a_few_go_out_singly_in_a_minute
            }
            incidents {
                an_incident_is_kept_as_its_events_made_it
                incidents_are_listed_newest_first
                a_deleted_scheduler_ends_its_incident
                incidents_are_forgotten_in_measure
            }
            claims {
                a_claim_holds_until_its_lease_ends
                concurrent_claims_share_what_is_due
                the_oldest_are_claimed_first
                order_is_kept_within_one_incident_and_channel
                other_incidents_and_channels_are_not_held_up
                a_late_answer_conflicts
                an_answer_after_the_lease_counts_where_nobody_else_tries
            }
            deliveries {
                an_outcome_is_written_down
                a_dead_delivery_can_be_sent_again
                deliveries_are_listed_newest_first
                it_is_known_what_is_due_and_when
                finished_deliveries_are_forgotten_in_measure
            }
            observation {
                the_last_stamp_is_the_one_written_last
                gaps_are_in_order_of_their_beginning
                gaps_of_one_beginning_are_one_with_the_later_end
                only_the_newest_thousand_gaps_are_answered
                unobserved_slots_are_counted_by_project
                a_note_says_what_was_written_last
            }
            addresses {
                a_token_leads_to_the_scheduler_that_has_it
                a_token_of_another_scheduler_conflicts_and_writes_nothing
                a_token_that_was_given_up_is_free
                a_token_may_be_named_twice
                tokens_outlast_other_changes
                the_tokens_of_a_deleted_scheduler_are_free
                of_concurrent_commits_on_one_token_exactly_one_is_written
                a_scheduler_is_found_by_its_slug_which_is_its_id_at_first
                of_one_slug_the_first_two_are_found
            }
            outputs {
                an_output_is_kept_byte_for_byte
                an_output_goes_with_its_event
                an_output_goes_with_its_scheduler
            }
            problems {
                what_came_in_vain_again_is_added_up
                what_came_in_vain_is_listed_latest_first
                of_a_crowd_of_problems_the_latest_are_kept
                what_came_in_vain_is_forgotten_once_it_is_old
            }
            access {
                a_key_is_found_by_its_hash
                keys_are_listed_newest_first
                a_key_is_changed_by_writing_it_again
                it_is_known_whether_any_key_works
                keys_and_the_reason_are_written_together
                the_default_project_is_always_there
                projects_are_listed_and_renamed
                a_project_has_a_ping_key_and_a_number_which_stay_until_they_are_changed
                the_audit_log_is_read_newest_first
                pages_lose_and_repeat_nothing_while_new_entries_come
            }
            definitions {
                what_was_defined_is_read_as_it_was_written
                definitions_are_listed_by_name
                kinds_and_projects_are_kept_apart
                a_definition_is_made_once
                a_definition_is_changed_only_from_the_version_that_was_read
                a_name_belongs_to_one_of_its_kind
                a_definition_can_be_renamed
                a_deleted_definition_is_gone_and_its_name_is_free
                a_definition_and_the_reason_are_written_together
                of_concurrent_changes_of_one_definition_exactly_one_is_written
                the_mark_moves_with_every_change_of_anybody
            }
            boards {
                a_post_is_read_as_it_was_written
                a_window_has_one_post
                a_post_is_changed_only_from_the_version_that_was_read
                of_concurrent_claims_of_one_post_exactly_one_holds
                open_posts_are_listed_earliest_first
                closed_posts_are_forgotten_in_measure
            }
            members {
                a_member_is_read_as_it_was_written
                members_are_listed_in_order_of_their_ids
                a_greater_counter_takes_the_place_of_a_smaller
                a_late_renewal_changes_nothing
                who_left_is_gone
                who_was_seen_dead_is_forgotten_unless_it_renewed_meanwhile
                of_concurrent_renewals_the_greatest_counter_stays
            }
        }
    };
}

/// Stamps one test for each behaviour and this backend: `conformance_suite!(name_of_backend, fresh)`, where `fresh` is
/// an async function without arguments, in reach where the macro is called, that answers a [`Backend`] of its own.
#[macro_export]
macro_rules! conformance_suite {
    ($backend:ident, $fresh:ident) => {
        $crate::with_behaviours! { stamp_behaviours $backend $fresh }
    };
}

/// What [`conformance_suite!`] is made of.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp_behaviours {
    ([$backend:ident $fresh:ident] $($topic:ident { $($behaviour:ident)* })*) => {
        mod $backend {
            use super::$fresh as open_fresh;
            $(mod $topic {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $behaviour() {
                    let data = super::open_fresh().await;
                    $crate::conformance::$topic::$behaviour(&data).await;
                })*
            })*
        }
    };
}

/// What [`BEHAVIOURS`] is made of.
#[doc(hidden)]
#[macro_export]
macro_rules! name_behaviours {
    ([] $($topic:ident { $($behaviour:ident)* })*) => {
        &[$($((stringify!($topic), stringify!($behaviour)),)*)*]
    };
}

/// Topic and name of every behaviour that is run.
pub const BEHAVIOURS: &[(&str, &str)] = with_behaviours! { name_behaviours };

/// Opens the data, for a behaviour to write to.
async fn begin(data: &dyn Backend) -> Scribe {
    Scribe::new(data.open().await, 1)
}
