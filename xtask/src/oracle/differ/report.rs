//! What is said when all cases have been compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use super::Case;
use super::compare::Verdict;

/// One case that has been compared.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) case: Case,
    pub(super) verdict: Verdict,
    pub(super) warnings_differ: bool,
    /// Whether the original says nothing but an error.
    pub(super) fails: bool,
    /// How long the original took, and ours.
    pub(super) theirs: Duration,
    pub(super) ours: Duration,
}

/// The numbers of one collection of charts or kustomizations.
#[derive(Debug, Default)]
struct Count {
    subjects: BTreeSet<String>,
    identical: usize,
    random: usize,
    different: usize,
    /// Cases in which the original fails. They are among the others.
    failing: usize,
    warnings: usize,
}

/// How what is compared is called.
#[derive(Debug)]
pub(in crate::oracle) struct Words {
    /// The original and its version.
    pub(in crate::oracle) original: String,
    /// What there are cases of, in the plural.
    pub(in crate::oracle) subjects: &'static str,
    /// What is said under the table; may be empty.
    pub(in crate::oracle) closing: String,
}

/// All numbers.
#[derive(Debug)]
pub(super) struct Report {
    words: Words,
    collections: BTreeMap<String, Count>,
    /// Names of the cases that differ, by kind.
    kinds: BTreeMap<String, BTreeSet<String>>,
    /// Names of the cases that are the same but for their warnings.
    warnings: BTreeSet<String>,
    /// How many times as long the original took where it does not fail, and the case: to fail at once takes either no
    /// time, and would make the median look better than what users wait for.
    ratios: Vec<(f64, String)>,
    slowest: Option<(Duration, Duration, String)>,
}

impl Count {
    fn cases(&self) -> usize {
        self.identical + self.random + self.different
    }

    fn add(&mut self, other: &Self) {
        self.subjects.extend(other.subjects.iter().cloned());
        self.identical += other.identical;
        self.random += other.random;
        self.different += other.different;
        self.failing += other.failing;
        self.warnings += other.warnings;
    }

    fn row(&self, name: &str) -> String {
        let cases = self.cases();
        let ratio = 100.0 * (cases - self.different) as f64 / cases.max(1) as f64;
        format!(
            "{name:28} {:>6} {cases:>6} {:>9} {:>6} {:>9} {ratio:>7.2} % {:>7} {:>8}",
            self.subjects.len(),
            self.identical,
            self.random,
            self.different,
            self.failing,
            self.warnings,
        )
    }
}

impl Report {
    pub(super) fn new(words: Words) -> Self {
        Self {
            words,
            collections: BTreeMap::new(),
            kinds: BTreeMap::new(),
            warnings: BTreeSet::new(),
            ratios: Vec::new(),
            slowest: None,
        }
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        let name = outcome.case.name();
        let count = self.collections.entry(outcome.case.collection().to_owned()).or_default();
        match &outcome.verdict {
            Verdict::Identical => count.identical += 1,
            Verdict::Random => count.random += 1,
            Verdict::Different(difference) => {
                count.different += 1;
                self.kinds.entry(difference.kind.clone()).or_default().insert(name.clone());
            }
        }
        if outcome.warnings_differ {
            count.warnings += 1;
            if outcome.verdict.difference().is_none() {
                self.warnings.insert(name.clone());
            }
        }
        count.failing += usize::from(outcome.fails);
        count.subjects.insert(outcome.case.subject);
        if !outcome.fails {
            self.ratios.push((outcome.theirs.as_secs_f64() / outcome.ours.as_secs_f64(), name.clone()));
        }
        if self.slowest.as_ref().is_none_or(|(slowest, ..)| *slowest < outcome.ours) {
            self.slowest = Some((outcome.ours, outcome.theirs, name));
        }
    }

    pub(super) fn cases(&self) -> usize {
        self.collections.values().map(Count::cases).sum()
    }

    pub(super) fn differences(&self) -> usize {
        self.collections.values().map(|count| count.different).sum()
    }

    /// Everything: what differs by kind, the table, and the times.
    pub(super) fn told(&self) -> String {
        let mut text = String::new();
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
        for (kind, cases) in kinds {
            let _ = writeln!(text, "\n{} × {kind}", cases.len());
            for case in cases {
                let _ = writeln!(text, "    {case}");
            }
        }
        if !self.warnings.is_empty() {
            let _ = writeln!(text, "\n{} × only warnings differ, which does not count", self.warnings.len());
            for case in &self.warnings {
                let _ = writeln!(text, "    {case}");
            }
        }
        let _ = writeln!(
            text,
            "\n{:28} {:>6} {:>6} {:>9} {:>6} {:>9} {:>9} {:>7} {:>8}",
            self.words.original,
            self.words.subjects,
            "cases",
            "identical",
            "random",
            "different",
            "ratio",
            "failing",
            "warnings"
        );
        let mut all = Count::default();
        for (name, count) in &self.collections {
            let _ = writeln!(text, "{}", count.row(name));
            all.add(count);
        }
        if self.collections.len() > 1 {
            let _ = writeln!(text, "{}", all.row("all"));
        }
        let _ =
            writeln!(text, "failing: of all cases, those in which the original fails; warnings: they differ");
        if !self.words.closing.is_empty() {
            let _ = writeln!(text, "{}", self.words.closing);
        }
        let mut ratios: Vec<_> = self.ratios.iter().collect();
        ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
        if let (Some((least, name)), Some((median, _))) = (ratios.first(), ratios.get(ratios.len() / 2)) {
            let _ = writeln!(
                text,
                "the original's time over ours where it does not fail: median {median:.1}, least {least:.1} ({name})"
            );
        }
        if let Some((ours, theirs, name)) = &self.slowest {
            let (ours, theirs) = (ours.as_secs_f64() * 1e3, theirs.as_secs_f64() * 1e3);
            let _ = write!(text, "slowest of ours: {ours:.0} ms, the original {theirs:.0} ms ({name})");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::compare;
    use super::super::side::Rendered;
    use super::*;

    fn outcome(chart: &str, verdict: Verdict, theirs: u64, ours: u64) -> Outcome {
        Outcome {
            case: Case { subject: chart.to_owned(), what: "own values".to_owned(), ..Case::default() },
            warnings_differ: verdict == Verdict::Random,
            fails: ours == 5,
            verdict,
            theirs: Duration::from_millis(theirs),
            ours: Duration::from_millis(ours),
        }
    }

    #[test]
    fn everything_is_counted() {
        let side = |text: &str| Rendered { code: Some(0), stdout: text.into(), ..Rendered::default() };
        let different = compare(&[side("a: 1")], &side("a: 2"));
        let mut report = Report::new(Words {
            original: "Helm 4.3".to_owned(),
            subjects: "charts",
            closing: "library charts skipped: 2".to_owned(),
        });
        report.add(outcome("one/x", Verdict::Identical, 100, 10));
        report.add(outcome("one/x", different, 100, 20));
        report.add(outcome("two/y", Verdict::Random, 10, 5)); // the original fails
        assert_eq!((report.cases(), report.differences()), (3, 1));
        let told = report.told();
        let rows: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
        for row in [
            "1 × value of `a`",
            "1 × only warnings differ, which does not count",
            "one 1 2 1 0 1 50.00 % 0 0",
            "two 1 1 0 1 0 100.00 % 1 1",
            "all 2 3 1 1 1 66.67 % 1 1",
            "library charts skipped: 2",
            "the original's time over ours where it does not fail: median 10.0, least 5.0 (one/x: own values)",
            "slowest of ours: 20 ms, the original 100 ms (one/x: own values)",
        ] {
            assert!(rows.contains(&row.split_whitespace().collect()), "{row} is not in\n{told}");
        }
    }
}
