//! When maintenance holds. Occurrences of recurrences are the domain's; everything else is looked up again each time.

use domain::maintenance::When;
use domain::{Config, Instant, Window};

/// Stretches of maintenance of one scheduler, each without its last instant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows(Vec<Window>);

impl Windows {
    /// Those of all that mean a scheduler: every list that names something must name it.
    pub(crate) fn about(id: &str, config: &Config, all: impl IntoIterator<Item = Window>) -> Self {
        let means = |window: &Window| {
            let of = &window.selector;
            let named = of.schedulers.is_empty() || of.schedulers.iter().any(|it| it.as_str() == id);
            let served = of.services.is_empty() || of.services.contains(&config.service_name);
            let tagged = of.tags.is_empty() || config.tags.iter().any(|tag| of.tags.contains(tag));
            named && served && tagged
        };
        Self(all.into_iter().filter(means).collect())
    }

    /// Every occurrence that has anything in common with a time, both of whose ends belong to it.
    fn within(&self, from: Instant, until: Instant) -> Vec<(Instant, Instant)> {
        let mut found = Vec::new();
        for window in &self.0 {
            match &window.when {
                When::Once { from, until } => found.push((*from, *until)),
                When::Recurring { recurrence, length } => {
                    let slots =
                        std::iter::successors(recurrence.slot_after(from - *length - *length), |slot| {
                            recurrence.slot_after(*slot)
                        });
                    found.extend(slots.take_while(|slot| *slot <= until).map(|slot| (slot, slot + *length)));
                }
            }
        }
        found.retain(|(begins, ends)| *begins <= until && from < *ends && begins < ends);
        found
    }

    /// Whether a time has anything to do with maintenance.
    pub(crate) fn touch(&self, from: Instant, until: Instant) -> bool {
        !self.within(from, until).is_empty()
    }

    /// When the maintenance is over that holds an instant, and every one that follows at once.
    pub(crate) fn over(&self, at: Instant) -> Option<Instant> {
        let mut end = None;
        while let Some(last) = self.within(end.unwrap_or(at), end.unwrap_or(at)).iter().map(|it| it.1).max() {
            end = Some(last);
        }
        end
    }
}
