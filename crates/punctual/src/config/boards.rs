//! The boards that the configuration names: `default` from the environment of the reference deployment, and
//! `[boards.NAME]` of the file. They belong to the project `default` and are never stored.

use anyhow::{Context, Result, anyhow, bail};
use app::{BoardDraft, ConfiguredBoard};
use domain::Duration;
use domain::board::BoardFilter;
use domain::schedule::Zone;
use serde::Deserialize;

use super::{Layers, bounded, refuse, text};

/// The name of the board that the environment makes, and the channel it is posted to.
const NAME: &str = "default";
const CHANNEL: &str = "slack";
/// What the reference deployment says where nobody does.
const ZONE: &str = "Asia/Jakarta";
const END_HOUR: i64 = 6;

/// A table of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: Option<String>,
    channel: String,
    time_zone: Option<String>,
    start: String,
    end: String,
    #[serde(default)]
    days: Vec<String>,
    cadence: Option<String>,
    service: Option<String>,
    tag: Option<String>,
    prefix: Option<String>,
}

/// All boards that are configured. `has_slack`: the channel `slack` is made; without it the environment makes no board.
pub(super) fn read(layers: &Layers, has_slack: bool) -> Result<Vec<ConfiguredBoard>> {
    let mut boards: Vec<_> = of_environment(layers)?.filter(|_| has_slack).into_iter().collect();
    for (name, table) in &layers.boards {
        if boards.iter().any(|board| board.name == *name) {
            bail!("boards.{name}: there are two of that name: slack_start_hour and its like already make it");
        }
        boards.push(of_table(name, table)?);
    }
    Ok(boards)
}

fn of_environment(layers: &Layers) -> Result<Option<ConfiguredBoard>> {
    let start = bounded(layers, "slack_start_hour", 0, 23)?;
    let end = bounded(layers, "slack_end_hour", 0, 24)?;
    let minutes = bounded(layers, "slack_update_interval_minutes", 5, 24 * 60)?;
    let zone = text(layers, "slack_timezone")?;
    if let Some(name) = zone.as_deref().filter(|name| Zone::parse(name).is_err()) {
        return Err(refuse(layers, "slack_timezone", name, "a time zone such as Asia/Jakarta"));
    }
    if start.or(end).or(minutes).is_none() && zone.is_none() {
        return Ok(None);
    }
    let hour = |hour: i64| format!("{hour:02}:00");
    let draft = BoardDraft {
        name: NAME.to_owned(),
        title: Some("Scheduled jobs".to_owned()),
        channel: CHANNEL.to_owned(),
        time_zone: Some(zone.unwrap_or_else(|| ZONE.to_owned())),
        start: hour(start.unwrap_or(0)),
        end: hour(end.unwrap_or(END_HOUR)),
        cadence: minutes.map(Duration::from_minutes),
        ..BoardDraft::default()
    };
    checked(draft).map(Some)
}

fn of_table(name: &str, table: &toml::Value) -> Result<ConfiguredBoard> {
    let table: Table = table.clone().try_into().with_context(|| format!("boards.{name}"))?;
    let cadence = table.cadence.as_deref().map(str::parse).transpose();
    let cadence = cadence.map_err(|bad| anyhow!("boards.{name}: cadence {bad}"))?;
    checked(BoardDraft {
        name: name.to_owned(),
        title: table.title,
        channel: table.channel,
        time_zone: table.time_zone,
        start: table.start,
        end: table.end,
        days: table.days,
        cadence,
        filter: BoardFilter { service: table.service, tag: table.tag, prefix: table.prefix },
    })
}

fn checked(draft: BoardDraft) -> Result<ConfiguredBoard> {
    let named = domain::time::shorten(&draft.name, 40);
    let (name, board) = draft.check().map_err(|problems| {
        let texts: Vec<_> = problems.iter().map(|it| format!("{} {}", it.field, it.problem)).collect();
        anyhow!("boards.{named}: {}", texts.join("; "))
    })?;
    Ok(ConfiguredBoard { name, board })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boards(environment: &[(&str, &str)], file: &str) -> Result<Vec<ConfiguredBoard>> {
        let value = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut layers = Layers::read(None, &value, &[])?;
        layers.boards = file.parse()?;
        read(&layers, true)
    }

    fn shown(board: &ConfiguredBoard) -> String {
        let hours = &board.board.hours;
        let (zone, start, end) = (&hours.time_zone, hours.start, hours.end);
        format!("{} {start}-{end} {zone} {} {}", board.name, board.board.cadence, board.board.channel)
    }

    #[test]
    fn any_of_the_four_variables_makes_the_board_with_the_defaults_of_the_others() {
        for (name, value, board) in [
            ("SLACK_START_HOUR", "22", "default 22:00-06:00 Asia/Jakarta 1h slack"),
            ("SLACK_END_HOUR", "24", "default 00:00-24:00 Asia/Jakarta 1h slack"),
            ("SLACK_TIMEZONE", "Europe/Berlin", "default 00:00-06:00 Europe/Berlin 1h slack"),
            ("SLACK_UPDATE_INTERVAL_MINUTES", "15", "default 00:00-06:00 Asia/Jakarta 15m slack"),
        ] {
            let boards = boards(&[(name, value)], "").expect("good");
            assert_eq!(boards.iter().map(shown).collect::<Vec<_>>(), [board]);
        }
        assert_eq!(boards(&[], "").expect("good"), []);
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (name, value, problem) in [
            ("SLACK_START_HOUR", "24", "must be a number from 0 to 23, was '24'"),
            ("SLACK_TIMEZONE", "Mars", "must be a time zone such as Asia/Jakarta, was 'Mars'"),
            ("SLACK_UPDATE_INTERVAL_MINUTES", "4", "must be a number from 5 to 1440, was '4'"),
        ] {
            let refused = boards(&[(name, value)], "").expect_err("refused").to_string();
            assert!(refused.ends_with(problem), "{refused}");
        }
    }

    #[test]
    fn the_file_names_more() {
        let file = "[night]\nchannel = 'ops'\ntime_zone = 'UTC'\nstart = '22:30'\nend = '06:00'\ncadence = '30m'\n\
                    days = ['mon', 'fri']\nservice = 'billing'";
        let boards_of = |file: &str| boards(&[("SLACK_START_HOUR", "0")], file);
        let found = boards_of(file).expect("good");
        assert_eq!(shown(&found[1]), "night 22:30-06:00 UTC 30m ops");
        assert_eq!(found[1].board.filter.service.as_deref(), Some("billing"));
        for (file, problem) in [
            ("[default]\nchannel = 'ops'\nstart = '00:00'\nend = '06:00'", "there are two of that name"),
            ("[a]\nchannel = 'ops'\nstart = '25:00'\nend = '06:00'", "boards.a: start must be a time"),
            (
                "[a]\nchannel = 'ops'\nstart = '00:00'\nend = '06:00'\ncolour = 'red'",
                "unknown field `colour`",
            ),
            ("[a]\nstart = '00:00'\nend = '06:00'", "missing field `channel`"),
        ] {
            let refused = format!("{:#}", boards_of(file).expect_err("refused"));
            assert!(refused.contains(problem), "{refused}");
        }
    }
}
