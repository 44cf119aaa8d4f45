//! The ways in which people write dates.

use super::calendar::Date;

/// A way in which people write dates. The day stands before the month where both are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `9 may 1998`
    Words,
    /// `saturday 9 may 1998`
    Weekday,
    /// `may 9, 1998`
    MonthFirst,
    /// `saturday, may 9, 1998`
    WeekdayMonthFirst,
    /// `9th of may 1998`
    Ordinal,
    /// `9-may-98`
    Dashes,
    /// `09.05.98`
    Dots,
    /// `9/5/1998`
    Slashes,
}

impl Form {
    /// All forms.
    pub const ALL: [Form; 8] = [
        Form::Words,
        Form::Weekday,
        Form::MonthFirst,
        Form::WeekdayMonthFirst,
        Form::Ordinal,
        Form::Dashes,
        Form::Dots,
        Form::Slashes,
    ];

    /// 9 May 1998 in this form: the form's name.
    pub fn example(self) -> String {
        self.write(&Date::from_days(17_660))
    }

    /// A date in this form.
    pub fn write(self, date: &Date) -> String {
        let Date { year, month, day, .. } = *date;
        let (name, weekday, two_digits) = (date.month_name(), date.weekday_name(), year % 100);
        match self {
            Form::Words => format!("{day} {name} {year}"),
            Form::Weekday => format!("{weekday} {day} {name} {year}"),
            Form::MonthFirst => format!("{name} {day}, {year}"),
            Form::WeekdayMonthFirst => format!("{weekday}, {name} {day}, {year}"),
            Form::Ordinal => format!("{day}{} of {name} {year}", ordinal(day)),
            Form::Dashes => format!("{day}-{}-{two_digits:02}", &name[..3]),
            Form::Dots => format!("{day:02}.{month:02}.{two_digits:02}"),
            Form::Slashes => format!("{day}/{month}/{year}"),
        }
    }
}

/// The end of a day's number: 1st, 2nd, 3rd, 4th, but 11th, 12th, 13th.
fn ordinal(day: u32) -> &'static str {
    match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::{DAYS, MONTHS, WEEKDAYS};
    use super::super::data::INPUT_LENGTH;
    use super::*;

    /// Reads a date from any form as a person would, with code that shares nothing with the generator.
    fn read(text: &str) -> String {
        let numeric = !text.chars().any(|character| character.is_ascii_alphabetic());
        let (mut numbers, mut month) = (vec![], None);
        for word in text.split([' ', ',', '.', '/', '-']).filter(|word| !word.is_empty() && *word != "of") {
            let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
            if !digits.is_empty() {
                numbers.push(digits.parse::<u32>().unwrap());
            } else if WEEKDAYS.contains(&word) {
                assert!(text.starts_with(word), "{text}");
            } else {
                month = MONTHS.iter().position(|name| name.starts_with(word) && word.len() >= 3);
            }
        }
        let [day, month, year] = match (numeric, month, &numbers[..]) {
            (true, None, [day, month, year]) => [*day, *month, *year],
            (false, Some(month), [day, year]) => [*day, month as u32 + 1, *year],
            _ => panic!("cannot read {text}"),
        };
        let year = match year {
            0..50 => 2000 + year,
            50..100 => 1900 + year,
            _ => year,
        };
        format!("{year}-{month:02}-{day:02}")
    }

    #[test]
    fn every_form_of_every_day_is_that_day() {
        let mut longest = 0;
        for date in (0..DAYS).map(Date::from_days) {
            for form in Form::ALL {
                let text = form.write(&date);
                assert_eq!(read(&text), date.to_string(), "{text}");
                longest = longest.max(text.len());
            }
        }
        assert_eq!(longest, INPUT_LENGTH);
    }

    #[test]
    fn forms_are_written_as_people_do() {
        let date = Date { year: 1998, month: 5, day: 9, weekday: 5 };
        let texts = Form::ALL.map(|form| form.write(&date));
        let expected = [
            "9 may 1998",
            "saturday 9 may 1998",
            "may 9, 1998",
            "saturday, may 9, 1998",
            "9th of may 1998",
            "9-may-98",
            "09.05.98",
            "9/5/1998",
        ];
        assert_eq!(texts, expected);
        let ends = [1, 2, 3, 4, 11, 12, 13, 20, 21, 22, 23, 30, 31].map(ordinal);
        assert_eq!(ends.join(" "), "st nd rd th th th th th st nd rd th st");
    }
}
