//! Makes a failure short: leaves out what it does not need, as long as the same invariant still fails.

use std::collections::BTreeSet;

use super::act::Step;

/// Most attempts: shrinking is for people, who do not wait for ever.
const ATTEMPTS_MAX: usize = 400;

/// The shortest list of steps that was found to fail still.
pub(crate) fn shrunk(steps: Vec<Step>, mut fails: impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut left = ATTEMPTS_MAX;
    let mut still = |steps: &[Step]| {
        left = left.saturating_sub(1);
        left > 0 && fails(steps)
    };
    let steps = without_whole(steps, &mut still);
    without_parts(steps, &mut still)
}

/// Leaves out schedulers, channels and roles altogether, many at once first.
fn without_whole(mut steps: Vec<Step>, still: &mut impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let everybody: BTreeSet<String> = steps.iter().map(|step| step.who.clone()).collect();
    let mut everybody: Vec<String> = everybody.into_iter().collect();
    let mut many = everybody.len();
    while many > 0 {
        let mut place = 0;
        while place < everybody.len() {
            let end = (place + many).min(everybody.len());
            let out: BTreeSet<&String> = everybody[place..end].iter().collect();
            let fewer: Vec<Step> = steps.iter().filter(|step| !out.contains(&step.who)).cloned().collect();
            if still(&fewer) {
                steps = fewer;
                everybody.drain(place..end);
            } else {
                place = end;
            }
        }
        many /= 2;
    }
    steps
}

/// Leaves out stretches of steps, long ones first. What a promise rests on stays whole.
fn without_parts(mut steps: Vec<Step>, still: &mut impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut many = steps.len() / 2;
    while many > 0 {
        let mut place = 0;
        while place < steps.len() {
            let end = (place + many).min(steps.len());
            let kept = |(number, step): &(usize, &Step)| {
                !(place..end).contains(number) || step.who.starts_with("good")
            };
            let fewer: Vec<Step> =
                steps.iter().enumerate().filter(kept).map(|(_, step)| step.clone()).collect();
            if fewer.len() < steps.len() && still(&fewer) {
                steps = fewer;
            } else {
                place = end;
            }
        }
        many /= 2;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(number: i64, who: &str) -> Step {
        let at = crate::fixtures::after(number);
        Step { at, who: who.to_owned(), act: crate::sim::act::Act::Beat { run: None } }
    }

    #[test]
    fn what_a_failure_does_not_need_is_left_out() {
        let steps: Vec<Step> = (0..300).map(|number| step(number, &format!("job-{}", number % 7))).collect();
        let needed = [step(101, "job-3"), step(240, "job-2")];
        let fails = |steps: &[Step]| needed.iter().all(|step| steps.contains(step));
        assert_eq!(shrunk(steps, fails), needed);
    }
}
