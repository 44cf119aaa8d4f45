//! The days of a hundred years.

use std::fmt;

/// The first year. Two digits of a year are enough: 50 to 99 are 1950 to 1999, 00 to 49 are 2000 to 2049.
pub const FIRST_YEAR: u32 = 1950;
/// Days from 1 January 1950 to 31 December 2049.
pub const DAYS: u32 = 36_525;

/// Names of the months, January first.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Names of the days of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A date of the Gregorian calendar. It displays as `1998-05-09`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// 1950 to 2049.
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 (Monday) to 6 (Sunday).
    pub weekday: u32,
}

impl Date {
    /// The date so many days after 1 January 1950.
    pub fn from_days(days: u32) -> Date {
        let weekday = (days + 6) % 7; // 1 January 1950 was a Sunday
        let (mut year, mut month, mut day) = (FIRST_YEAR, 1, days + 1);
        while day > days_in_month(year, month) {
            day -= days_in_month(year, month);
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        Date { year, month, day, weekday }
    }

    /// The month's name: `may`.
    pub fn month_name(&self) -> &'static str {
        MONTHS[self.month as usize - 1]
    }

    /// The name of the day of the week: `saturday`.
    pub fn weekday_name(&self) -> &'static str {
        WEEKDAYS[self.weekday as usize]
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Days of a month, 1 to 12.
fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        // Day numbers and weekdays from Python's datetime.
        for (days, date, weekday) in [
            (0, "1950-01-01", "sunday"),
            (58, "1950-02-28", "tuesday"),
            (59, "1950-03-01", "wednesday"),
            (789, "1952-02-29", "friday"),
            (17_660, "1998-05-09", "saturday"),
            (18_261, "1999-12-31", "friday"),
            (18_321, "2000-02-29", "tuesday"),
            (27_087, "2024-02-29", "thursday"),
            (DAYS - 1, "2049-12-31", "friday"),
        ] {
            let found = Date::from_days(days);
            assert_eq!((found.to_string().as_str(), found.weekday_name()), (date, weekday), "day {days}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        for days in 1..DAYS {
            let [before, date] = [days - 1, days].map(Date::from_days);
            let next_day = (date.year, date.month, date.day) == (before.year, before.month, before.day + 1);
            let next_month = (date.year, date.month, date.day) == (before.year, before.month + 1, 1);
            let next_year = (date.year, date.month, date.day, before.month) == (before.year + 1, 1, 1, 12);
            assert!(next_day || next_month || next_year, "{date} follows {before}");
            assert_eq!(date.weekday, (before.weekday + 1) % 7);
        }
        let leap_days = (0..DAYS).map(Date::from_days).filter(|date| (date.month, date.day) == (2, 29)).count();
        assert_eq!(leap_days, 25);
    }

    #[test]
    fn a_century_is_a_leap_year_once_in_four() {
        assert_eq!([1900, 1998, 2000, 2024, 2100].map(is_leap), [false, false, true, true, false]);
    }
}
