//! An instance that shares the work, as it is answered.

use app::Seat;
use serde::Serialize;
use utoipa::ToSchema;

/// An instance of the program on this store, as the one that answers sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberBody {
    /// Its id, another after each start.
    #[schema(example = "mem_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// Whether it is the one that answers.
    pub is_here: bool,
    /// The machine it runs on.
    #[schema(example = "watch-1")]
    pub host: String,
    /// Its process on that machine.
    #[schema(example = 4711)]
    pub process: u32,
    /// The version of the program.
    #[schema(example = "1.4.0")]
    pub version: String,
    /// When it began, by its own clock.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// The roles it runs; none while it starts.
    #[schema(example = json!(["api", "evaluator", "dispatcher", "boards", "janitor"]))]
    pub roles: Vec<String>,
    /// The roles of which it does for all what it is enough that one does.
    #[schema(example = json!(["dispatcher", "janitor"]))]
    pub first_as: Vec<String>,
    /// The shards whose deadlines it watches, counted from 0.
    #[schema(example = json!([0, 3, 4]))]
    pub shards: Vec<u32>,
    /// For how many seconds it has shown no new sign of life. It is no longer listed shortly before a lease has passed.
    #[schema(example = 1.2)]
    pub silent_seconds: f64,
}

impl From<Seat> for MemberBody {
    fn from(seat: Seat) -> Self {
        let member = seat.member;
        Self {
            id: member.id.to_string(),
            is_here: seat.is_here,
            host: member.host,
            process: member.process,
            version: member.version,
            started_at: member.started_at.to_string(),
            roles: member.roles,
            first_as: seat.first_as,
            shards: seat.shards.iter().map(u32::from).collect(),
            silent_seconds: seat.silent_for.as_millis() as f64 / 1000.0,
        }
    }
}
