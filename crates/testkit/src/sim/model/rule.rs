//! The rules of DESIGN, section 3, by name: what a simulation must have seen to have seen them all. What is refused is
//! counted by its refusal.

/// Names the rules: an enumeration and the list of all of it.
macro_rules! rules {
    ($($rule:ident,)+) => {
        /// A rule, named as one would say it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Rule {
            $($rule,)+
        }

        impl Rule {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$rule,)+];
        }
    };
}

rules! {
    ARunIsOpenedByItsStart,
    AnOpenRunIsRefreshed,
    ARunIsClosedByItsId,
    AnOutcomeWithoutIdClosesTheRunWithoutId,
    AnOutcomeWithoutIdClosesTheOnlyRun,
    AnOutcomeAloneIsARunOfItsOwn,
    AStartWithoutIdReplacesTheOneBefore,
    TheOldestOfTooManyIsGivenUp,
    TheSameOutcomeAgainChangesNothing,
    AStartAfterTheEndIsFilledIn,
    TheSameReportIdIsOneReport,
    WhatIsOldIsOnlyHistory,
    WhatIsOldDoesNotMoveTheStatus,
    PendingResetsTheRunWithoutId,
    TheFirstHeartbeatArms,
    AHeartbeatEndsSilence,
    AReportEndsSilence,
    ASlotIsMetInTime,
    ASlotIsMissed,
    ManyMissedSlotsAreRecordedHourly,
    ASlotUnderAnOpenRunIsSkipped,
    ASlotInMaintenanceIsSkipped,
    ASlotNobodyCouldSeeIsUnobserved,
    AnEarlyStartCountsForTheComingSlot,
    ALateStartIsNotEarlyForTheNext,
    AStartMakesUpForWhatWasMissed,
    ARunThatOutlastsItsPeriodIsExpectedWhenItEnds,
    ALoopCountsFromItsEnd,
    NothingIsExpectedBeforeTheFirstReport,
    RegisteringAgainChangesNothing,
    AChangedScheduleIsJudgedFromTheChangeOn,
    ARunMayBeOpenForTooLong,
    ALimitInAGapMovesToItsEnd,
    ARunMayBeSilentForTooLong,
    SilenceIsNotCountedThroughAGap,
    ADeadRunIsGivenUpAfterADay,
    ADeadRunIsGivenUpWhenALaterOneCompletes,
    ADeadRunIsGivenUpWhenPendingComes,
    ALateOutcomeClosesARunThatWasGivenUp,
    FailuresReachTheirThreshold,
    MissedSlotsReachTheirThreshold,
    AnIncidentOpens,
    ANewCauseWidens,
    AFurtherBadMarkRepeats,
    AFurtherBadMarkTooSoonIsNotTold,
    PeopleAreReminded,
    AnIncidentIsResolved,
    RecoveryTakesItsRuns,
    AcknowledgingStopsRepeats,
    OthersAreToldWhileNobodyLooksAfterIt,
    AcknowledgingStopsEscalation,
    ANewCauseAlertsThoughAcknowledged,
    PausingClosesTheIncident,
    APausedSlotIsSkipped,
    APauseEndsByItself,
    ResumingIsLikeRegistering,
    AReportMayEndAPause,
    AReportInAPauseMayBeIgnored,
    NothingIsToldInAPause,
}

impl Rule {
    /// The rule as a sentence.
    pub(crate) fn sentence(self) -> String {
        let mut sentence = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.extend(letter.to_lowercase());
        }
        sentence
    }
}
