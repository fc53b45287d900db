//! Telling card numbers, which are never kept.

/// Whether anything in a text looks like a card number: 13 to 19 digits, perhaps in groups with spaces, hyphens or dots between
/// them, whose check digit fits (ISO/IEC 7812, the formula of Luhn).
pub(super) fn is_in(text: &str) -> bool {
    let (mut groups, mut group) = (vec![], vec![]);
    for c in text.chars().chain(['/']) {
        // Digits of full width too: a card number is one however it is written.
        if let Some(digit) = c.to_digit(10).or_else(|| wide_digit(c)) {
            group.push(digit);
            continue;
        }
        if !group.is_empty() {
            groups.push(std::mem::take(&mut group));
        }
        if !matches!(c, ' ' | '-' | '.' | '\u{a0}') {
            if has_card_number(&groups) {
                return true;
            }
            groups.clear();
        }
    }
    false
}

/// The digits of full width, as East Asian keyboards write them.
fn wide_digit(c: char) -> Option<u32> {
    u32::from(c).checked_sub(0xff10).filter(|digit| *digit < 10)
}

/// Every run of groups is tried: a card number may stand right after a house number.
fn has_card_number(groups: &[Vec<u32>]) -> bool {
    let runs = (0..groups.len()).flat_map(|from| (from + 1..=groups.len()).map(move |to| groups[from..to].concat()));
    runs.into_iter()
        .any(|digits| (13..=19).contains(&digits.len()) && fits(&digits))
}

fn fits(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| weigh(place, digit))
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

const fn weigh(place: usize, digit: u32) -> u32 {
    match (place % 2, digit * 2) {
        (0, _) => digit,
        (_, double) if double > 9 => double - 9,
        (_, double) => double,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_told_however_they_are_written() {
        let table = [
            ("4111111111111111", true),
            ("4111 1111 1111 1111", true),
            ("Visa 4111-1111-1111-1111!", true),
            ("4111.1111.1111.1111", true),
            ("４１１１１１１１１１１１１１１１", true),
            ("378282246310005", true),
            ("4222222222222", true),
            ("12 4111 1111 1111 1111", true),
            ("4111111111111112", false),
            ("pm_1N4b0x8sdf", false),
            ("DE123456789", false),
            ("0000000000000000", false),
            ("411111111111", false),
            ("", false),
        ];
        for (text, expected) in table {
            assert_eq!(is_in(text), expected, "{text}");
        }
    }
}
