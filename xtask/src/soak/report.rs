//! The table at the end.

use super::Halt;
use super::section::Counts;
use super::trouble::Troubles;

/// What was played.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<Row>,
}

/// What came of a section.
#[derive(Debug)]
pub struct Row {
    /// Id of the experiment.
    pub id: String,
    /// False if it was only run, once, for those after it.
    pub killed: bool,
    pub counts: Counts,
    /// None if the section has no checkpoints.
    pub troubles: Option<Troubles>,
    /// What stopped it.
    pub halt: Option<Halt>,
}

impl Row {
    pub fn new(id: &str, killed: bool) -> Row {
        Row { id: id.to_string(), killed, counts: Counts::default(), troubles: None, halt: None }
    }

    fn text(&self) -> String {
        let Row { id, killed, counts: Counts { kills, resumed, compared }, troubles, halt } = self;
        let differences = match halt {
            Some(Halt::Found(_)) => "FOUND",
            Some(halt) => return format!("{id:<7}  {halt}\n"),
            None if !killed => return format!("{id:<7}  run once, for those after it\n"),
            None => "none",
        };
        let cells = troubles.map_or(["-"; 3], |of| [of.full_disk, of.read_only, of.two_at_once]);
        let [full_disk, read_only, two_at_once] = cells;
        format!(
            "{id:<7}  {kills:>5}  {resumed:>7}  {compared:>8}  {differences:<11}  {full_disk:<9}  {read_only:<9}  \
             {two_at_once}\n"
        )
    }
}

impl Report {
    /// Whether something was found.
    pub fn has_found(&self) -> bool {
        self.rows.iter().any(|row| matches!(row.halt, Some(Halt::Found(_))))
    }

    /// Whether nothing was found, and something was looked at.
    pub fn is_good(&self) -> bool {
        !self.has_found() && self.rows.iter().any(|row| row.counts.compared > 0)
    }

    /// The table for the terminal; below it, all kills, of the `wanted` ones.
    pub fn text(&self, wanted: usize) -> String {
        let heading = "\nsection  kills  resumed  compared  differences  full disk  read-only  two at once\n";
        let rows: String = self.rows.iter().map(Row::text).collect();
        let kills: usize = self.rows.iter().map(|row| row.counts.kills).sum();
        let of = if kills < wanted { format!(" of {wanted}") } else { String::new() };
        let end = if self.has_found() { "not all runs are equal" } else { "all runs that were compared are equal" };
        format!("{heading}{rows}\n{kills} kills{of}: {end}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_that_were_not_played_are_named() {
        let mut report = Report::default();
        report.rows.push(Row { halt: Some(Halt::Skipped("trains nothing".to_string())), ..Row::new("02_02", true) });
        report.rows.push(Row::new("08_01", false));
        assert!(!report.is_good(), "nothing was compared");
        let counts = Counts { kills: 7, resumed: 5, compared: 3 };
        report.rows.push(Row { counts, ..Row::new("08_02", true) });
        assert!(report.is_good() && !report.has_found());
        let text = report.text(7);
        for words in ["02_02    skipped: trains nothing\n", "08_01    run once", "\n7 kills: all"] {
            assert!(text.contains(words), "{text}");
        }
        report.rows.push(Row { halt: Some(Halt::Found("one bit".to_string())), ..Row::new("08_04", true) });
        assert!(!report.is_good() && report.has_found());
        let text = report.text(20);
        assert!(text.contains("FOUND") && text.contains("7 kills of 20: not all"), "{text}");
    }
}
